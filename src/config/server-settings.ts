/** Settings of the server: where it listens, what it serves, and its limits. */
import * as z from "zod";
import { commaSeparated, httpUrlOrEmpty, onOff, type Setting, wholeNumberText } from "./setting.js";

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export const serverSettings = {
  host: {
    env: "HOST",
    flag: "host",
    default: "127.0.0.1",
    description: "listen on this address",
    expected: "a host name or an IP address",
    schema: z.string().regex(/^[A-Za-z0-9.:_-]+$/),
  },
  port: {
    env: "PORT",
    flag: "port",
    default: "4000",
    description: "listen on this port; 0 picks a free one",
    expected: "a port from 0 to 65535",
    schema: wholeNumberText(0, 65_535),
  },
  workers: {
    env: "WORKERS",
    flag: "workers",
    default: "1",
    description: "serve by this many processes, which share the port, the limits and what clients change",
    expected: "a number from 1 to 64",
    schema: wholeNumberText(1, 64),
  },
  publicUrl: {
    env: "PUBLIC_URL",
    flag: "public-url",
    default: "",
    description:
      "give absolute addresses of posters under this one, behind a proxy; by default what the request was sent to",
    expected: "an http or https address, or nothing",
    schema: httpUrlOrEmpty,
  },
  web: {
    env: "WEB",
    flag: "web",
    default: "on",
    description: "serve the web page at /: on or off, which leaves the API and GraphiQL",
    expected: "on or off",
    schema: onOff,
  },
  trustProxy: {
    env: "TRUST_PROXY",
    flag: "trust-proxy",
    default: "off",
    description: "take client addresses from the X-Forwarded-For header of a proxy in front: on or off",
    expected: "on or off",
    schema: onOff,
  },
  corsOrigins: {
    env: "CORS_ORIGINS",
    flag: "cors-origins",
    default: "*",
    description: "let pages of these origins send queries: *, or a comma-separated list; with AUTH=off none may",
    expected: "* or origins such as https://app.example, or nothing",
    schema: commaSeparated
      .refine((parts) => isOneOf(parts, "*", "") || parts.every(isOrigin))
      .transform((parts): string[] | "*" => (isOneOf(parts, "*") ? "*" : isOneOf(parts, "") ? [] : parts)),
  },
  logLevel: {
    env: "LOG_LEVEL",
    flag: "log-level",
    default: "info",
    description: `log messages of this level and above: ${logLevels.join(", ")}`,
    expected: `one of ${logLevels.join(", ")}`,
    schema: z.enum(logLevels),
  },
  otlpEndpoint: {
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    flag: "otlp-endpoint",
    default: "",
    description: "send OpenTelemetry traces to this address (OTLP over HTTP)",
    expected: "an http or https address, or nothing",
    schema: httpUrlOrEmpty,
  },
} satisfies Record<string, Setting>;

export const graphqlSettings = {
  introspection: {
    env: "INTROSPECTION",
    flag: "introspection",
    default: "auto",
    description:
      "let clients read the schema and suggest similar names to them: on, off, or auto, which is off where NODE_ENV is production",
    expected: "auto, on or off",
    schema: z.union([z.literal("auto"), onOff]),
  },
  documents: {
    env: "DOCUMENTS",
    flag: "documents",
    default: "allow",
    description:
      "allow trusted documents (marquee documents add) beside any other query, or answer only those: allow or only",
    expected: "allow or only",
    schema: z.enum(["allow", "only"]),
  },
  defer: {
    env: "DEFER",
    flag: "defer",
    default: "off",
    description: "support @defer and @stream, in the format of 2022 or the current one, as the client asks: on or off",
    expected: "on or off",
    schema: onOff,
  },
  federation: {
    env: "FEDERATION",
    flag: "federation",
    default: "off",
    description: "serve the schema as an Apollo Federation 2 subgraph: on or off",
    expected: "on or off",
    schema: onOff,
  },
} satisfies Record<string, Setting>;

export const limitSettings = {
  maxBodyBytes: {
    env: "MAX_BODY_BYTES",
    flag: "max-body-bytes",
    default: "100000",
    description: "refuse request bodies larger than this many bytes",
    expected: "a number of bytes from 1000 to 100000000",
    schema: wholeNumberText(1000, 100_000_000),
  },
  maxBatch: {
    env: "MAX_BATCH",
    flag: "max-batch",
    default: "10",
    description: "refuse requests with more than this many operations; 1 turns batching off",
    expected: "a number from 1 to 100",
    schema: wholeNumberText(1, 100),
  },
  requestTimeoutMs: {
    env: "REQUEST_TIMEOUT_MS",
    flag: "request-timeout-ms",
    default: "15000",
    description: "stop requests that take longer than this many milliseconds",
    expected: "milliseconds from 100 to 600000",
    schema: wholeNumberText(100, 600_000),
  },
  rateLimit: {
    env: "RATE_LIMIT",
    flag: "rate-limit",
    default: "1200",
    description:
      "allow this many operations a minute for each token, or for each address without a token, a large one counting as several; 0 for no limit",
    expected: "a number from 0 to 1000000",
    schema: wholeNumberText(0, 1_000_000),
  },
  maxStreams: {
    env: "MAX_STREAMS",
    flag: "max-streams",
    default: "20",
    description:
      "allow this many open subscriptions for each token, or for each address without a token; 0 for no limit",
    expected: "a number from 0 to 100000",
    schema: wholeNumberText(0, 100_000),
  },
} satisfies Record<string, Setting>;

function isOneOf(parts: readonly string[], ...texts: string[]): boolean {
  return parts.length === 1 && texts.includes(parts[0]);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
