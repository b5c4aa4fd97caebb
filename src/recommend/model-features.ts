/** Collects the features a model needs: users with their current ratings, and raters of movies it was not trained on. */
import { embeddingsStamp, storedEmbeddings } from "../db/posters.js";
import { ratersOfMovies } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import { databaseVersion } from "../db/version.js";
import type { MovieFeatures, Predictor, UserFeatures } from "../ml/model/predictor.js";
import { withoutSignal } from "../pause.js";
import type { Services } from "../services/services.js";
import { readRatings } from "./load-ratings.js";

/**
 * A movie that the model lacks is folded in from so many of its raters, the latest; and so many such movies, those with
 * most raters: each rater must be folded in first. After an import of many new movies it is time to train again.
 */
const most = { raters: 20, movies: 25 };

/** The same users, with their ratings where the model folds them in. */
export async function usersForModel<User extends UserFeatures>(
  { db }: Pick<Services, "db">,
  model: Pick<Predictor, "needsRatings">,
  users: readonly User[],
): Promise<readonly User[]> {
  if (!model.needsRatings) return users;
  const ratings = await readRatings(
    db,
    users.map(({ id }) => id),
  );
  return users.map((user, i) => ({ ...user, ratings: ratings[i] }));
}

/** The same movies; those that the model was trained without, with their posters' embeddings and who rated them. */
export async function moviesForModel<Movie extends MovieFeatures>(
  services: Pick<Services, "db">,
  model: Predictor,
  movies: readonly Movie[],
): Promise<readonly Movie[]> {
  if (!model.needsRatings) return movies;
  const lacking = lackingIn(model, movies);
  if (lacking.length === 0) return movies;
  const version = databaseVersion(services.db);
  const kept = featuredOf.get(movies);
  if (kept?.version === version && kept.model === model) return kept.featured as Promise<readonly Movie[]>;
  // Not for one asker alone: others wait for it, too.
  const featured = withoutSignal(() =>
    withRaters(services, model, withPosters(services, model, movies, lacking), lacking),
  );
  featuredOf.set(movies, { version, model, featured });
  featured.catch(() => featuredOf.delete(movies));
  return featured;
}

/** What was last made of a list, as of the state of the database that it was made from. */
const featuredOf = new WeakMap<
  readonly MovieFeatures[],
  { version: string; model: Predictor; featured: Promise<readonly MovieFeatures[]> }
>();

const withPostersOf = new WeakMap<readonly MovieFeatures[], { stamp: string; model: Predictor; movies: unknown }>();

/** With the embeddings that are made already: no query waits for a poster to be read. */
function withPosters<Movie extends MovieFeatures>(
  { db }: Pick<Services, "db">,
  model: Predictor,
  movies: readonly Movie[],
  lacking: readonly Movie["id"][],
): readonly Movie[] {
  if (model.posterEncoder === undefined) return movies;
  const stamp = embeddingsStamp(db);
  const kept = withPostersOf.get(movies);
  if (kept?.stamp === stamp && kept.model === model) return kept.movies as readonly Movie[];
  const posters = storedEmbeddings(db, model.posterEncoder, lacking);
  const featured =
    posters.size === 0
      ? movies
      : movies.map((movie) => (posters.has(movie.id) ? { ...movie, poster: posters.get(movie.id) } : movie));
  withPostersOf.set(movies, { stamp, model, movies: featured });
  return featured;
}

async function withRaters<Movie extends MovieFeatures>(
  services: Pick<Services, "db">,
  model: Predictor,
  movies: readonly Movie[],
  lacking: readonly Movie["id"][],
): Promise<readonly Movie[]> {
  const found = [...ratersOfMovies(services.db, lacking, most.raters)];
  const raters = new Map(found.sort(([, a], [, b]) => b.length - a.length).slice(0, most.movies));
  // The list itself, where nothing is to be added: the model remembers where its movies are.
  if (raters.size === 0) return movies;
  const ids = [...new Set([...raters.values()].flatMap((list) => list.map(({ userId }) => userId)))];
  const known = usersByIds(services.db, ids).filter((user) => user !== undefined);
  const users = new Map((await usersForModel(services, model, known)).map((user) => [user.id, user]));
  return movies.map((movie) => {
    const own = raters.get(movie.id);
    if (own === undefined) return movie;
    const list = own.flatMap(({ userId, stars }) => {
      const user = users.get(userId);
      return user === undefined ? [] : [{ user, stars }];
    });
    return { ...movie, raters: list };
  });
}

const lackingOf = new WeakMap<Predictor, WeakMap<readonly MovieFeatures[], MovieFeatures["id"][]>>();

/** Movies of a list that no rating trained; worked out once for a list that is asked about again. */
function lackingIn(model: Predictor, movies: readonly MovieFeatures[]): MovieFeatures["id"][] {
  const lists = lackingOf.get(model) ?? new WeakMap<readonly MovieFeatures[], MovieFeatures["id"][]>();
  lackingOf.set(model, lists);
  const found = lists.get(movies) ?? movies.filter(({ id }) => !model.hasItem(id)).map(({ id }) => id);
  lists.set(movies, found);
  return found;
}
