/**
 * Fetches posters from The Movie Database with the operator's own key: by TMDB id, else by IMDb id. See docs/posters.md
 * on attribution.
 */
import * as z from "zod";
import { AppError, received } from "../../errors.js";
import { mulberry32 } from "../../random.js";
import { maxPosterBytes } from "../images/open-image.js";
import { createPace, type PaceOptions } from "./pace.js";
import type { PosterProvider, PosterSubject } from "./provider.js";
import { type Answer, failed, type RequestOptions, requestSafely } from "./request.js";

export interface TmdbOptions {
  /** A v3 API key, or a v4 read access token. */
  key: string;
  baseUrl?: string;
  /** The narrowest size that is at least this wide is fetched, in pixels. */
  width?: number;
  pace?: Partial<PaceOptions>;
  timeoutMs?: number;
  ca?: string | Buffer;
  allowPrivate?: boolean;
}

export const tmdbUrl = "https://api.themoviedb.org/3/";
const imageHost = "image.tmdb.org";
const jsonBytes = 1_000_000;
/** About half of TMDB's limit. */
const defaultPace: PaceOptions = {
  perSecond: 20,
  tries: 4,
  firstDelayMs: 500,
  maxDelayMs: 60_000,
  random: mulberry32(1),
};

const configurationSchema = z.object({
  images: z.object({ secure_base_url: z.url(), poster_sizes: z.array(z.string()).min(1) }),
});
const posterPath = z
  .string()
  .regex(/^\/[\w.-]{1,200}$/)
  .nullish();
const movieSchema = z.object({ poster_path: posterPath });
const findSchema = z.object({ movie_results: z.array(movieSchema), tv_results: z.array(movieSchema).optional() });

/** The etag is the picture's path at TMDB: the same path is always the same picture. */
export function tmdbProvider(options: TmdbOptions): PosterProvider {
  const base = new URL(options.baseUrl ?? tmdbUrl);
  const paced = createPace({ ...defaultPace, ...options.pace });
  const isToken = options.key.includes(".");
  let configuration: Promise<{ baseUrl: string; size: string }> | undefined;

  async function fetched(url: URL, types: string[], maxBytes: number, signal?: AbortSignal): Promise<Answer> {
    const request: RequestOptions = {
      hosts: new Set([base.host, imageHost]),
      types,
      maxBytes,
      timeoutMs: options.timeoutMs ?? 20_000,
      ca: options.ca,
      allowPrivate: options.allowPrivate,
      signal,
      // The token goes to the API only, never to the host of the pictures.
      headers:
        isToken && url.host === base.host && types[0] === "application/json"
          ? { authorization: `Bearer ${options.key}` }
          : {},
    };
    return paced(() => requestSafely(url, request), signal);
  }

  /** @returns undefined for 404 */
  async function json<T>(schema: z.ZodType<T>, path: string, query: Record<string, string>, signal?: AbortSignal) {
    const url = new URL(path, base.href.endsWith("/") ? base.href : `${base.href}/`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (!isToken) url.searchParams.set("api_key", options.key);
    const { status, body } = await fetched(url, ["application/json"], jsonBytes, signal);
    if (status === 404) return undefined;
    if (status === 401) throw failed(url, "expected a key that TMDB accepts: it answers 401");
    if (status !== 200) throw failed(url, `expected status 200, received ${status}`);
    try {
      return schema.parse(JSON.parse(body.toString("utf8")));
    } catch (cause) {
      throw failed(url, `expected an answer as TMDB documents it, received ${received(body.toString("utf8"))}`, cause);
    }
  }

  async function configure(signal?: AbortSignal): Promise<{ baseUrl: string; size: string }> {
    const answer = await json(configurationSchema, "configuration", {}, signal);
    if (answer === undefined) throw new AppError("FETCH_FAILED", "expected TMDB's configuration, received status 404");
    const { secure_base_url: baseUrl, poster_sizes: sizes } = answer.images;
    const widths = sizes.map((size) => Number(/^w(\d+)$/.exec(size)?.[1] ?? Number.POSITIVE_INFINITY));
    const enough = widths.findIndex((width) => width >= (options.width ?? 342));
    return { baseUrl, size: sizes[enough === -1 ? sizes.length - 1 : enough] };
  }

  async function findPosterPath(
    { imdbId, tmdbId }: PosterSubject,
    signal?: AbortSignal,
  ): Promise<string | null | undefined> {
    if (tmdbId !== null) {
      const movie = await json(movieSchema, `movie/${tmdbId}`, {}, signal);
      // The IMDb id may still find a movie whose TMDB id is gone.
      if (movie !== undefined) return movie.poster_path ?? null;
    }
    if (imdbId === null) return undefined;
    const found = await json(findSchema, `find/${imdbId}`, { external_source: "imdb_id" }, signal);
    // Some rated movies were made for television.
    const first = found?.movie_results[0] ?? found?.tv_results?.[0];
    return first === undefined ? undefined : (first.poster_path ?? null);
  }

  return {
    name: "tmdb",
    async find(movie, etag, signal) {
      if (movie.tmdbId === null && movie.imdbId === null) {
        return { outcome: "none", detail: "the movie has no TMDB or IMDb id to ask by" };
      }
      const path = await findPosterPath(movie, signal);
      if (path === undefined) return { outcome: "none", detail: "TMDB does not know it" };
      if (path === null) return { outcome: "none", detail: "TMDB has no poster of it" };
      if (path === etag) return { outcome: "unchanged" };
      configuration ??= configure(signal);
      const { baseUrl, size } = await configuration.catch((error: unknown) => {
        configuration = undefined;
        throw error;
      });
      const url = new URL(`${size}${path}`, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
      // Servers label pictures in many ways; the bytes decide the format.
      const types = ["image/jpeg", "image/png", "image/webp", "image/jpg", "application/octet-stream", "none"];
      const { status, body } = await fetched(url, types, maxPosterBytes, signal);
      if (status === 404) return { outcome: "none", detail: "TMDB names a picture that is not there" };
      if (status !== 200) throw failed(url, `expected status 200, received ${status}`);
      return { outcome: "found", bytes: body, etag: path };
    },
  };
}
