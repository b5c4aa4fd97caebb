/** What is computed of a user ahead of their requests: the encoded embedding, and the first movies by preference with their stars. */
import type { MovieId } from "../ids.js";
import { topK } from "../ml/linalg/top-k.js";
import { type Basis, getBasis, type Predictor, type UserFeatures } from "../ml/model/predictor.js";
import type { UserRatings } from "../model-inputs.js";
import type { PreparedEmbedding, PreparedUser } from "../store/prepared-users.js";
import type { Catalogue } from "./catalogue.js";

/** Enough for 30 candidates after most filters; other lists are ranked anew. */
const preparedMovies = 200;

/** How `best` is encoded: rows of another version are not current. */
const encodingVersion = 2;

/** The model, and when it was made: another may come to have its name. */
export function toModelId({ manifest: { name, createdAt } }: Predictor): string {
  return `${name} ${createdAt} ${encodingVersion}`;
}

/** A model whose user embeddings can be stored. */
export type PreparableModel = Predictor & Required<Pick<Predictor, "encodeUser">>;

/** Whether anything can be prepared for this model. */
export function canPrepare(model: Predictor): model is PreparableModel {
  return model.encodeUser !== undefined;
}

/** Best-rated movies that are kept with a user: as many as README's query shows, and as posters are compared with. */
export const preparedTopRatings = 3;

/** The encoded embedding, and the first movies by preference that the user neither rated nor dismissed. */
export async function prepareUser(
  model: PreparableModel,
  { movies, positionOf }: Catalogue,
  user: UserFeatures & { ratings: UserRatings },
  dismissed: Int32Array,
): Promise<Pick<PreparedUser & PreparedEmbedding, "embedding" | "best">> {
  const embedding = await model.encodeUser(user);
  if (model.preferences === undefined || model.prefersByStars) return { embedding, best: null };
  const preferences = await model.preferences(user, movies, 0);
  const excluded = new Uint8Array(movies.length);
  for (const movieIds of [user.ratings.movieIds, dismissed]) {
    for (const movieId of movieIds) {
      const position = positionOf.get(movieId as MovieId);
      if (position !== undefined) excluded[position] = 1;
    }
  }
  const positions = topK(preferences, excluded, preparedMovies);
  const predictions = await model.predict({
    users: [{ ...user, encoded: embedding }],
    movies: Array.from(positions, (position) => movies[position]),
    userIndices: new Int32Array(positions.length),
    movieIndices: Int32Array.from(positions.keys()),
  });
  const best = {
    movieIds: Int32Array.from(positions, (position) => movies[position].id),
    preferences: Float32Array.from(positions, (position) => preferences[position]),
    stars: predictions.stars,
    basis: positions.length === 0 ? "FALLBACK" : getBasis(predictions, 0),
  } as const;
  return { embedding, best: encodeBest(best) };
}

/** The movies of a prepared list, best first: the ranker was trained on all of them, so that their stars rest on the same. */
export interface BestMovies {
  movieIds: Int32Array;
  preferences: Float32Array;
  stars: Float32Array;
  basis: Basis;
}

function encodeBest({ movieIds, preferences, stars, basis }: BestMovies): Uint8Array {
  const n = movieIds.length;
  const bytes = new Uint8Array(4 + n * 12);
  new Int32Array(bytes.buffer).set([basis === "MODEL" ? 1 : 0, ...movieIds]);
  new Float32Array(bytes.buffer, 4 + n * 4).set(preferences);
  new Float32Array(bytes.buffer, 4 + n * 8).set(stars);
  return bytes;
}

export function decodeBest(best: Uint8Array): BestMovies {
  const n = (best.byteLength - 4) / 12;
  // Its own memory: that of a blob may not be aligned.
  const { buffer } = new Uint8Array(best);
  return {
    basis: new Int32Array(buffer)[0] === 1 ? "MODEL" : "FALLBACK",
    movieIds: new Int32Array(buffer, 4, n),
    preferences: new Float32Array(buffer, 4 + n * 4, n),
    stars: new Float32Array(buffer, 4 + n * 8, n),
  };
}
