/** Finds the picture for a poster's URL: by content, by movie, or a drawn card. */
import { AppError, received } from "../errors.js";
import { splitGenres } from "../genres.js";
import { type MovieId, parseMovieId } from "../ids.js";
import type { ShownFormat } from "../posters/images/resize-poster.js";
import { cardName, type PosterWidth, posterWidths, type Rendition, shownFormats } from "../posters/renditions.js";
import type { Poster } from "../store/posters.js";
import type { Services } from "./services.js";

export { posterWidths } from "../posters/renditions.js";

export interface PosterImage {
  bytes: Buffer;
  type: string;
  /** Changes with the bytes. */
  etag: string;
  /** Whether the address names the content too, so that it never changes. */
  immutable: boolean;
  /** Whether it is a card that stands for a missing poster. */
  drawn: boolean;
}

export interface PosterSize {
  /** One of `posterWidths`; by default the poster's own. */
  width?: number | null;
  /** By default the poster's own. */
  format?: ShownFormat | null;
}

/**
 * Where this server serves a poster: its content's hash is in the address, so that it never changes.
 * @throws {AppError} INVALID_ARGUMENT for a width that is not offered
 */
export function posterUrl({ sha256, format }: Pick<Poster, "sha256" | "format">, size: PosterSize = {}): string {
  const other = size.format === format ? null : size.format;
  return withSize(`/posters/${sha256}.${format}`, { width: size.width, format: other });
}

/** Where this server serves a picture of any movie: its poster, or a drawn card. @throws {AppError} as `posterUrl` */
export function cardUrl(movieId: MovieId, size: PosterSize = {}): string {
  return withSize(`/posters/${movieId}`, size);
}

/** Addresses of a poster in every width that it has pixels for, as the attribute `srcset` of an image lists them. */
export function posterSources(
  poster: Pick<Poster, "sha256" | "format" | "width">,
  { format, origin = "" }: Pick<PosterSize, "format"> & { origin?: string },
): string {
  const scaled = posterWidths.filter((width) => width < poster.width);
  const sources = scaled.map((width) => `${origin}${posterUrl(poster, { width, format })} ${width}w`);
  return [...sources, `${origin}${posterUrl(poster, { format })} ${poster.width}w`].join(", ");
}

/** Where this server serves the picture of a map of posters. */
export function atlasUrl(name: string): string {
  return `/posters/map-${name}.webp`;
}

function withSize(path: string, { width, format }: PosterSize): string {
  const query = new URLSearchParams();
  if (width != null) query.set("w", String(checkWidth(width)));
  if (format != null) query.set("format", format);
  return `${path}${query.size === 0 ? "" : `?${query}`}`;
}

/**
 * @param path such as `/posters/1193` or what `posterUrl` gives, without the query
 * @param query `w` and `format`
 * @returns undefined where there is no such movie or poster
 * @throws {AppError} INVALID_ARGUMENT for a width or format that is not offered
 */
export async function posterImage(
  services: Services,
  path: string,
  query: URLSearchParams,
): Promise<PosterImage | undefined> {
  const { store, renditions } = services;
  const map = /^\/posters\/map-([0-9a-f]{32})\.webp$/.exec(path)?.[1];
  if (map !== undefined) {
    const bytes = await renditions.atlas(map);
    return bytes && { bytes, type: "image/webp", etag: `"${map}"`, immutable: true, drawn: false };
  }
  const byContent = /^\/posters\/([0-9a-f]{64})\.(jpeg|png|webp)$/.exec(path);
  const movieId = parseMovieId(/^\/posters\/(\d+)$/.exec(path)?.[1] ?? "");
  const [movie] = movieId === undefined ? [] : await store.movies.byIds([movieId]);
  const [poster] =
    byContent !== null
      ? [await store.posters.byContent(byContent[1])]
      : movie === undefined
        ? []
        : await store.posters.byMovieIds([movie.id]);
  if (byContent !== null && poster?.format !== byContent[2]) return undefined;
  if (poster === undefined && movie === undefined) return undefined;
  const rendition: Rendition = {
    width: parseWidth(query.get("w")),
    format: parseFormat(query.get("format")) ?? poster?.format ?? "webp",
  };
  const immutable = byContent !== null;
  const image = (bytes: Buffer, name: string, drawn: boolean): PosterImage => ({
    bytes,
    type: `image/${rendition.format}`,
    etag: `"${name.slice(0, 32)}-${rendition.width ?? "full"}-${rendition.format}"`,
    immutable,
    drawn,
  });
  if (poster !== undefined) {
    const bytes = await renditions.ofPoster(poster, rendition).catch((error: unknown) => {
      // Recorded, but its file is gone: a movie still has its card. A size that cannot be made is another matter.
      if (error instanceof AppError && (movie !== undefined || isMissing(error))) return undefined;
      throw error;
    });
    if (bytes !== undefined) return image(bytes, poster.sha256, false);
    if (movie === undefined) return undefined;
  }
  if (movie === undefined) return undefined;
  await services.posterFetcher.request([movie.id]);
  const facts = { title: movie.displayTitle, year: movie.year, genres: splitGenres(movie.genres) };
  return image(await renditions.ofCard(facts, rendition), cardName(facts), true);
}

function isMissing({ cause }: AppError): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

function parseWidth(text: string | null): PosterWidth | undefined {
  return text === null ? undefined : checkWidth(/^\d{1,5}$/.test(text) ? Number(text) : text);
}

function checkWidth(width: number | string): PosterWidth {
  const offered = posterWidths.find((one) => one === width);
  if (offered !== undefined) return offered;
  throw new AppError("INVALID_ARGUMENT", `expected a width of ${posterWidths.join(", ")}, received ${received(width)}`);
}

function parseFormat(text: string | null): ShownFormat | undefined {
  const offered = shownFormats.find((format) => format === text);
  if (offered !== undefined || text === null) return offered;
  throw new AppError("INVALID_ARGUMENT", `expected a format of ${shownFormats.join(", ")}, received ${received(text)}`);
}
