/** Genres of the catalogue. */
import type { Context } from "../request/context.js";

export interface Genre {
  name: string;
  movieCount: number;
}

/** By name; none without a data set. */
export async function listGenres({ loaders, services }: Context): Promise<Genre[]> {
  if ((await services.serving()).dataset === undefined) return [];
  const { genres, genreSpellings } = await loaders.catalogue.load();
  const counts = new Map<string, number>();
  for (const names of genres) for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([folded, movieCount]) => ({ name: genreSpellings.get(folded) ?? folded, movieCount }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
