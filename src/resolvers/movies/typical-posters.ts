/** The posters closest to the centre of a cluster. */
import { nearestPosters } from "../../posters/vectors/neighbours.js";
import type { TasteCluster } from "../../recommend/cluster-taste.js";
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst } from "../request/cursors.js";

/** Movies whose posters are the most typical of a cluster. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export async function typicalPosters(
  { loaders, scheduler }: Context,
  { clusters, cluster }: TasteCluster,
  first: number,
): Promise<Movie[]> {
  checkFirst("first", first, 100);
  const { index, movieIds } = clusters.posters;
  const others = new Set<number>();
  clusters.assignments.forEach((own, row) => {
    if (own !== cluster) others.add(row);
  });
  const centroid = clusters.centroids.subarray(cluster * index.d, (cluster + 1) * index.d);
  const { indices } = await scheduler.trackComputation(() => nearestPosters(index, centroid, first, others));
  const found = await loaders.movieById.loadMany(Array.from(indices, (index) => movieIds[index]));
  return found.filter((movie) => movie !== undefined && !(movie instanceof Error)) as Movie[];
}
