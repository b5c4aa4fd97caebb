/** The whole application behind `fetch`: GraphQL, GraphiQL and posters, with their limits. */
import { maxAliasesPlugin } from "@escape.tech/graphql-armor-max-aliases";
import { maxDirectivesPlugin } from "@escape.tech/graphql-armor-max-directives";
import { maxTokensPlugin } from "@escape.tech/graphql-armor-max-tokens";
import { useDisableIntrospection } from "@graphql-yoga/plugin-disable-introspection";
import type { GraphQLError } from "graphql";
import { type CORSOptions, createYoga, type Plugin } from "graphql-yoga";
import type { Logger } from "pino";
import { createAuthenticator } from "../access/authenticator.js";
import { getAudience } from "../access/read-policy.js";
import { hasScope } from "../access/scopes.js";
import type { Config } from "../config/config.js";
import { maxPosterBytes } from "../resolvers/movies/set-poster.js";
import type { Context } from "../resolvers/request/context.js";
import { createLoaders } from "../resolvers/request/loaders.js";
import { createScheduler } from "../resolvers/request/scheduler.js";
import { toSchema, toSubgraphSchema } from "../schema/index.js";
import type { RequestServices, Services } from "../services/services.js";
import { createClients, type ServerContext } from "./auth/clients.js";
import { createJwtChecker, type JwtOptions } from "./auth/jwt.js";
import { createViewers } from "./auth/viewers.js";
import { createMaskError, withoutSuggestion } from "./errors/mask-error.js";
import { useRequestId } from "./errors/request-id.js";
import { useWellFormed } from "./errors/well-formed.js";
import { useGraphiQL } from "./graphiql/graphiql.js";
import { tourOf } from "./graphiql/tour.js";
import { admissionDefaults, createAdmission } from "./limits/admission.js";
import { preflighted, useBodyLimit } from "./limits/body-limit.js";
import { useIntrospectionLimit } from "./limits/introspection-limit.js";
import { createRateLimit, createRefusedCharge, usePictureLimit, useRateLimit } from "./limits/rate-limit.js";
import { useStreams } from "./limits/streams.js";
import { useOperationLimits } from "./limits/time-limit.js";
import { useIncremental } from "./protocol/incremental.js";
import { useIncrementalV02 } from "./protocol/incremental-v02.js";
import { useLowerCaseTypes } from "./protocol/media-type.js";
import { useMultipartSubscriptions } from "./protocol/multipart-subscriptions.js";
import { useTrustedDocuments } from "./protocol/trusted-documents.js";
import { useWholeBatches } from "./protocol/whole-batches.js";
import { useLoopbackHost, useRoutes } from "./routes.js";

/** What the settings of these names say. */
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
>;

export interface AppOptions extends Settings {
  /** Accepts tokens of an identity provider. */
  jwt?: JwtOptions;
  /** Sends traces. */
  tracing?: Plugin;
}

export type App = ReturnType<typeof createApp>;

/** @returns a Yoga server: `fetch` answers a Request, and it is a request listener for node:http */
export function createApp(services: Services, options: AppOptions, logger: Logger) {
  const { auth, requestTimeoutMs: timeoutMs } = options;
  const maskError = createMaskError(logger, options.introspection);
  const checkJwt = options.jwt && createJwtChecker(options.jwt);
  const charge = createRateLimit(options.rateLimit);
  const chargeRefused = createRefusedCharge(charge, (request) => clients.nameOf(request));
  const authenticator = auth === "off" ? undefined : createAuthenticator(services, checkJwt);
  const viewers = createViewers(authenticator, maskError, chargeRefused);
  const clients = createClients(viewers, options.trustProxy);
  // Who waits for a third of the time that an answer may take would hardly get one.
  const admission = createAdmission({ ...admissionDefaults, maxWaitMs: timeoutMs / 3 });
  const policy = { publicRead: options.publicRead, publicUsers: options.publicUsers };
  const createContext = async (request: Request, own: RequestServices): Promise<Context> => {
    const viewer = viewers.of(request);
    const audience = await getAudience(own, viewer, policy);
    const scheduler = createScheduler();
    return { services: own, scheduler, loaders: createLoaders(own, audience, scheduler), viewer, audience, policy };
  };
  // The operations of a batch are one request too.
  const servicesOfRequests = new WeakMap<Request, RequestServices>();
  const getServices = (request: Request): RequestServices => {
    const known = servicesOfRequests.get(request) ?? services.forRequest();
    servicesOfRequests.set(request, known);
    return known;
  };
  return createYoga<ServerContext, Context>({
    schema: options.federation ? toSubgraphSchema() : toSchema(),
    context: ({ request }) => createContext(request, getServices(request)),
    // useGraphiQL has the page.
    graphiql: false,
    landingPage: false,
    cors: (request) => corsOf(options, request),
    batching: { limit: options.maxBatch },
    // useBodyLimit has the limit: Yoga's own would overrule a setting above it.
    maxRequestBodySize: false,
    extraParamNames: ["documentId"],
    maskedErrors: { maskError },
    logging: {
      debug: (...args) => logger.debug(args.join(" ")),
      info: (...args) => logger.info(args.join(" ")),
      warn: (...args) => logger.warn(args.join(" ")),
      // Only errors that maskError has seen come here, clients' faults among them: it logs those that are ours.
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
      usePictureLimit(charge, clients),
      useRoutes(services, maskError),
      useGraphiQL(() => tourOf(services, auth)),
      viewers.plugin,
      useRateLimit(charge, clients),
      useBodyLimit({
        maxBytes: options.maxBodyBytes,
        maxUploadBytes: options.maxBodyBytes + maxPosterBytes,
        mayUpload: (request) => hasScope(viewers.of(request), "editor"),
        chargeRefused,
      }),
      useWellFormed(),
      useWholeBatches(),
      useTrustedDocuments(services, options.documents, viewers),
      ...(options.defer ? [useIncrementalV02()] : []),
      useOperationLimits({ timeoutMs, admission, charge, clients }),
      useStreams(
        {
          maxStreams: options.maxStreams,
          timeoutMs,
          createContext: (request) => createContext(request, services.forRequest()),
          charge,
          admission,
        },
        clients,
      ),
      useMultipartSubscriptions(maskError),
      ...(options.defer ? [useIncremental(maskError)] : []),
      ...queryLimits(),
      ...(options.introspection ? [] : [useDisableIntrospection(), useNoSuggestions()]),
    ],
  });
}

function corsOf({ auth, corsOrigins }: AppOptions, request: Request): CORSOptions {
  // Without tokens any page in the operator's browser could otherwise change data.
  if (auth === "off" || corsOrigins.length === 0) return false;
  // Yoga would answer `null` to others, which is the origin of a frame in a sandbox.
  if (corsOrigins !== "*" && !corsOrigins.includes(request.headers.get("origin") ?? "")) return false;
  return {
    origin: "*",
    // No cookie is ever looked at.
    credentials: false,
    methods: ["GET", "POST"],
    allowedHeaders: ["accept", "authorization", "content-type", "x-request-id", ...tellingHeaders, ...preflighted],
    exposedHeaders: ["x-request-id", "retry-after"],
    maxAge: 86_400,
  };
}

/** What clients and their tracing say of themselves: nothing here depends on it. */
const tellingHeaders = [
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

/** What is refused before it is run tells no names of the schema either: of fields, types, arguments and enum values. */
function useNoSuggestions(): Plugin {
  return {
    onValidate() {
      return ({ result, setResult }) => {
        if (result.length > 0) setResult((result as GraphQLError[]).map(withoutSuggestion));
      };
    },
  };
}

/** A proxy that gathers an answer before it hands it on would keep events and later parts to itself. */
function useUnbufferedStreams(): Plugin {
  return {
    onResponse({ response }) {
      const type = response.headers.get("content-type") ?? "";
      if (/^(?:text\/event-stream|multipart\/)/.test(type)) response.headers.set("x-accel-buffering", "no");
    },
  };
}

/** What is answered is what it says it is. */
function useNoSniffing(): Plugin {
  return { onResponse: ({ response }) => response.headers.set("x-content-type-options", "nosniff") };
}

/** What is kept of an answer on the way must not be given to pages of another origin. */
function useVaryByOrigin(): Plugin {
  return { onResponse: ({ response }) => response.headers.append("vary", "Origin") };
}

function queryLimits(): Plugin[] {
  // Depth, breadth and cost are limited in schema/builder/builder.ts, where the cost of each field is known.
  return [
    useIntrospectionLimit(),
    maxTokensPlugin({ n: 2000 }),
    maxAliasesPlugin({ n: 30 }),
    maxDirectivesPlugin({ n: 30 }),
  ] as Plugin[];
}
