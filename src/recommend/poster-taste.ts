/**
 * Which kinds of posters a user's movies have: a distribution over the clusters of the catalogue's posters, from what
 * they rated, drawn towards what people of their demographics like; for somebody who rated nothing, that alone.
 */
import type { RatingsOfUser } from "../db/ratings.js";
import type { User } from "../db/users.js";
import { userIdsLike } from "../db/users.js";
import { withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { mulberry32, permutation } from "../random.js";
import type { PosterKinds } from "../services/poster-map.js";
import type { Services } from "../services/services.js";
import { readRatings } from "./load-ratings.js";

/** Whose ratings a taste rests on. */
export type TasteBasis = "RATINGS" | "DEMOGRAPHICS" | "EVERYONE";

export interface VisualTaste {
  basis: TasteBasis;
  /** Movies with a poster that the user rated. */
  ratedPosters: number;
  clusters: TasteCluster[];
}

export interface TasteCluster {
  /** Of the user's taste, in 0..1; all clusters sum to 1. */
  share: number;
  /** Posters of the catalogue in it. */
  size: number;
  cluster: number;
  kinds: PosterKinds;
}

/** Stars above this say that somebody likes a movie, the more the higher. */
const indifference = 2.5;
/** The demographics count as much as ratings of so many stars above indifference. */
const priorWeight = 10;
/** So many people stand for their demographics, so that reading them takes a moment. */
const mostPeople = 300;

/** Of each user; null where no poster is embedded yet. @throws {AppError} as `Encoders.inUse` */
export async function visualTastes(services: Services, users: readonly User[]): Promise<(VisualTaste | null)[]> {
  const kinds = await services.posterMaps.kinds();
  if (kinds.map.index.ntotal === 0) return users.map(() => null);
  const ratings = await readRatings(
    services.db,
    users.map(({ id }) => id),
  );
  const tastes: VisualTaste[] = [];
  // One after another: each gives way after a few milliseconds, many at once after a few of each.
  for (const [i, user] of users.entries()) {
    tastes.push(tasteOf(kinds, ratings[i], await demographicTaste(services, kinds, user)));
  }
  return tastes;
}

function tasteOf(kinds: PosterKinds, ratings: RatingsOfUser, prior: Prior): VisualTaste {
  const { weights, posters } = weigh(kinds, ratings);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const clusters = Array.from(weights, (weight, cluster) => ({
    share: (weight + priorWeight * prior.shares[cluster]) / (total + priorWeight),
    size: kinds.sizes[cluster],
    cluster,
    kinds,
  }));
  return {
    basis: posters > 0 ? "RATINGS" : prior.basis,
    ratedPosters: posters,
    clusters: clusters.sort((a, b) => b.share - a.share || a.cluster - b.cluster),
  };
}

/** By what people are alike. */
export type Alike = Pick<User, "gender" | "ageGroup">;

/** What stands for the poster of a movie that a user has not rated yet. */
export interface UsualPoster {
  vector: Float32Array;
  basis: Exclude<TasteBasis, "RATINGS">;
}

/**
 * The embedding that stands for what people of each user's demographics like to look at: the catalogue's mean, moved
 * towards the clusters that they like. Null where no poster is embedded yet.
 */
export async function usualPosters(services: Services, people: readonly Alike[]): Promise<(UsualPoster | null)[]> {
  const kinds = await services.posterMaps.kinds();
  if (kinds.map.index.ntotal === 0) return people.map(() => null);
  const usual: UsualPoster[] = [];
  for (const of of people) usual.push(usualOf(kinds, await demographicTaste(services, kinds, of)));
  return usual;
}

function usualOf(kinds: PosterKinds, { shares, basis }: Prior): UsualPoster {
  const { index } = kinds.map;
  const vector = index.mean.slice();
  for (let cluster = 0; cluster < kinds.k; cluster++) {
    const factor = index.spread * shares[cluster];
    for (let j = 0; j < index.d; j++) vector[j] += factor * kinds.centroids[cluster * index.d + j];
  }
  return { vector, basis };
}

interface Prior {
  shares: Float64Array;
  basis: Exclude<TasteBasis, "RATINGS">;
}

const priors = new WeakMap<PosterKinds, Map<string, Promise<Prior>>>();

/** Worked out once for all who are alike, until the clusters are found again. */
function demographicTaste(services: Services, kinds: PosterKinds, user: Alike): Promise<Prior> {
  const known = priors.get(kinds) ?? new Map<string, Promise<Prior>>();
  priors.set(kinds, known);
  const name = `${user.gender} ${user.ageGroup}`;
  let prior = known.get(name);
  if (prior === undefined) {
    prior = withoutSignal(() => readPrior(services, kinds, user));
    known.set(name, prior);
    prior.catch(() => known.delete(name));
  }
  return prior;
}

async function readPrior({ db }: Services, kinds: PosterKinds, user: Alike): Promise<Prior> {
  const alike = user.gender === null && user.ageGroup === null ? [] : userIdsLike(db, user);
  // Two or three people are no demographic.
  const basis = alike.length >= 20 ? "DEMOGRAPHICS" : "EVERYONE";
  const people = basis === "DEMOGRAPHICS" ? alike : userIdsLike(db, { gender: null, ageGroup: null });
  const order = permutation(people.length, mulberry32(0)).subarray(0, mostPeople);
  const shares = new Float64Array(kinds.k);
  const drawn = Array.from(order, (place) => people[place]);
  for (const ratings of await readRatings(db, drawn)) {
    weigh(kinds, ratings).weights.forEach((weight, cluster) => {
      shares[cluster] += weight;
    });
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  const { ntotal } = kinds.map.index;
  // Where nobody rated anything with a poster, every poster is as good as any other.
  for (let c = 0; c < shares.length; c++) shares[c] = total > 0 ? shares[c] / total : kinds.sizes[c] / ntotal;
  return { shares, basis };
}

/** Stars above indifference by cluster. */
function weigh(
  { map, assignments, k }: PosterKinds,
  { movieIds, stars }: { movieIds: Int32Array; stars: Float32Array },
): { weights: Float64Array; posters: number } {
  const weights = new Float64Array(k);
  let posters = 0;
  for (let r = 0; r < movieIds.length; r++) {
    const place = map.placeOf.get(movieIds[r] as MovieId);
    if (place === undefined) continue;
    posters++;
    weights[assignments[place]] += Math.max(0, stars[r] - indifference);
  }
  return { weights, posters };
}
