/** Rejects malformed requests with BAD_REQUEST before they cause a logged server error. */
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { errorResponse } from "./error-response.js";

export function useWellFormed(): Plugin {
  return {
    onRequestParse({ request, url, setRequestParser, fetchAPI }) {
      if (request.method !== "GET") return;
      for (const name of ["variables", "extensions"]) {
        const text = url.searchParams.get(name);
        if (text === null || text === "" || isObject(text)) continue;
        // The value may contain personal data: neither the response nor the log repeats it.
        const refusal = badRequest(`expected a JSON object for ${name}, received something else`);
        setRequestParser(() => errorResponse(fetchAPI, 400, refusal));
      }
    },
    onParams({ params }) {
      if (typeof params === "object" && params !== null) return;
      throw badRequest("expected an object for each operation of a batch, received something else");
    },
  };
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "BAD_REQUEST", http: { status: 400 } } });
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value === null || (typeof value === "object" && !Array.isArray(value));
  } catch {
    return false;
  }
}
