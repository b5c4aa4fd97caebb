/**
 * The demographic cold start of posters: what people of a user's gender and age group like to look at stands for the posters that a
 * new user has not rated yet.
 */

import { withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { mulberry32, permutation } from "../random.js";
import { loadRatings } from "../services/load-ratings.js";
import type { PosterClusters } from "../services/poster-index.js";
import type { Store } from "../store/store.js";
import type { User } from "../store/users.js";
import type { Reader } from "./reader.js";

/** Null stands for an unknown gender or age group. */
export type DemographicGroup = Pick<User, "gender" | "ageGroup">;

/** Whose ratings a cold start rests on. */
export type ColdStartBasis = "DEMOGRAPHICS" | "EVERYONE";

export interface ColdStartPoster {
  vector: Float32Array;
  basis: ColdStartBasis;
}

/**
 * An embedding for each of the demographics: the catalogue's mean, moved towards the clusters of posters that such people like. Null
 * where no poster is embedded yet.
 * @throws {AppError} as `Encoders.inUse`
 */
export async function getColdStartPosters(
  reader: Reader,
  demographics: readonly DemographicGroup[],
): Promise<(ColdStartPoster | null)[]> {
  const clusters = await reader.posterClusters.load();
  if (clusters.posters.index.ntotal === 0) return demographics.map(() => null);
  const posters: ColdStartPoster[] = [];
  for (const one of demographics) {
    posters.push(toColdStartPoster(clusters, await getDemographicTaste(reader.services.store, clusters, one)));
  }
  return posters;
}

function toColdStartPoster(clusters: PosterClusters, { shares, basis }: DemographicTaste): ColdStartPoster {
  const { index } = clusters.posters;
  const vector = index.mean.slice();
  for (let cluster = 0; cluster < clusters.k; cluster++) {
    const factor = index.spread * shares[cluster];
    for (let j = 0; j < index.d; j++) vector[j] += factor * clusters.centroids[cluster * index.d + j];
  }
  return { vector, basis };
}

/** How much people of some demographics like each cluster. */
export interface DemographicTaste {
  /** One share for each cluster, in 0..1; they sum to 1. */
  shares: Float64Array;
  basis: ColdStartBasis;
}

const kept = new WeakMap<PosterClusters, Map<string, Promise<DemographicTaste>>>();

/** Computed once for each of the demographics, until the clusters are found again. */
export function getDemographicTaste(
  store: Pick<Store, "users" | "ratings">,
  clusters: PosterClusters,
  { gender, ageGroup }: DemographicGroup,
): Promise<DemographicTaste> {
  const known = kept.get(clusters) ?? new Map<string, Promise<DemographicTaste>>();
  kept.set(clusters, known);
  const name = `${gender} ${ageGroup}`;
  let taste = known.get(name);
  if (taste === undefined) {
    taste = withoutSignal(() => readDemographicTaste(store, clusters, { gender, ageGroup }));
    known.set(name, taste);
    taste.catch(() => known.delete(name));
  }
  return taste;
}

/** Sample size for each demographic group, so that reading its ratings takes a moment only. */
const maxSample = 300;
/** Fewer people are no demographic group. */
const minGroup = 20;

async function readDemographicTaste(
  store: Pick<Store, "users" | "ratings">,
  clusters: PosterClusters,
  demographics: DemographicGroup,
): Promise<DemographicTaste> {
  const isUnknown = demographics.gender === null && demographics.ageGroup === null;
  const group = isUnknown ? [] : await store.users.idsByDemographics(demographics);
  const basis = group.length >= minGroup ? "DEMOGRAPHICS" : "EVERYONE";
  const people =
    basis === "DEMOGRAPHICS" ? group : await store.users.idsByDemographics({ gender: null, ageGroup: null });
  const order = permutation(people.length, mulberry32(0)).subarray(0, maxSample);
  const shares = new Float64Array(clusters.k);
  const sample = Array.from(order, (index) => people[index]);
  for (const ratings of await loadRatings(store, sample)) {
    weighClusters(clusters, ratings).weights.forEach((weight, cluster) => {
      shares[cluster] += weight;
    });
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  const { ntotal } = clusters.posters.index;
  // Where nobody rated a movie with a poster, every poster is as good as any other.
  for (let c = 0; c < shares.length; c++) shares[c] = total > 0 ? shares[c] / total : clusters.sizes[c] / ntotal;
  return { shares, basis };
}

/** Stars above this say that somebody likes a movie, the more the higher. */
const indifference = 2.5;

/** Stars above indifference by cluster, and the number of rated movies with a poster. */
export function weighClusters(
  { posters: { rowOf }, assignments, k }: PosterClusters,
  { movieIds, stars }: { movieIds: Int32Array; stars: Float32Array },
): { weights: Float64Array; posters: number } {
  const weights = new Float64Array(k);
  let posters = 0;
  for (let r = 0; r < movieIds.length; r++) {
    const row = rowOf.get(movieIds[r] as MovieId);
    if (row === undefined) continue;
    posters++;
    weights[assignments[row]] += Math.max(0, stars[r] - indifference);
  }
  return { weights, posters };
}
