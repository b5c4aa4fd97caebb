/** What the server answers beside GraphQL: posters, and the way from `/` to GraphiQL. */
import type { Plugin } from "graphql-yoga";
import { isLoopback } from "../config.js";
import { AppError } from "../errors.js";
import { posterFile } from "../resolvers/movie.js";
import type { Services } from "../resolvers/services.js";

/**
 * Refuses requests to a name that is no loopback address, for a server that asks for no token: a page from elsewhere
 * whose name was made to point here would otherwise be let in.
 */
export function useLoopbackHost(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (!isLoopback(url.hostname.replace(/^\[|\]$/g, ""))) {
        endResponse(plain(fetchAPI, 403, "With AUTH=off this server answers to localhost only."));
      }
    },
  };
}

export function useRoutes(services: Services): Plugin {
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      const isRead = request.method === "GET" || request.method === "HEAD";
      if (url.pathname === "/" && isRead) {
        endResponse(new fetchAPI.Response(null, { status: 302, headers: { location: "/graphql" } }));
      } else if (url.pathname.startsWith("/posters/")) {
        endResponse(isRead ? await posterResponse(services, url.pathname, fetchAPI) : plain(fetchAPI, 405, "GET only"));
      }
    },
  };
}

async function posterResponse(
  services: Services,
  path: string,
  fetchAPI: { Response: typeof Response },
): Promise<Response> {
  const file = await posterFile(services, path).catch((error: unknown) => {
    // Recorded, but its file is gone: for the client there is no such poster.
    if (error instanceof AppError) return undefined;
    throw error;
  });
  if (file === undefined)
    return plain(fetchAPI, 404, "There is no such poster: Movie.poster { url } gives the address of each.");
  return new fetchAPI.Response(new Uint8Array(file.bytes), {
    headers: {
      "content-type": file.type,
      "content-length": String(file.bytes.length),
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": "*",
    },
  });
}

function plain(fetchAPI: { Response: typeof Response }, status: number, text: string): Response {
  return new fetchAPI.Response(`${text}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
