/** Secrets of tokens: made here, kept as hashes only. */
import { createHash, randomBytes } from "node:crypto";

/** A token as a client sends it. It has 256 random bits, so that a slow password hash would add nothing. */
export function createSecret(): string {
  return `mq_${randomBytes(32).toString("base64url")}`;
}

/** SHA-256, hex. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
