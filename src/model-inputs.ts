/** What the store gives and models take: a user's ratings, and the embedding of a poster. */

/** A user's ratings, parallel arrays. */
export interface UserRatings {
  movieIds: Int32Array;
  /** Stars, 0.5 to 5. */
  stars: Float32Array;
  /** Unix seconds, 0 where not known; absent where no time is. */
  ratedAt?: Float64Array;
}

/** The encoder and the preprocessing of an embedding: only embeddings with equal keys are comparable. */
export interface EncoderKey {
  encoderId: string;
  preprocessing: string;
}

/** The embedding of a movie's poster. */
export interface PosterEmbedding {
  encoder: EncoderKey;
  /** SHA-256 of the picture. */
  content: string;
  vector: Float32Array;
}
