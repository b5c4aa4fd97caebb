/** Secrets of tokens: made here, kept as hashes only. */
import { randomBytes } from "node:crypto";
import { sha256Hex } from "../sha256.js";

/** A token as a client sends it. It has 256 random bits, so that a slow password hash would add nothing. */
export function createSecret(): string {
  return `mq_${randomBytes(32).toString("base64url")}`;
}

/** SHA-256, hex. */
export function hashSecret(secret: string): string {
  return sha256Hex(secret);
}
