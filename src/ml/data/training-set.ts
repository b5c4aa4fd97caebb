/** The data set that models of every kind are trained on. */
import type { EncoderKey } from "../../model-inputs.js";
import type { MovieFeatures, UserFeatures } from "../model/predictor.js";

/** The movies in the data set's own order. */
export interface TrainingSet {
  users: readonly UserFeatures[];
  movies: readonly MovieFeatures[];
  /** Of the movies' posters, where they have any. */
  posterEncoder?: EncoderKey;
  /** Parallel arrays of ids, stars and Unix seconds, 0 where the data set does not say when. */
  ratings: { userIds: Int32Array; movieIds: Int32Array; stars: Float32Array; ratedAt?: Float64Array };
}
