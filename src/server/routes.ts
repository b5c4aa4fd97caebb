/** HTTP routes besides GraphQL and pages: posters. */
import type { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { isLoopback } from "../config/setting.js";
import { AppError, storageError } from "../errors.js";
import { type PosterImage, posterImage } from "../services/poster-image.js";
import type { Services } from "../services/services.js";
import { hasTag } from "./assets/asset.js";
import { errorResponse } from "./errors/error-response.js";
import { notAllowed, plain, year } from "./errors/plain-response.js";

/**
 * Rejects requests whose host is not a loopback address, for a server without tokens: this prevents DNS rebinding by
 * other web pages.
 */
export function useLoopbackHost(): Plugin {
  return {
    onRequest({ url, fetchAPI, endResponse }) {
      if (!isLoopback(url.hostname.replace(/^\[|\]$/g, ""))) {
        endResponse(plain(fetchAPI, 403, "With AUTH=off this server accepts requests to localhost only."));
      }
    },
  };
}

type MaskError = (error: unknown) => GraphQLError;

export function useRoutes(services: Services, maskError: MaskError): Plugin {
  return {
    async onRequest({ request, url, fetchAPI, endResponse }) {
      const isRead = request.method === "GET" || request.method === "HEAD";
      if (url.pathname.startsWith("/graphql") && !["GET", "HEAD", "POST", "OPTIONS"].includes(request.method)) {
        endResponse(notAllowed(fetchAPI, request.method, "GET, POST"));
      } else if (url.pathname.startsWith("/posters/")) {
        endResponse(
          isRead
            ? await posterResponse(services, request, url, fetchAPI, maskError)
            : notAllowed(fetchAPI, request.method, "GET, HEAD"),
        );
      }
    },
  };
}

async function posterResponse(
  services: Services,
  request: Request,
  url: URL,
  fetchAPI: { Response: typeof Response },
  maskError: MaskError,
): Promise<Response> {
  let image: PosterImage | undefined;
  try {
    image = await posterImage(services, url.pathname, url.searchParams);
  } catch (error) {
    if (error instanceof AppError && error.code === "INVALID_ARGUMENT") return plain(fetchAPI, 400, error.message);
    if (error instanceof AppError && error.code === "POSTER_UNREADABLE") {
      return plain(fetchAPI, 500, "The poster cannot be converted to the requested size or format.");
    }
    const status = storageError(error) === undefined ? 500 : 503;
    return errorResponse(fetchAPI, status, maskError(error));
  }
  if (image === undefined)
    return plain(fetchAPI, 404, "This poster does not exist. Movie.poster { url } gives the URL of each.");
  const headers = {
    etag: image.etag,
    // The image under a movie's number may change; a drawn card is replaced once there is a poster.
    "cache-control": image.immutable
      ? `public, max-age=${year}, immutable`
      : image.drawn
        ? "no-cache"
        : "public, max-age=60, must-revalidate",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
    ...(image.drawn ? { "x-marquee-poster": "drawn" } : {}),
  };
  if (hasTag(request.headers.get("if-none-match"), image.etag)) {
    return new fetchAPI.Response(null, { status: 304, headers });
  }
  return new fetchAPI.Response(request.method === "HEAD" ? null : new Uint8Array(image.bytes), {
    headers: { ...headers, "content-type": image.type, "content-length": String(image.bytes.length) },
  });
}
