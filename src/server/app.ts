/** The whole application behind `fetch`: GraphQL, GraphiQL and posters, with their limits. */
import { maxAliasesPlugin } from "@escape.tech/graphql-armor-max-aliases";
import { maxDirectivesPlugin } from "@escape.tech/graphql-armor-max-directives";
import { maxTokensPlugin } from "@escape.tech/graphql-armor-max-tokens";
import { renderGraphiQL } from "@graphql-yoga/render-graphiql";
import { createYoga, type Plugin } from "graphql-yoga";
import type { Logger } from "pino";
import { carriesToken } from "../resolvers/access.js";
import type { Context } from "../resolvers/context.js";
import { createLoaders } from "../resolvers/loaders.js";
import type { Services } from "../resolvers/services.js";
import { maxPosterBytes } from "../resolvers/set-poster.js";
import { toSchema } from "../schema/index.js";
import { defaultQuery } from "./graphiql.js";
import { useBodyLimit, useTimeLimit } from "./limits.js";
import { createMaskError } from "./mask-error.js";
import { useLoopbackHost, useRoutes } from "./routes.js";

export interface AppOptions {
  auth: "on" | "off";
  maxBodyBytes: number;
  requestTimeoutMs: number;
}

export type App = ReturnType<typeof createApp>;

/** @returns a Yoga server: `fetch` answers a Request, and it is a request listener for node:http */
export function createApp(services: Services, options: AppOptions, logger: Logger) {
  const mayEdit = (headers: Headers) => options.auth === "off" || carriesToken(services, headers.get("authorization"));
  const mayUpload = ({ headers }: Request) => mayEdit(headers);
  return createYoga<object, Context>({
    schema: toSchema(),
    context: ({ request }) => ({
      services,
      loaders: createLoaders(services),
      mayEdit: mayEdit(request.headers),
    }),
    // Made for each visit: the data set may be another by then.
    graphiql: () => ({
      title: "Marquee",
      defaultQuery: defaultQuery(services, options.auth),
      headers: options.auth === "on" ? '{ "Authorization": "Bearer <token>" }' : undefined,
    }),
    renderGraphiQL,
    landingPage: false,
    // Without tokens any page in the operator's browser could otherwise change data.
    cors: options.auth === "off" ? false : undefined,
    maskedErrors: { maskError: createMaskError(logger) },
    logging: {
      debug: (...args) => logger.debug(args.join(" ")),
      info: (...args) => logger.info(args.join(" ")),
      warn: (...args) => logger.warn(args.join(" ")),
      // Only errors that maskError has seen come here, clients' faults among them: it logs those that are ours.
      error: () => {},
    },
    plugins: [
      ...(options.auth === "off" ? [useLoopbackHost()] : []),
      useRoutes(services),
      useBodyLimit({
        maxBytes: options.maxBodyBytes,
        maxUploadBytes: options.maxBodyBytes + maxPosterBytes,
        mayUpload,
      }),
      useTimeLimit(options.requestTimeoutMs),
      ...queryLimits(),
    ],
  });
}

function queryLimits(): Plugin[] {
  // Depth, breadth and cost are limited in schema/builder.ts, where the cost of each field is known.
  return [maxTokensPlugin({ n: 2000 }), maxAliasesPlugin({ n: 30 }), maxDirectivesPlugin({ n: 30 })] as Plugin[];
}
