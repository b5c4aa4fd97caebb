/** The interface of every model that serves: features of users and movies in, predicted stars out. */
import type { MovieId, UserId } from "../../ids.js";
import type { EncoderKey, PosterEmbedding, UserRatings } from "../../model-inputs.js";
import type { ManifestDraft } from "./manifest.js";

export interface UserFeatures {
  id: UserId;
  gender: string | null;
  ageGroup: number | null;
  occupation: string | null;
  /** Their ratings; given to models that set `needsRatings`, unless `encoded` is. */
  ratings?: UserRatings;
  /** What `encodeUser` gave for the same ratings and demographics. */
  encoded?: Uint8Array;
}

export interface MovieFeatures {
  id: MovieId;
  /** The whole genre string as the data set gives it. */
  genres: string;
  /** Year of release. */
  year?: number | null;
  /** Given for a movie that the model lacks, from the encoder that it names (`posterEncoder`). */
  poster?: PosterEmbedding;
  /** Its ratings; given for a movie that the model lacks (`hasItem`). */
  raters?: readonly { user: UserFeatures; stars: number }[];
}

/** Pairs to predict: pair k is `users[userIndices[k]]` and `movies[movieIndices[k]]`. */
export interface Pairs {
  users: readonly UserFeatures[];
  movies: readonly MovieFeatures[];
  userIndices: Int32Array;
  movieIndices: Int32Array;
  /** When each pair's rating would be given, in Unix seconds; now where absent. Used only by models that know times. */
  times?: Float64Array;
}

export interface Predictions {
  /** Predicted stars of each pair, unclamped, for sorting. */
  stars: Float32Array;
  /** 1 where the model was trained on ratings of the pair's user, else 0. */
  userKnown: Uint8Array;
  /** 1 where the model was trained on ratings of the pair's movie, else 0. */
  itemKnown: Uint8Array;
}

/** One of a user's ratings, and how many stars it moves a prediction by. */
export interface RatingReason {
  movieId: MovieId;
  stars: number;
  contribution: number;
}

export interface Predictor {
  readonly manifest: ManifestDraft;
  /** Whether predictions follow from the users' current ratings, which the caller then gives. */
  readonly needsRatings: boolean;
  /** Whether predictions depend on the day that they are for. */
  readonly knowsTimes?: boolean;
  /** The encoder whose embeddings predict new movies; undefined where the model was not trained on posters. */
  readonly posterEncoder?: EncoderKey;
  /** Reads what is otherwise read when it is first needed, as before a model's files may go. */
  loadRest?(): Promise<void>;
  /** Whether ratings of the movie trained the model. */
  hasItem(id: MovieId): boolean;
  predict(pairs: Pairs): Promise<Predictions>;
  /**
   * All that `predict` needs of a user, so that it can be stored: the same predictions follow from it as from the ratings. Undefined where
   * the model needs no ratings, or predicts for a day.
   */
  encodeUser?(user: UserFeatures): Promise<Uint8Array>;
  /**
   * How much a user would like to watch each movie, whether rated or not: higher is better, comparable within one call
   * only; −∞ for a movie that no rating trained. Undefined where the model has no ranker.
   * @param popularityBias −1 (niche) to 1 (mainstream)
   * @param stars predicted stars of each movie; may be missing unless `prefersByStars`
   */
  preferences?(
    user: UserFeatures,
    movies: readonly MovieFeatures[],
    popularityBias: number,
    stars?: Float32Array,
  ): Promise<Float32Array>;
  /** Whether predicted stars count in `preferences`. */
  readonly prefersByStars?: boolean;
  /**
   * The movies that the same users like, closest first, with their cosines in −1..1; none for a movie that too few
   * users like. Undefined where the model has no ranker.
   */
  similarItems?(id: MovieId, k: number): Promise<{ movieIds: MovieId[]; scores: Float64Array }>;
  /**
   * How much each rating of the user moves the prediction of each movie, in their order; none for a movie that no
   * rating trained. Undefined where the model cannot say.
   */
  reasons?(user: UserFeatures, movies: readonly MovieFeatures[]): Promise<RatingReason[][]>;
}

/** MODEL where the model knows both the user and the movie from ratings, else FALLBACK. */
export type Basis = "MODEL" | "FALLBACK";

export function getBasis(predictions: Predictions, pair: number): Basis {
  return predictions.userKnown[pair] && predictions.itemKnown[pair] ? "MODEL" : "FALLBACK";
}
