/**
 * Everything that Marquee keeps, apart from files: one interface for each subject. Each method is one atomic step, so that the same
 * interfaces can stand on SQLite in one file or on a database server. `test/store/contract.ts` states what each promises.
 */
import type { Change, ChangeFilter, ChangeStream } from "./changes.js";
import type { DismissalStore } from "./dismissals.js";
import type { DocumentStore } from "./documents.js";
import type { EmbeddingStore } from "./embeddings.js";
import type { ImportStore } from "./imports.js";
import type { LinkStore } from "./links.js";
import type { MovieStore } from "./movies.js";
import type { PosterMapStore } from "./poster-maps.js";
import type { PosterStore } from "./posters.js";
import type { PreparedUserStore } from "./prepared-users.js";
import type { PreviewStore } from "./previews.js";
import type { RatingImportStore } from "./rating-imports.js";
import type { RatingStore } from "./ratings.js";
import type { SettingsStore } from "./settings.js";
import type { StatisticsStore } from "./statistics.js";
import type { TokenStore } from "./tokens.js";
import type { ProgressStore } from "./training-progress.js";
import type { UserStore } from "./users.js";

export interface Store {
  movies: MovieStore;
  users: UserStore;
  ratings: RatingStore;
  ratingImports: RatingImportStore;
  dismissals: DismissalStore;
  statistics: StatisticsStore;
  links: LinkStore;
  posters: PosterStore;
  embeddings: EmbeddingStore;
  posterMaps: PosterMapStore;
  previews: PreviewStore;
  preparedUsers: PreparedUserStore;
  tokens: TokenStore;
  documents: DocumentStore;
  settings: SettingsStore;
  progress: ProgressStore;
  imports: ImportStore;
  /** Changes whenever anything in the store does, through this process or another; cheaper than reading a row. */
  version(): Promise<string>;
  /** What this process changed, at once, and what others changed, within a second. */
  changes<Subject extends Change["subject"]>(filter: ChangeFilter<Subject>): ChangeStream<Subject>;
  /** Tells the streams of this process what another one changed. */
  hear(change: Change): void;
  /** Number of open streams of changes. */
  readonly changeReaders: number;
  /** Ends all streams of changes, as before a shutdown. */
  endChanges(): void;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** How long a statement may block its thread while another process writes, in milliseconds: a server keeps it short. */
  busyTimeoutMs?: number;
  /** Whether rows are kept in memory while they stay what they are; true by default. Tests of what requests read turn it off. */
  cache?: boolean;
  /** Called with every change through this process, for others to hear. */
  onChange?: (change: Change) => void;
  /** Called with every statement that runs, its values filled in. */
  onSql?: (sql: string) => void;
}
