/** Settings of the data folder and of what is fetched into it: data sets, encoders and posters. */
import * as z from "zod";
import { commaSeparated, httpsUrl, pathText, type Setting } from "./setting.js";

export const posterProviderNames = ["folder", "tmdb"] as const;
export type PosterProviderName = (typeof posterProviderNames)[number];

export const dataSettings = {
  dataDir: {
    env: "DATA_DIR",
    flag: "data-dir",
    default: "./data",
    description: "keep everything in this folder: the database, posters, models and encoders",
    expected: "a folder's path",
    schema: pathText.refine((text) => text.trim() !== ""),
  },
} satisfies Record<string, Setting>;

export const downloadSettings = {
  movielensUrl: {
    env: "MOVIELENS_URL",
    flag: "movielens-url",
    default: "https://files.grouplens.org/datasets/movielens/",
    description: "download MovieLens data sets from here (marquee import)",
    expected: "an https address",
    schema: httpsUrl,
  },
  encodersUrl: {
    env: "ENCODERS_URL",
    flag: "encoders-url",
    default: "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/",
    description: "download encoders from here (marquee encoders pull)",
    expected: "an https address",
    schema: httpsUrl,
  },
} satisfies Record<string, Setting>;

export const posterSettings = {
  posterProviders: {
    env: "POSTER_PROVIDERS",
    flag: "poster-providers",
    default: "folder,tmdb",
    description: "fetch missing posters from these providers, in this order; those that are not set up are skipped",
    expected: `names of ${posterProviderNames.join(", ")}, each once, or nothing`,
    schema: commaSeparated
      .transform((names) => (names.length === 1 && names[0] === "" ? [] : names))
      .pipe(z.array(z.enum(posterProviderNames)).refine((names) => new Set(names).size === names.length)),
  },
  posterFolder: {
    env: "POSTER_FOLDER",
    flag: "poster-folder",
    default: "",
    description: "take posters from this folder, from pictures named <movieId> or tt<imdbId>",
    expected: "a folder's path, or nothing",
    schema: pathText,
  },
  tmdbApiKey: {
    env: "TMDB_API_KEY",
    flag: "tmdb-api-key",
    default: "",
    description: "fetch posters from The Movie Database with this key or read access token",
    expected: "a key of letters, digits, dots, hyphens and underscores, or nothing",
    isSecret: true,
    schema: z.string().regex(/^[\w.-]{0,1000}$/),
  },
  tmdbUrl: {
    env: "TMDB_URL",
    flag: "tmdb-url",
    default: "https://api.themoviedb.org/3/",
    description: "reach the API of The Movie Database at this address",
    expected: "an https address",
    schema: httpsUrl,
  },
} satisfies Record<string, Setting>;
