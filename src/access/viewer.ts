/** The viewer of a request, and the settings that say what is public. */
import type { UserId } from "../ids.js";
import type { TokenScope } from "../store/tokens.js";

/** The sender of a request. */
export interface Viewer {
  scope: "public" | TokenScope;
  /** The user of the token; null for a token of no user, and without a token. */
  userId: UserId | null;
  /** Identifies the token for rate limits; null without one. */
  key: string | null;
  /** For a valid token that grants no access here: what it lacks, for the error message. */
  lacks?: string;
  /** Whether the token is still good: a subscription outlives the request that it came with. */
  isStillGood?(): Promise<boolean>;
}

/** What clients without a token may read. */
export interface ReadPolicy {
  /** Whether anything can be read without a token. */
  publicRead: boolean;
  /**
   * Whose ratings and demographics everybody may read: everybody's, nobody's, or those of data sets that are published
   * (GroupLens' and the embedded one), but not of users added through the API.
   */
  publicUsers: "all" | "none" | "published";
}
