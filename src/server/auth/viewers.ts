/** Authenticates each request before its body is read. */
import type { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Authenticator } from "../../access/authenticator.js";
import type { Viewer } from "../../access/viewer.js";
import { AppError } from "../../errors.js";
import { errorResponse, refusalResponse } from "../errors/error-response.js";
import type { ChargeRefused } from "./charge.js";

export interface Viewers {
  plugin: Plugin;
  /** Viewer of a request that the plugin has admitted. */
  get(request: Request): Viewer;
}

/** The WWW-Authenticate header for a refused token (RFC 6750). */
function toChallenge({ message }: AppError): string {
  const description = message.replace(/[^\x20-\x7e]|["\\]/g, "");
  return `Bearer error="invalid_token", error_description="${description}"`;
}

const nobody: Viewer = { scope: "public", userId: null, key: null };

/** @param authenticator undefined if everybody has scope admin */
export function createViewers(
  authenticator: Authenticator | undefined,
  maskError: (error: unknown) => GraphQLError,
  chargeRefused: ChargeRefused,
): Viewers {
  const viewers = new WeakMap<Request, Viewer>();
  const everybody: Viewer = { scope: "admin", userId: null, key: null };
  return {
    get: (request) => (authenticator === undefined ? everybody : (viewers.get(request) ?? nobody)),
    plugin: {
      async onRequest({ request, url, fetchAPI, endResponse }) {
        // All paths but public ones: a variant such as `/graphql/` must not bypass authentication.
        if (authenticator === undefined || url.pathname === "/" || url.pathname.startsWith("/posters/")) return;
        try {
          viewers.set(request, await authenticator.getViewer(request.headers.get("authorization")));
        } catch (error) {
          const code = error instanceof AppError ? error.code : undefined;
          const tooMany = code === "UNAUTHENTICATED" ? await chargeRefused(request) : undefined;
          if (tooMany !== undefined) return endResponse(refusalResponse(fetchAPI, tooMany));
          const status = code === "UNAUTHENTICATED" ? 401 : code === undefined ? 500 : 503;
          const headers = status === 401 ? { "www-authenticate": toChallenge(error as AppError) } : undefined;
          endResponse(errorResponse(fetchAPI, status, maskError(error), headers));
        }
      },
    },
  };
}
