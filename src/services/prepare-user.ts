/** What is computed of a user ahead of their requests: the encoded embedding, and the first movies by preference. */
import type { MovieId } from "../ids.js";
import { topK } from "../ml/linalg/top-k.js";
import type { Predictor, UserFeatures } from "../ml/model/predictor.js";
import type { UserRatings } from "../model-inputs.js";
import type { PreparedUser } from "../store/prepared-users.js";
import type { Catalogue } from "./catalogue.js";

/** Enough for 30 candidates after most filters; other lists are ranked anew. */
const preparedMovies = 200;

/** The model, and when it was made: another may come to have its name. */
export function toModelId({ manifest: { name, createdAt } }: Predictor): string {
  return `${name} ${createdAt}`;
}

/** Whether anything can be prepared for this model. */
export function canPrepare(model: Predictor): model is Predictor & Required<Pick<Predictor, "encodeUser">> {
  return model.encodeUser !== undefined;
}

/** Best-rated movies that are kept with a user: as many as README's query shows, and as posters are compared with. */
export const preparedTopRatings = 3;

/** The encoded embedding and the first movies by preference. */
export async function prepareUser(
  model: Predictor & Required<Pick<Predictor, "encodeUser">>,
  { movies, positionOf }: Catalogue,
  user: UserFeatures & { ratings: UserRatings },
): Promise<Pick<PreparedUser, "embedding" | "best">> {
  const embedding = await model.encodeUser(user);
  if (model.preferences === undefined || model.prefersByStars) return { embedding, best: null };
  const preferences = await model.preferences(user, movies, 0);
  const rated = new Uint8Array(movies.length);
  for (const movieId of user.ratings.movieIds) {
    const position = positionOf.get(movieId as MovieId);
    if (position !== undefined) rated[position] = 1;
  }
  const best = topK(preferences, rated, preparedMovies);
  const bytes = new Uint8Array(best.length * 8);
  new Int32Array(bytes.buffer, 0, best.length).set(best.map((position) => movies[position].id));
  new Float32Array(bytes.buffer, best.length * 4).set(Float32Array.from(best, (position) => preferences[position]));
  return { embedding, best: bytes };
}

/** The movies of a prepared list, best first, with their preferences. */
export function decodeBest(best: Uint8Array): { movieIds: Int32Array; preferences: Float32Array } {
  const n = best.byteLength / 8;
  // Its own memory: that of a blob may not be aligned.
  const { buffer } = best.slice();
  return { movieIds: new Int32Array(buffer, 0, n), preferences: new Float32Array(buffer, n * 4, n) };
}
