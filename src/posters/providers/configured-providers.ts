/** Creates the poster providers that are configured. */
import { folderProvider } from "./folder.js";
import type { PosterProvider } from "./provider.js";
import { tmdbProvider } from "./tmdb.js";

export interface PosterProviderOptions {
  /** Names of providers, in the order in which they are tried. */
  posterProviders: readonly PosterProvider["name"][];
  /** Empty where there is none. */
  posterFolder: string;
  /** Empty where there is none. */
  tmdbApiKey: string;
  tmdbUrl: string;
}

/** The named providers whose folder or key is set, in the order of their names. */
export function createPosterProviders({
  posterProviders,
  posterFolder,
  tmdbApiKey,
  tmdbUrl,
}: PosterProviderOptions): PosterProvider[] {
  const create: Record<PosterProvider["name"], () => PosterProvider | undefined> = {
    folder: () => (posterFolder === "" ? undefined : folderProvider(posterFolder)),
    tmdb: () => (tmdbApiKey === "" ? undefined : tmdbProvider({ key: tmdbApiKey, baseUrl: tmdbUrl })),
  };
  return posterProviders.map((name) => create[name]()).filter((provider) => provider !== undefined);
}
