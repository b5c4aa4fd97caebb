/** The manifest of an encoder, stored as `manifest.json` in its folder; the built-in encoder has no folder. */
import * as z from "zod";
import { AppError, received } from "../../errors.js";
import { sha256Hex } from "../../sha256.js";
import { imagenetPreprocessing, type Preprocessing } from "../images/preprocessing.js";
import { descriptorDimension, descriptorSize } from "./descriptor.js";

export const encoderFormatVersion = 1;
export const encoderName = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const side = z.int().min(1).max(4096);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const divisor = z.number().positive();

export const preprocessingSchema: z.ZodType<Preprocessing> = z.strictObject({
  version: z.literal(1),
  size: z.tuple([side, side]),
  fit: z.literal("squash"),
  resampling: z.literal("linear"),
  scale: divisor,
  mean: triple,
  std: z.tuple([divisor, divisor, divisor]),
  layout: z.literal("NCHW"),
  colour: z.literal("RGB"),
});

const onnxManifestSchema = z.object({
  formatVersion: z.literal(encoderFormatVersion),
  id: z.string(),
  name: z.string().regex(encoderName),
  kind: z.literal("onnx"),
  dimension: z.int().positive(),
  preprocessing: preprocessingSchema,
  /** Of the file it was made from. */
  sourceSha256: sha256Schema,
  /** Of `encoder.onnx`. */
  graphSha256: sha256Schema,
  graphBytes: z.int().positive(),
  /** `batch` is 1 where pictures go through one at a time, null where many may at once. */
  input: z.object({
    name: z.string(),
    size: z.tuple([z.literal(3), side, side]),
    batch: z.literal(1).nullable(),
  }),
  /** The layer that was cut off, with all that follows it. */
  sourceLayer: z.object({ name: z.string(), op: z.string() }).optional(),
  /** The tensor that is the embedding as it is, where no layer was cut off. */
  sourceTensor: z.string().optional(),
  addedAt: z.iso.datetime(),
});

/** How good neighbours are, by two measures of the data set: see `encoder-quality.ts`. */
const qualitySchema = z.object({ genreJaccard: z.number(), coLikeLift: z.number().nullable() });

/** A head that was trained on another encoder's embeddings (`projection-head.ts`). */
const headManifestSchema = z.object({
  formatVersion: z.literal(encoderFormatVersion),
  id: z.string(),
  name: z.string().regex(encoderName),
  kind: z.literal("head"),
  dimension: z.int().positive(),
  /** The base's. */
  preprocessing: preprocessingSchema,
  base: z.object({ name: z.string(), id: z.string(), dimension: z.int().positive() }),
  graphSha256: sha256Schema,
  graphBytes: z.int().positive(),
  training: z.object({
    dataset: z.string(),
    posters: z.int().positive(),
    likes: z.int().nonnegative(),
    seed: z.int(),
    gamma: z.number().positive(),
    regularization: z.number().positive(),
  }),
  /** On movies held out from training; null where it was not evaluated. */
  quality: z.object({ folds: z.int(), heldOut: qualitySchema, base: qualitySchema, random: qualitySchema }).nullable(),
  addedAt: z.iso.datetime(),
});

const manifestSchema = z.discriminatedUnion("kind", [onnxManifestSchema, headManifestSchema]);

export type OnnxEncoderManifest = z.infer<typeof onnxManifestSchema>;
export type HeadEncoderManifest = z.infer<typeof headManifestSchema>;
/** Encoders that lie in a folder. */
export type StoredEncoderManifest = z.infer<typeof manifestSchema>;
export interface BuiltinEncoderManifest {
  formatVersion: typeof encoderFormatVersion;
  id: string;
  name: string;
  kind: "builtin";
  dimension: number;
  preprocessing: Preprocessing;
}
/** `id` is what embeddings are stored under, together with `preprocessingVersion`. */
export type EncoderManifest = StoredEncoderManifest | BuiltinEncoderManifest;

/** Colours and layout (`descriptor.ts`): always there, and worse than any network. The number is the descriptor's. */
export const builtinEncoder: BuiltinEncoderManifest = {
  formatVersion: encoderFormatVersion,
  id: "colour-layout@1",
  name: "colour-layout",
  kind: "builtin",
  dimension: descriptorDimension,
  preprocessing: { ...imagenetPreprocessing, size: descriptorSize, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
};

/** A short name for a preprocessing, such as `224x224-9c1f00ab`: other settings, other name. */
export function preprocessingVersion(preprocessing: Preprocessing): string {
  const { version, size, fit, resampling, scale, mean, std, layout, colour } = preprocessing;
  const settings = JSON.stringify([version, size, fit, resampling, scale, mean, std, layout, colour]);
  return `${size.join("x")}-${sha256Hex(settings).slice(0, 8)}`;
}

/** @throws {AppError} ENCODER_INVALID with the command that makes the encoder again */
export function parseEncoderManifest(text: string, name: string): StoredEncoderManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unsoundEncoder(name, "manifest.json is no JSON", cause);
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== encoderFormatVersion) {
    throw unsoundEncoder(name, `its format version is ${received(version)} where ${encoderFormatVersion} is expected`);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw unsoundEncoder(name, `manifest.json: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.name !== name) throw unsoundEncoder(name, `its manifest is that of ${parsed.data.name}`);
  return parsed.data;
}

/** ENCODER_INVALID for an encoder's folder, saying how to make it again. */
export function unsoundEncoder(name: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "ENCODER_INVALID",
    `expected a sound encoder ${name}, but ${reason}; make it again with: marquee encoders add <file>`,
    { cause },
  );
}
