/** SHA-256 digests as text: names of posters, encoders, models and documents by their content. */
import { createHash } from "node:crypto";

/** 64 hex digits in lower case; text is hashed as UTF-8. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
