/** Progress of long-running jobs, written by one process and read by others. */

export interface JobProgress {
  /** The kind of model that is trained: `bayes`, `mf` or `baseline`. */
  kind: string;
  /** The step of the job, such as `chains` or `ranker`. */
  phase: string;
  /** In 0..1, of this phase. */
  done: number;
  state: "RUNNING" | "DONE" | "STOPPED";
  /** ISO 8601, in UTC. */
  at: string;
}

export interface ProgressStore {
  /** Never waits long and never throws: progress that cannot be written stops no job. */
  report(progress: JobProgress): Promise<void>;
  /** Of the latest training; undefined where there was none. */
  latest(): Promise<JobProgress | undefined>;
}
