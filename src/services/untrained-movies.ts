/** What models need to know of movies that no rating trained: their posters' embeddings, and who rated them since. */

import { withoutSignal } from "../event-loop.js";
import type { MovieId, UserId } from "../ids.js";
import type { MovieFeatures, Predictor, UserFeatures } from "../ml/model/predictor.js";
import type { Store } from "../store/store.js";
import type { User } from "../store/users.js";
import { loadRatings } from "./load-ratings.js";

/**
 * A movie that the model lacks is folded in from its latest raters; only movies with most raters are, since each rater must be folded
 * in first. After an import of many new movies it is time to train again.
 */
const max = { raters: 20, movies: 25 };

/** Adds posters and raters to the movies of a list that the model was not trained on. */
export type UntrainedMovies = <Movie extends MovieFeatures>(
  model: Predictor,
  movies: readonly Movie[],
) => Promise<readonly Movie[]>;

type Data = Pick<Store, "users" | "ratings" | "embeddings">;
type Features = readonly MovieFeatures[];

interface Kept {
  version: string;
  model: Predictor;
  featured: Promise<Features>;
}

/** What was added to a list, and what it was added from: the same raters of the same revisions add the same. */
interface KeptRaters {
  source: string;
  posters: Features;
  featured: Features;
}

/** Keeps what was last added to each list, until ratings or posters change. */
export function createUntrainedMovies(store: Data): UntrainedMovies {
  const kept = new WeakMap<Features, Kept>();
  const keptPosters = new WeakMap<Features, Kept>();
  const keptRaters = new WeakMap<Predictor, WeakMap<Features, KeptRaters>>();
  const untrained = new WeakMap<Predictor, WeakMap<Features, MovieId[]>>();

  return async (model, movies) => {
    if (!model.needsRatings) return movies;
    const lacking = findUntrained(model, movies);
    if (lacking.length === 0) return movies;
    const version = `${await store.ratings.version()} ${await store.embeddings.version()}`;
    const featured = remember(kept, version, model, movies, async () =>
      withRaters(model, movies, await withPosters(model, movies, lacking), lacking),
    );
    return featured as Promise<typeof movies>;
  };

  /** The same list as before where the raters and their ratings are: what was made from it is known to be current. */
  async function withRaters(
    model: Predictor,
    movies: Features,
    posters: Features,
    lacking: readonly MovieId[],
  ): Promise<Features> {
    const lists = keptRaters.get(model) ?? new WeakMap<Features, KeptRaters>();
    keptRaters.set(model, lists);
    const { raters, users } = await readRaters(store, lacking);
    const source = JSON.stringify([...raters, users.map(({ id, revision }) => [id, revision])]);
    const before = lists.get(movies);
    if (before?.source === source && before.posters === posters) return before.featured;
    const featured = await addRaters(store, posters, raters, users);
    lists.set(movies, { source, posters, featured });
    return featured;
  }

  /** With the embeddings that exist already: no query waits for a poster to be read. */
  async function withPosters(model: Predictor, movies: Features, lacking: readonly MovieId[]): Promise<Features> {
    if (model.posterEncoder === undefined) return movies;
    const { posterEncoder } = model;
    return remember(keptPosters, await store.embeddings.version(), model, movies, async () => {
      const posters = await store.embeddings.ofMovies(posterEncoder, lacking);
      if (posters.size === 0) return movies;
      return movies.map((movie) => (posters.has(movie.id) ? { ...movie, poster: posters.get(movie.id) } : movie));
    });
  }

  /** Found once for a list that is asked about again. */
  function findUntrained(model: Predictor, movies: Features): MovieId[] {
    const lists = untrained.get(model) ?? new WeakMap<Features, MovieId[]>();
    untrained.set(model, lists);
    const found = lists.get(movies) ?? movies.filter(({ id }) => !model.hasItem(id)).map(({ id }) => id);
    lists.set(movies, found);
    return found;
  }
}

function remember(
  kept: WeakMap<Features, Kept>,
  version: string,
  model: Predictor,
  movies: Features,
  make: () => Promise<Features>,
): Promise<Features> {
  const known = kept.get(movies);
  if (known?.version === version && known.model === model) return known.featured;
  // For other requests too, so also when the client of this one has gone.
  const featured = withoutSignal(make);
  kept.set(movies, { version, model, featured });
  featured.catch(() => kept.delete(movies));
  return featured;
}

type Raters = ReadonlyMap<MovieId, readonly { userId: UserId; stars: number }[]>;

/** The raters of the movies with most of them. */
async function readRaters(store: Data, lacking: readonly MovieId[]): Promise<{ raters: Raters; users: User[] }> {
  const found = [...(await store.ratings.ratersOfMovies(lacking, max.raters))];
  const raters = new Map(found.sort(([, a], [, b]) => b.length - a.length).slice(0, max.movies));
  if (raters.size === 0) return { raters, users: [] };
  const ids = [...new Set([...raters.values()].flatMap((list) => list.map(({ userId }) => userId)))];
  return { raters, users: (await store.users.byIds(ids)).filter((user) => user !== undefined) };
}

async function addRaters(store: Data, movies: Features, raters: Raters, known: readonly User[]): Promise<Features> {
  // The list itself where nothing is to be added: the model remembers the positions of its movies.
  if (raters.size === 0) return movies;
  const ratings = await loadRatings(
    store,
    known.map(({ id }) => id),
  );
  const users = new Map<UserId, UserFeatures>(known.map((user, i) => [user.id, { ...user, ratings: ratings[i] }]));
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
