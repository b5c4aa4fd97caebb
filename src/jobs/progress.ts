/** The interface through which jobs report progress, to a terminal, a log, a test, or nothing. */

export interface StageProgress {
  /** What the job is doing, such as `import` or `sample`; a job goes through its stages one after another. */
  stage: string;
  /** In 0..total. */
  done: number;
  total: number;
  /** What is counted, such as `posters`; `MB` counts bytes. */
  unit: string;
  /** More about where it is, such as the current file or error. */
  detail?: string;
}

export interface Progress {
  /** Called as the work advances. Another `stage` than that of the last call ends the one before. */
  update(progress: StageProgress): void;
  /** One line of information. */
  note(text: string): void;
  /** One line about something that the result lacks or means less by. */
  warn(text: string): void;
}

/** Progress that nobody watches. */
export const silent: Progress = { update: () => {}, note: () => {}, warn: () => {} };
