/**
 * A user's taste in posters: a distribution over the clusters of the catalogue's posters, from their ratings, drawn towards what people
 * of their demographics like; for somebody without ratings, that alone.
 */
import type { UserRatings } from "../model-inputs.js";
import type { PosterClusters } from "../services/poster-index.js";
import type { User } from "../store/users.js";
import { type ColdStartBasis, type DemographicTaste, getDemographicTaste, weighClusters } from "./cold-start.js";
import { loadAll, type Reader } from "./reader.js";

export interface VisualTaste {
  /** Whose ratings it rests on. */
  basis: "RATINGS" | ColdStartBasis;
  /** Number of movies with a poster that the user rated. */
  ratedPosters: number;
  clusters: TasteCluster[];
}

export interface TasteCluster {
  /** Of the user's taste, in 0..1; all clusters sum to 1. */
  share: number;
  /** Number of the catalogue's posters in it. */
  size: number;
  cluster: number;
  clusters: PosterClusters;
}

/** The demographics count as much as this many stars above indifference. */
const priorWeight = 10;

/** Of each user; null where no poster is embedded yet. @throws {AppError} as `Encoders.inUse` */
export async function getVisualTastes(reader: Reader, users: readonly User[]): Promise<(VisualTaste | null)[]> {
  const clusters = await reader.posterClusters.load();
  if (clusters.posters.index.ntotal === 0) return users.map(() => null);
  const ratings = await loadAll(
    reader.ratingsByUserId,
    users.map(({ id }) => id),
  );
  const tastes: VisualTaste[] = [];
  // One after another: each yields to the event loop after a few milliseconds.
  for (const [i, user] of users.entries()) {
    const prior = await getDemographicTaste(reader.services.store, clusters, user);
    tastes.push(toVisualTaste(clusters, ratings[i], prior));
  }
  return tastes;
}

function toVisualTaste(clusters: PosterClusters, ratings: UserRatings, prior: DemographicTaste): VisualTaste {
  const { weights, posters } = weighClusters(clusters, ratings);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = Array.from(weights, (weight, cluster) => ({
    share: (weight + priorWeight * prior.shares[cluster]) / (total + priorWeight),
    size: clusters.sizes[cluster],
    cluster,
    clusters,
  }));
  return {
    basis: posters > 0 ? "RATINGS" : prior.basis,
    ratedPosters: posters,
    clusters: shares.sort((a, b) => b.share - a.share || a.cluster - b.cluster),
  };
}
