/**
 * What predictions need of a user of a factor model: the embedding, rounded to half precision as it is stored, and how it is blended with
 * the movies' means. Everybody is served so, whether their embedding was stored or is new: the same ratings give the same stars.
 */
import { decodeFloat16, encodeFloat16 } from "../model/float16.js";
import { modelWeight } from "./blend.js";
import type { UserEmbedding } from "./fold-in-solver.js";

export interface ServedUser {
  embedding: UserEmbedding;
  /** Share of the factor model, 0..1; the movies' means plus the bias have the rest. */
  weight: number;
  /** How far the user's ratings lie above the movies' means, in stars. */
  bias: number;
}

/** Of `samples` vectors, `width` components of each `stride`. */
export interface EmbeddingShape {
  samples: number;
  width: number;
  stride: number;
}

/** Number of ratings (uint32) and bias (float32). */
const headerBytes = 8;

/** Half precision: samples × width, after the number of ratings and the bias. */
export function encodeServedUser(
  { embedding, bias }: ServedUser,
  { samples, width, stride }: EmbeddingShape,
): Uint8Array {
  const bytes = new Uint8Array(headerBytes + samples * width * 2);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, embedding.ratings, true);
  header.setFloat32(4, bias, true);
  const halves = new Uint16Array(bytes.buffer, headerBytes);
  for (let s = 0; s < samples; s++) {
    const vector = embedding.vectors.subarray(s * stride, s * stride + width);
    encodeFloat16(vector, halves.subarray(s * width, (s + 1) * width));
  }
  return bytes;
}

/** @throws {RangeError} for bytes of another shape */
export function decodeServedUser(bytes: Uint8Array, { samples, width, stride }: EmbeddingShape): ServedUser {
  const length = headerBytes + samples * width * 2;
  if (bytes.byteLength !== length) {
    throw new RangeError(`expected ${length} bytes of a user's embedding, received ${bytes.byteLength}`);
  }
  // Its own memory: that of a blob may not be aligned.
  const own = bytes.slice();
  const header = new DataView(own.buffer);
  const ratings = header.getUint32(0, true);
  const halves = new Uint16Array(own.buffer, headerBytes);
  const vectors = new Float32Array(samples * stride);
  for (let s = 0; s < samples; s++) {
    decodeFloat16(halves.subarray(s * width, (s + 1) * width), vectors.subarray(s * stride, s * stride + width));
  }
  return {
    embedding: { vectors, ratings, bin: -1 },
    weight: modelWeight(ratings),
    bias: header.getFloat32(4, true),
  };
}

/** Rounds in place, as storing does. */
export function roundToHalf(vectors: Float32Array): void {
  const halves = new Uint16Array(vectors.length);
  encodeFloat16(vectors, halves);
  decodeFloat16(halves, vectors);
}
