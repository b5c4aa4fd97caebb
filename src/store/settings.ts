/** What serves: the loaded data set, and the model and encoder that were chosen by command. */

export interface Dataset {
  name: string;
  kind: "embedded" | "1m" | "100k" | "csv";
  /** Whether its users and ratings are made up, as the embedded set's are. */
  synthetic: boolean;
  /** Unix seconds. */
  importedAt: number;
  /** Grows whenever a movie changes: what was kept in memory of the movies is then stale. */
  revision: number;
}

/** Everything that decides what serves, read in one step. */
export interface ServingState {
  /** Undefined in an empty database. */
  dataset: Dataset | undefined;
  /** Name of the model that serves; undefined where none was chosen. */
  activeModel: string | undefined;
  /** Name of the encoder in use; undefined for the built-in one. */
  activeEncoder: string | undefined;
}

export type ServingKey = "activeModel" | "activeEncoder";

export interface SettingsStore {
  serving(): Promise<ServingState>;
  set(key: ServingKey, value: string): Promise<void>;
}
