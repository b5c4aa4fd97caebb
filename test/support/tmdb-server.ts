/** A local server that answers as The Movie Database documents it. */
import type { ServerResponse } from "node:http";
import { type HttpsServer, serveHttps } from "./https-server.js";

export interface TmdbServer extends HttpsServer {
  /** Paths with their queries, and the Authorization header, of every request. */
  requests: { path: string; authorization: string | undefined }[];
}

export interface TmdbFilms {
  /** Poster path by TMDB number; null for a film without a poster. */
  byTmdbId?: Record<number, string | null>;
  byImdbId?: Record<string, string | null>;
  /** What the address of a picture answers, by its path. */
  pictures?: Record<string, Buffer | ((response: ServerResponse) => void)>;
  /** Answers before all others where it says true. */
  intercept?(path: string, response: ServerResponse): boolean;
}

export async function serveTmdb(films: TmdbFilms): Promise<TmdbServer> {
  const requests: TmdbServer["requests"] = [];
  const server = await serveHttps((request, response) => {
    const path = request.url ?? "";
    requests.push({ path, authorization: request.headers.authorization });
    if (films.intercept?.(path, response)) return;
    const json = (value: unknown) =>
      response.writeHead(200, { "content-type": "application/json;charset=utf-8" }).end(JSON.stringify(value));
    const { pathname } = new URL(path, server.url);
    const movie = /^\/3\/movie\/(\d+)$/.exec(pathname)?.[1];
    const found = /^\/3\/find\/(tt\d+)$/.exec(pathname)?.[1];
    const picture = films.pictures?.[/^\/t\/p\/w342(\/.*)$/.exec(pathname)?.[1] ?? ""];
    if (pathname === "/3/configuration") {
      json({
        images: {
          base_url: "http://x/",
          secure_base_url: `${server.url}t/p/`,
          poster_sizes: ["w92", "w185", "w342", "original"],
        },
      });
    } else if (movie !== undefined && films.byTmdbId?.[Number(movie)] !== undefined) {
      json({ id: Number(movie), poster_path: films.byTmdbId[Number(movie)] });
    } else if (found !== undefined) {
      const poster = films.byImdbId?.[found];
      json({ movie_results: poster === undefined ? [] : [{ poster_path: poster }], tv_results: [] });
    } else if (typeof picture === "function") picture(response);
    else if (picture !== undefined) response.writeHead(200, { "content-type": "image/jpeg" }).end(picture);
    else response.writeHead(404).end();
  });
  return { ...server, requests };
}
