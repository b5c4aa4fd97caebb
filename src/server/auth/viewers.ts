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
  /** Of a request that the plugin let in. */
  of(request: Request): Viewer;
}

/** What is wrong with the token, as RFC 6750 has it. */
function challengeOf({ message }: AppError): string {
  const description = message.replace(/[^\x20-\x7e]|["\\]/g, "");
  return `Bearer error="invalid_token", error_description="${description}"`;
}

const nobody: Viewer = { scope: "public", userId: null, key: null };

/** @param authenticator left out where everybody may do everything */
export function createViewers(
  authenticator: Authenticator | undefined,
  maskError: (error: unknown) => GraphQLError,
  chargeRefused: ChargeRefused,
): Viewers {
  const viewers = new WeakMap<Request, Viewer>();
  const everybody: Viewer = { scope: "admin", userId: null, key: null };
  return {
    of: (request) => (authenticator === undefined ? everybody : (viewers.get(request) ?? nobody)),
    plugin: {
      async onRequest({ request, url, fetchAPI, endResponse }) {
        // Wherever GraphQL may be answered: a path such as `/graphql/` is no way around the header.
        if (authenticator === undefined || url.pathname === "/" || url.pathname.startsWith("/posters/")) return;
        try {
          viewers.set(request, await authenticator.viewerOf(request.headers.get("authorization")));
        } catch (error) {
          const code = error instanceof AppError ? error.code : undefined;
          const tooMany = code === "UNAUTHENTICATED" ? await chargeRefused(request) : undefined;
          if (tooMany !== undefined) return endResponse(refusalResponse(fetchAPI, tooMany));
          const status = code === "UNAUTHENTICATED" ? 401 : code === undefined ? 500 : 503;
          const headers = status === 401 ? { "www-authenticate": challengeOf(error as AppError) } : undefined;
          endResponse(errorResponse(fetchAPI, status, maskError(error), headers));
        }
      },
    },
  };
}
