/** The viewer of a request, and the settings that say what is public. */
import type { UserId } from "../ids.js";
import type { TokenScope } from "../store/tokens.js";

/** Whoever sent a request. */
export interface Viewer {
  scope: "public" | TokenScope;
  /** Whose ratings are theirs; null for a token that is nobody's, and without one. */
  userId: UserId | null;
  /** Names the token for limits on how often it is used; null without one. */
  key: string | null;
  /** For a valid token that grants no access here: what it lacks, for the error message. */
  lacks?: string;
  /** Whether the token is still good: a subscription outlives the request that it came with. */
  isStillGood?(): Promise<boolean>;
}

/** What those without a token may read. */
export interface ReadPolicy {
  /** Whether anything can be read without a token. */
  publicRead: boolean;
  /**
   * Whose ratings and demographics everybody may read: everybody's, nobody's, or those of data sets that are published
   * (GroupLens' and the embedded one), which excludes people who were added here.
   */
  publicUsers: "all" | "none" | "published";
}
