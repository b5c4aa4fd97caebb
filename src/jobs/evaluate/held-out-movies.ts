/** Measures predictions for movies that nobody has rated yet: from genres and year, from the poster, and from both. */
import { AppError } from "../../errors.js";
import { drawIndices } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import type { MovieFeatures } from "../../ml/model/predictor.js";
import type { Progress } from "../progress.js";
import { evaluate, otherRows } from "./evaluation.js";
import { type ProtocolOptions, type ProtocolResult, trainOn } from "./protocol.js";

/** The data set before some movies were added. @param rows ratings of all other movies */
function withoutMovies(data: TrainingSet, removed: ReadonlySet<number>, rows: Int32Array): TrainingSet {
  const { ratings } = data;
  return {
    ...data,
    movies: data.movies.filter(({ id }) => !removed.has(id)),
    ratings: {
      userIds: rows.map((row) => ratings.userIds[row]),
      movieIds: rows.map((row) => ratings.movieIds[row]),
      stars: Float32Array.from(rows, (row) => ratings.stars[row]),
      ratedAt: ratings.ratedAt && Float64Array.from(rows, (row) => ratings.ratedAt?.[row] ?? 0),
    },
  };
}

/** @throws {AppError} DATA_EMPTY where no movie that was rated has an embedded poster */
export async function heldOutMoviesProtocol(
  data: TrainingSet,
  options: ProtocolOptions,
  progress: Progress,
): Promise<ProtocolResult> {
  const rated = new Set<number>(data.ratings.movieIds);
  const candidates = data.movies.filter(({ id, poster }) => poster !== undefined && rated.has(id));
  if (candidates.length === 0) {
    throw new AppError(
      "DATA_EMPTY",
      "expected rated movies whose posters are embedded, but there are none: marquee posters add, marquee posters embed",
    );
  }
  const runs: ProtocolResult["runs"] = [];
  for (const seed of options.seeds) {
    const drawn = drawIndices(candidates.length, Math.round(candidates.length * 0.2), seed);
    const chosen = new Set<number>([...drawn].map((index) => candidates[index].id));
    const heldOut = Int32Array.from(data.ratings.movieIds.keys()).filter((row) =>
      chosen.has(data.ratings.movieIds[row]),
    );
    const train = otherRows(data.ratings.stars.length, heldOut);
    const { model, seconds } = await trainOn(
      withoutMovies(data, chosen, train),
      { train: Int32Array.from(train.keys()), stars: options.stars(seed), label: `seed ${seed}` },
      progress,
    );
    const getError = async (known: (movie: MovieFeatures) => MovieFeatures) =>
      (await evaluate(model, { ...data, movies: data.movies.map(known) }, heldOut, "", undefined, train)).rmse;
    runs.push({
      seed,
      figures: {
        movies: chosen.size,
        count: heldOut.length,
        rmseFromNothing: await getError(({ id }) => ({ id, genres: "" })),
        rmseFromPoster: await getError(({ id, poster }) => ({ id, genres: "", poster })),
        rmseFromLabels: await getError(({ poster: _, ...movie }) => movie),
        rmseFromBoth: await getError((movie) => movie),
        trainSeconds: seconds,
      },
    });
  }
  return {
    protocol: "held-out-movies",
    description:
      "20% of the movies with an embedded poster held out with all their ratings, as if they came after the training. " +
      "Their ratings are predicted from nothing but the " +
      "user (rmseFromNothing), the poster, labels (genres and year), and both.",
    runs,
  };
}
