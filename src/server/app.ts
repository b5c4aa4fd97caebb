/** Builds the HTTP application: GraphQL, GraphiQL, the web page and posters, with authentication and limits. */
import { maxAliasesPlugin } from "@escape.tech/graphql-armor-max-aliases";
import { maxDirectivesPlugin } from "@escape.tech/graphql-armor-max-directives";
import { maxTokensPlugin } from "@escape.tech/graphql-armor-max-tokens";
import { useDisableIntrospection } from "@graphql-yoga/plugin-disable-introspection";
import type { GraphQLError, GraphQLSchema } from "graphql";
import { type CORSOptions, createYoga, type Plugin } from "graphql-yoga";
import type { Logger } from "pino";
import { createAuthenticator } from "../access/authenticator.js";
import { createAudience } from "../access/read-policy.js";
import { hasScope } from "../access/scopes.js";
import type { Config } from "../config/config.js";
import { maxPosterBytes } from "../resolvers/movies/set-poster.js";
import type { Context } from "../resolvers/request/context.js";
import { createLoaders } from "../resolvers/request/loaders.js";
import { createScheduler } from "../resolvers/request/scheduler.js";
import { maxExportBytes } from "../resolvers/users/upload-ratings.js";
import { toSchema, toSubgraphSchema } from "../schema/index.js";
import type { RequestServices, Services } from "../services/services.js";
import { createClients, type ServerContext } from "./auth/clients.js";
import { createJwtChecker, type JwtOptions } from "./auth/jwt.js";
import { createViewers } from "./auth/viewers.js";
import { createMaskError, withoutSuggestion } from "./errors/mask-error.js";
import { useRequestId } from "./errors/request-id.js";
import { useWellFormed } from "./errors/well-formed.js";
import { useGraphiQL } from "./graphiql/graphiql.js";
import { createTour } from "./graphiql/tour.js";
import { type AppCache, createAppCache } from "./kept-results.js";
import { admissionDefaults, createAdmission } from "./limits/admission.js";
import { preflightHeaders, useBodyLimit } from "./limits/body-limit.js";
import { useIntrospectionLimit } from "./limits/introspection-limit.js";
import { createRateLimit, createRefusedCharge, useImageLimit, useRateLimit } from "./limits/rate-limit.js";
import { useSubscriptionLimit } from "./limits/subscription-limit.js";
import { useOperationLimits } from "./limits/time-limit.js";
import { useWebPage } from "./page/web-page.js";
import { useIncremental } from "./protocol/incremental.js";
import { useIncrementalV02 } from "./protocol/incremental-v02.js";
import { useLowerCaseTypes } from "./protocol/media-type.js";
import { useMultipartSubscriptions } from "./protocol/multipart-subscriptions.js";
import { useTrustedDocuments } from "./protocol/trusted-documents.js";
import { useWholeBatches } from "./protocol/whole-batches.js";
import { useLoopbackHost, useRoutes } from "./routes.js";
import type { WorkerChannel } from "./workers/channel.js";
import { createClientCounts } from "./workers/client-counts.js";

/** The settings that the application uses. */
type Settings = Pick<
  Config,
  | "auth"
  | "publicRead"
  | "publicUsers"
  | "corsOrigins"
  | "introspection"
  | "documents"
  | "maxBodyBytes"
  | "maxBatch"
  | "requestTimeoutMs"
  | "rateLimit"
  | "maxStreams"
  | "trustProxy"
  | "defer"
  | "federation"
  | "publicUrl"
  | "web"
>;

export interface AppOptions extends Settings {
  /** Accepts JWTs from an identity provider. */
  jwt?: JwtOptions;
  /** Sends traces. */
  tracing?: Plugin;
  /** To the other workers of the server, where there are any: limits count for all of them together. */
  channel?: WorkerChannel;
  /** What is kept between requests; by default nothing that was kept before. */
  cache?: AppCache;
  /** Serves this schema instead of ours: benches measure ours against constants. */
  schema?: GraphQLSchema;
}

export type App = ReturnType<typeof createApp>;

/** @returns a Yoga server: `fetch` answers a Request, and it is a request listener for node:http */
export function createApp(services: Services, options: AppOptions, logger: Logger) {
  const { auth, requestTimeoutMs: timeoutMs } = options;
  const cache = options.cache ?? createAppCache();
  const maskError = createMaskError(logger, options.introspection);
  const checkJwt = options.jwt && createJwtChecker(options.jwt);
  const charge = createRateLimit(options.rateLimit, options.channel !== undefined);
  const chargeRefused = createRefusedCharge(charge, (request) => clients.getName(request));
  const authenticator = auth === "off" ? undefined : createAuthenticator(services, checkJwt);
  const viewers = createViewers(authenticator, maskError, chargeRefused);
  const clients = createClients(viewers, options.trustProxy);
  // An operation that has waited longer than a third of the timeout would hardly finish in time.
  const admission = createAdmission({ ...admissionDefaults, maxWaitMs: timeoutMs / 3 });
  const policy = { publicRead: options.publicRead, publicUsers: options.publicUsers };
  const publicUrl = options.publicUrl.replace(/\/+$/, "");
  const createContext = (request: Request, own: RequestServices): Context => {
    const viewer = viewers.get(request);
    const audience = createAudience(own, viewer, policy);
    const scheduler = createScheduler();
    return {
      services: own,
      scheduler,
      loaders: createLoaders(own, audience, scheduler, cache.lists),
      viewer,
      audience,
      policy,
      origin: publicUrl === "" ? getRequestOrigin(request) : publicUrl,
    };
  };
  // All operations of a batch share one request, and so the same model.
  const servicesByRequest = new WeakMap<Request, RequestServices>();
  const getServices = (request: Request): RequestServices => {
    const known = servicesByRequest.get(request) ?? services.forRequest();
    servicesByRequest.set(request, known);
    return known;
  };
  return createYoga<ServerContext, Context>({
    schema: options.schema ?? (options.federation ? toSubgraphSchema() : toSchema()),
    context: ({ request }) => createContext(request, getServices(request)),
    // Served by useGraphiQL.
    graphiql: false,
    landingPage: false,
    cors: (request) => corsOptions(options, request),
    batching: { limit: options.maxBatch },
    // Enforced by useBodyLimit: Yoga's own limit would override a higher setting.
    maxRequestBodySize: false,
    extraParamNames: ["documentId"],
    maskedErrors: { maskError },
    logging: {
      debug: (...args) => logger.debug(args.join(" ")),
      info: (...args) => logger.info(args.join(" ")),
      warn: (...args) => logger.warn(args.join(" ")),
      // maskError has already logged the server's errors; the rest are client errors.
      error: () => {},
    },
    plugins: [
      useLowerCaseTypes(),
      useRequestId(logger),
      useUnbufferedStreams(),
      useNoSniffing(),
      ...(options.corsOrigins === "*" ? [] : [useVaryByOrigin()]),
      ...(options.tracing === undefined ? [] : [options.tracing]),
      ...(auth === "off" ? [useLoopbackHost()] : []),
      clients.plugin,
      useImageLimit(charge, clients),
      useRoutes(services, maskError),
      useWebPage(options.web),
      useGraphiQL(() => createTour(services, auth)),
      viewers.plugin,
      useRateLimit(charge, clients),
      useBodyLimit({
        maxBytes: options.maxBodyBytes,
        getMaxUploadBytes: (request) => {
          const viewer = viewers.get(request);
          if (hasScope(viewer, "editor")) return options.maxBodyBytes + maxPosterBytes;
          // Ratings may be looked at by anybody who may read, and kept by users.
          return options.publicRead || hasScope(viewer, "user") ? options.maxBodyBytes + maxExportBytes : 0;
        },
        chargeRefused,
      }),
      useWellFormed(),
      useWholeBatches(),
      useTrustedDocuments(services, options.documents, viewers),
      ...(options.defer ? [useIncrementalV02()] : []),
      useOperationLimits({ timeoutMs, admission, charge, clients }),
      useSubscriptionLimit(
        {
          maxSubscriptions: options.maxStreams,
          timeoutMs,
          createContext: (request) => createContext(request, services.forRequest()),
          charge,
          admission,
          counts: createClientCounts(options.channel),
        },
        clients,
      ),
      useMultipartSubscriptions(maskError),
      ...(options.defer ? [useIncremental(maskError)] : []),
      cache.results.plugin,
      ...queryLimits(),
      ...(options.introspection ? [] : [useDisableIntrospection(), useNoSuggestions()]),
    ],
  });
}

/** The address that a client sent its request to, without the path. */
function getRequestOrigin({ url }: Request): string {
  return new URL(url).origin;
}

function corsOptions({ auth, corsOrigins }: AppOptions, request: Request): CORSOptions {
  // Otherwise, without tokens, any page in the operator's browser could change data.
  if (auth === "off" || corsOrigins.length === 0) return false;
  // For other origins Yoga would allow `null`, which is the origin of a sandboxed frame.
  if (corsOrigins !== "*" && !corsOrigins.includes(request.headers.get("origin") ?? "")) return false;
  return {
    origin: "*",
    // The server does not use cookies.
    credentials: false,
    methods: ["GET", "POST"],
    allowedHeaders: [
      "accept",
      "authorization",
      "content-type",
      "x-request-id",
      ...clientInfoHeaders,
      ...preflightHeaders,
    ],
    exposedHeaders: ["x-request-id", "retry-after"],
    maxAge: 86_400,
  };
}

/** Headers with which clients and tracing identify themselves; the server does not depend on them. */
const clientInfoHeaders = [
  "traceparent",
  "tracestate",
  "baggage",
  "sentry-trace",
  "apollographql-client-name",
  "apollographql-client-version",
  "x-apollo-operation-name",
  "x-apollo-operation-id",
  "graphql-client-name",
  "graphql-client-version",
];

/** Removes suggested names (fields, types, arguments, enum values) from validation errors, which would reveal the schema. */
function useNoSuggestions(): Plugin {
  return {
    onValidate() {
      return ({ result, setResult }) => {
        if (result.length > 0) setResult((result as GraphQLError[]).map(withoutSuggestion));
      };
    },
  };
}

/** Tells proxies not to buffer streamed responses, so that events and later parts arrive at once. */
function useUnbufferedStreams(): Plugin {
  return {
    onResponse({ response }) {
      const type = response.headers.get("content-type") ?? "";
      if (/^(?:text\/event-stream|multipart\/)/.test(type)) response.headers.set("x-accel-buffering", "no");
    },
  };
}

/** Forbids browsers to guess content types. */
function useNoSniffing(): Plugin {
  return { onResponse: ({ response }) => response.headers.set("x-content-type-options", "nosniff") };
}

/** Keeps caches from serving a response to a page of another origin. */
function useVaryByOrigin(): Plugin {
  return { onResponse: ({ response }) => response.headers.append("vary", "Origin") };
}

function queryLimits(): Plugin[] {
  // Depth, breadth and cost are limited in schema/builder/builder.ts, where field costs are known.
  return [
    useIntrospectionLimit(),
    maxTokensPlugin({ n: 2000 }),
    maxAliasesPlugin({ n: 30 }),
    maxDirectivesPlugin({ n: 30 }),
  ] as Plugin[];
}
