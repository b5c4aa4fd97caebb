/** Imports: a data set's rows are gathered beside the store, then merged into it in one atomic step. */
import type { ImdbId, MovieId, UserId } from "../ids.js";
import type { DecideLinks, ReferenceFilm } from "./links.js";
import type { MovieDescription } from "./movies.js";
import type { Poster } from "./posters.js";
import type { Dataset, ServingState } from "./settings.js";
import type { Demographics } from "./users.js";

/** Which rating counts where a user rated a movie more than once. */
export const duplicatePolicies = ["newest", "first", "refuse"] as const;
export type DuplicatePolicy = (typeof duplicatePolicies)[number];

/** A movie of a data set. Its position is its index among those gathered. */
export interface ImportedMovie extends MovieDescription {
  movieId: MovieId;
}

export interface ImportedUser extends Demographics {
  userId: UserId;
}

export interface ImportedRating {
  userId: UserId;
  movieId: MovieId;
  /** Stars. */
  rating: number;
  /** Unix seconds; null where the data set does not say. */
  ratedAt: number | null;
}

/** What people made through the API or by command, which an import must not lose silently. */
export interface MadeByPeople {
  /** Added, or described anew. */
  users: number;
  ratings: number;
  /** Movies that users do not want recommended. */
  dismissals: number;
  /** Added, or described anew. */
  movies: number;
  links: number;
  /** Uploaded, or added from a folder. */
  posters: number;
  /** Of one user. */
  tokens: number;
  /** Deleted users and ratings. */
  deletions: number;
}

/** Links to set with an import, as `LinkStore.replaceImported` sets them. */
export interface ImportedLinks {
  decide: DecideLinks;
  reference: readonly ReferenceFilm[];
}

export interface StageOptions {
  dataset: Pick<Dataset, "name" | "kind">;
  /** Remove whatever data set is loaded, with what people made of it, and import into an empty store. */
  replace: boolean;
  duplicates: DuplicatePolicy;
}

export interface MergeOptions {
  /** Whether the name alone says which data set it is, as GroupLens' names do; else half of the rows must be the same. */
  isNameUnique: boolean;
  links?: ImportedLinks;
}

export interface MergeReport {
  /** Rows in the store afterwards. */
  users: number;
  movies: number;
  ratings: number;
  /** Movies with an IMDb id. */
  linked: number;
  /** Rows added or changed. */
  changed: { users: number; movies: number; ratings: number; links: number };
  /** Rows that the files no longer hold. */
  removed: { users: number; movies: number; ratings: number };
  /** Rows that people had deleted, which stay so. */
  leftOut: { users: number; ratings: number };
  /** Whether any rating has a time. */
  hasTimes: boolean;
  /** Name of the data set that this one replaced. */
  replaced: string | null;
  /** What people had made of that one, which is gone with it. */
  lost: MadeByPeople | null;
}

/** Rows on their way into the store: gathered in local memory and a temporary file, so that adding one needs no waiting. */
export interface StagedImport {
  addMovie(movie: ImportedMovie): void;
  addUser(user: ImportedUser): void;
  /** @returns false where the user rated this movie before in these files and the policy is `refuse`: it was not added */
  addRating(rating: ImportedRating): boolean;
  /** Ratings of a movie that the user had rated already, of which one counts. */
  readonly duplicates: number;
  /**
   * Makes the imported rows of the store those that were gathered, all or none; what people set or deleted stays so.
   * @throws {AppError} DATA_OTHER_DATASET as `ImportStore.stage`, or where a data set of the same name has other rows; DATABASE_BUSY
   */
  merge(options: MergeOptions): Promise<MergeReport>;
  /** Always to be called at the end. */
  discard(): void;
}

/** A whole data set for an empty store. */
export interface NewDataset extends Pick<ServingState, "activeModel"> {
  dataset: Pick<Dataset, "name" | "kind" | "synthetic" | "importedAt">;
  movies: readonly (ImportedMovie & { imdbId: ImdbId; linkEvidence: string })[];
  users: readonly ImportedUser[];
  ratings: readonly ImportedRating[];
  posters: readonly Poster[];
}

export interface ImportStore {
  /**
   * Begins an import.
   * @throws {AppError} DATA_OTHER_DATASET where another data set is loaded, or people made something of the embedded one
   */
  stage(options: StageOptions): Promise<StagedImport>;
  /** Fills an empty store. @returns false where a data set is loaded already: nothing was changed */
  create(dataset: NewDataset): Promise<boolean>;
}

/** Counts by plural noun as text, such as `2 users, 14 ratings`; empty where all are 0. */
export function toCountWords(counts: object): string {
  return Object.entries(counts as Record<string, number>)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${count === 1 ? name.slice(0, -1) : name}`)
    .join(", ");
}
