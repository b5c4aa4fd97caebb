/** The manifest of a model: the `manifest.json` in its folder. */
import * as z from "zod";
import { AppError } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";

export const modelFormat = "marquee-model";
export const modelFormatVersion = 1;

const rowOrNothing = z.number().int().positive().nullable();
const metrics = z.object({
  /** Which ratings were predicted, in words. */
  protocol: z.string(),
  count: z.number().int(),
  /** Stars. */
  rmse: z.number(),
  mae: z.number(),
  /** Row-normalised: row = true stars 1 to 5, column = predicted stars 1 to 5. */
  confusionMatrix: z.array(z.array(z.number())),
  /** How many ratings of 0.5, 1, … 5 stars were given, and predicted (to the nearest half star). */
  ratingHistogram: z.object({ given: z.array(z.number()), predicted: z.array(z.number()) }).optional(),
});
export type Metrics = z.infer<typeof metrics>;

const common = {
  format: z.literal(modelFormat),
  formatVersion: z.literal(modelFormatVersion),
  name: z.string(),
  origin: z.enum(["imported", "trained"]),
  createdAt: z.iso.datetime(),
  /** The data set that its ids belong to, and the fingerprint of the ratings that it was trained on. */
  dataset: z.object({ name: z.string(), ratings: z.number().int(), fingerprint: z.string() }),
  /** How it was trained: seed, factors, learning rate, … */
  training: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).optional(),
  metrics: metrics.optional(),
  files: z.record(z.string(), z.object({ bytes: z.number().int(), sha256: z.string() })),
};

const baselineSchema = z.object({
  ...common,
  kind: z.literal("baseline"),
  /** SHA-256 of the file that was imported. */
  sourceSha256: z.string().optional(),
  idMaps: z.object({
    userIds: z.array(rowOrNothing),
    genders: z.array(z.string()),
    ageGroups: z.array(z.number()),
    occupations: z.array(z.string()),
    movieIds: z.array(rowOrNothing),
    genres: z.array(z.string()),
  }),
  /** Ids that have a row which no rating trained: served from the fallback rows. */
  untrained: z.object({ userIds: z.array(z.number()), movieIds: z.array(z.number()) }),
  /** Rows of each table; in the graph each has one more, its fallback row. */
  tableRows: z.object({
    user: z.number().int(),
    gender: z.number().int(),
    age: z.number().int(),
    occupation: z.number().int(),
    movie: z.number().int(),
    genre: z.number().int(),
  }),
  preprocessing: z.object({ ratingScale: z.number(), features: z.array(z.string()) }),
});

/** How the ranker beside a factor model was trained, and the weights of its parts. */
const rankerSchema = z.object({
  /** Ratings of at least this many stars count as likes. */
  positiveFrom: z.number(),
  ials: z.object({ factors: z.number().int(), unobserved: z.number(), regularization: z.number() }),
  /** Whether there is an item-to-item matrix too. */
  ease: z.object({ regularization: z.number() }).nullable(),
  /** score = ials · iALS + ease · EASE + stars · (predicted stars − 3.5). */
  weights: z.object({ ials: z.number(), ease: z.number(), stars: z.number() }),
  /** Strength of the popularity bias at −1 and at 1, and the mean popularity percentile of ten recommendations at −1, 0, 1. */
  dial: z.object({ niche: z.number(), mainstream: z.number(), percentiles: z.array(z.number()) }),
});
export type RankerManifest = z.infer<typeof rankerSchema>;

const factorSchema = z.object({
  ...common,
  kind: z.enum(["bayes", "mf"]),
  /** Item rows, and the labels that users and movies may have; users are folded in and have no row. */
  idMaps: z.object({
    movieIds: z.array(z.number().int().positive()),
    genders: z.array(z.string()),
    ageGroups: z.array(z.number()),
    occupations: z.array(z.string()),
    /** Single genres. */
    genres: z.array(z.string()),
    /** Five-year bins, from the one of this year on. */
    years: z.object({ first: z.number().int(), bins: z.number().int() }),
  }),
  factors: z.number().int(),
  /** Posterior samples kept; 1 for matrix factorization. */
  samples: z.number().int(),
  /** The scale that predictions are clipped to, and the mean of the ratings, in stars. */
  scale: z.object({ least: z.number(), most: z.number(), mean: z.number() }),
  /**
   * Of models trained on ratings with times: where the bins of time begin, in Unix seconds, and for each sample the
   * precision of what a day adds to a user's bias, in 1/stars².
   */
  times: z.object({ edges: z.array(z.number()), dayPrecisions: z.array(z.number()) }).optional(),
  /** Of models that predict new movies from posters: the encoder whose embeddings they read. */
  posters: z.object({ encoderId: z.string(), preprocessing: z.string(), dimension: z.number().int() }).optional(),
  ranker: rankerSchema.optional(),
});

const manifestSchema = z.discriminatedUnion("kind", [baselineSchema, factorSchema]);

export type BaselineManifest = Omit<z.infer<typeof baselineSchema>, "idMaps" | "untrained"> & {
  idMaps: Omit<z.infer<typeof baselineSchema>["idMaps"], "userIds" | "movieIds"> & {
    userIds: (UserId | null)[];
    movieIds: (MovieId | null)[];
  };
  untrained: { userIds: UserId[]; movieIds: MovieId[] };
};
export type FactorManifest = Omit<z.infer<typeof factorSchema>, "idMaps"> & {
  idMaps: Omit<z.infer<typeof factorSchema>["idMaps"], "movieIds"> & { movieIds: MovieId[] };
};
export type Manifest = BaselineManifest | FactorManifest;
/** Before its files are written. */
export type ManifestDraft = Omit<BaselineManifest, "files"> | Omit<FactorManifest, "files">;

/** How to rebuild a model that cannot be read; for any origin unless `origin` is given. */
export function rebuildHint(origin?: Manifest["origin"]): string {
  const commands = { trained: "marquee train", imported: "marquee models import <file> --kind baseline" };
  return `rebuild it with: ${origin === undefined ? Object.values(commands).join(" or ") : commands[origin]}`;
}

/**
 * @param text the content of a `manifest.json`
 * @param folder where it lies, for messages
 * @throws {AppError} MODEL_INVALID naming the first field that is not as expected
 */
export function parseManifest(text: string, folder: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AppError("MODEL_INVALID", `expected JSON in ${folder}/manifest.json: ${rebuildHint()}`, { cause });
  }
  const result = manifestSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new AppError(
      "MODEL_INVALID",
      `expected a model manifest of version ${modelFormatVersion} in ${folder}/manifest.json, but at ` +
        `${issue.path.join(".") || "its top"}: ${issue.message}; ${rebuildHint()}`,
    );
  }
  return result.data as Manifest;
}
