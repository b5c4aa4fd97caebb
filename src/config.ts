/** Every setting of Marquee: from a flag, else from the environment, else its default. Read once, checked at once. */
import { AppError, received } from "./errors.js";

export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

export const posterProviderNames = ["folder", "tmdb"] as const;
export type PosterProviderName = (typeof posterProviderNames)[number];

export interface Config {
  dataDir: string;
  host: string;
  port: number;
  logLevel: (typeof logLevels)[number];
  auth: "on" | "off";
  publicRead: boolean;
  publicUsers: "published" | "all" | "none";
  jwksUrl: string;
  jwtIssuer: string;
  jwtAudience: string;
  jwtUserClaim: string;
  jwtScopeClaims: string[];
  corsOrigins: string[] | "*";
  introspection: boolean;
  documents: "allow" | "only";
  maxBodyBytes: number;
  maxBatch: number;
  requestTimeoutMs: number;
  rateLimit: number;
  maxStreams: number;
  trustProxy: boolean;
  defer: boolean;
  federation: boolean;
  otlpEndpoint: string;
  movielensUrl: string;
  encodersUrl: string;
  posterProviders: PosterProviderName[];
  posterFolder: string;
  tmdbApiKey: string;
  tmdbUrl: string;
}

interface Setting<Key extends keyof Config> {
  /** Name in the environment. */
  env: string;
  /** Long flag, such as `data-dir`. */
  flag: string;
  default: string;
  /** What the value is, for help. */
  about: string;
  /** What is expected, for the message when it is not. */
  expected: string;
  /** Undefined when the text is not as expected. */
  parse(text: string, env: Environment): Config[Key] | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** In the order of the help. */
export const settings: { [Key in keyof Config]: Setting<Key> } = {
  dataDir: {
    env: "DATA_DIR",
    flag: "data-dir",
    default: "./data",
    about: "folder for everything that is kept: database, posters, models, encoders",
    expected: "a folder's path",
    parse: (text) => (text.trim() === "" || text.includes("\0") ? undefined : text),
  },
  host: {
    env: "HOST",
    flag: "host",
    default: "127.0.0.1",
    about: "address to listen on",
    expected: "a host name or an IP address",
    parse: (text) => (/^[A-Za-z0-9.:_-]+$/.test(text) ? text : undefined),
  },
  port: {
    env: "PORT",
    flag: "port",
    default: "4000",
    about: "port to listen on; 0 takes a free one",
    expected: "a port from 0 to 65535",
    parse: (text) => wholeNumber(text, 0, 65_535),
  },
  logLevel: {
    env: "LOG_LEVEL",
    flag: "log-level",
    default: "info",
    about: `how much to log: ${logLevels.join(", ")}`,
    expected: `one of ${logLevels.join(", ")}`,
    parse: (text) => logLevels.find((level) => level === text),
  },
  auth: {
    env: "AUTH",
    flag: "auth",
    default: "on",
    about: "whether mutations and private data need a token; off only on a loopback address",
    expected: "on or off",
    parse: (text) => (text === "on" || text === "off" ? text : undefined),
  },
  publicRead: {
    env: "PUBLIC_READ",
    flag: "public-read",
    default: "on",
    about: "whether anything can be read without a token",
    expected: "on or off",
    parse: onOff,
  },
  publicUsers: {
    env: "PUBLIC_USERS",
    flag: "public-users",
    default: "published",
    about:
      "whose ratings and demographics everybody may read: all, none, or those of published data sets (GroupLens' and the embedded one)",
    expected: "published, all or none",
    parse: (text) => (["published", "all", "none"] as const).find((one) => one === text),
  },
  jwksUrl: {
    env: "JWT_JWKS_URL",
    flag: "jwt-jwks-url",
    default: "",
    about: "where your identity provider publishes its keys, to accept its JWTs (RS256, ES256)",
    expected: "an https address, or an http address of this machine, or nothing",
    parse: (text) => (text === "" || isSafeAddress(text) ? text : undefined),
  },
  jwtIssuer: {
    env: "JWT_ISSUER",
    flag: "jwt-issuer",
    default: "",
    about: "the issuer that JWTs must name",
    expected: "a text of up to 1000 characters",
    parse: (text) => (text.length <= 1000 ? text : undefined),
  },
  jwtAudience: {
    env: "JWT_AUDIENCE",
    flag: "jwt-audience",
    default: "",
    about: "the audience that JWTs must name",
    expected: "a text of up to 1000 characters",
    parse: (text) => (text.length <= 1000 ? text : undefined),
  },
  jwtUserClaim: {
    env: "JWT_USER_CLAIM",
    flag: "jwt-user-claim",
    default: "marquee_user_id",
    about: "the claim of JWTs that holds a user's number",
    expected: "a name of up to 200 characters",
    parse: (text) => (text.length > 0 && text.length <= 200 ? text : undefined),
  },
  jwtScopeClaims: {
    env: "JWT_SCOPE_CLAIMS",
    flag: "jwt-scope-claims",
    default: "scope,scp,permissions",
    about: "the claims of JWTs that hold what a token allows, as a text or a list",
    expected: "names with commas between",
    parse: (text) => {
      const names = text.split(",").map((name) => name.trim());
      return names.every((name) => name.length > 0 && name.length <= 200) ? names : undefined;
    },
  },
  corsOrigins: {
    env: "CORS_ORIGINS",
    flag: "cors-origins",
    default: "*",
    about: "origins whose pages may ask: *, or a list with commas; with AUTH=off none",
    expected: "* or origins such as https://app.example, or nothing",
    parse: (text) => {
      if (text.trim() === "*") return "*";
      const origins = text.split(",").map((origin) => origin.trim());
      if (text.trim() === "") return [];
      return origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin) ? origins : undefined;
    },
  },
  introspection: {
    env: "INTROSPECTION",
    flag: "introspection",
    default: "auto",
    about:
      "whether clients may read the schema and are told similar names: on, off, or auto: off where NODE_ENV is production",
    expected: "auto, on or off",
    parse: (text, env) => (text === "auto" ? env.NODE_ENV !== "production" : onOff(text)),
  },
  documents: {
    env: "DOCUMENTS",
    flag: "documents",
    default: "allow",
    about: "allow trusted documents (marquee documents add) beside any other query, or answer only those",
    expected: "allow or only",
    parse: (text) => (["allow", "only"] as const).find((one) => one === text),
  },
  maxBodyBytes: {
    env: "MAX_BODY_BYTES",
    flag: "max-body-bytes",
    default: "100000",
    about: "largest request body",
    expected: "a number of bytes from 1000 to 100000000",
    parse: (text) => wholeNumber(text, 1000, 100_000_000),
  },
  maxBatch: {
    env: "MAX_BATCH",
    flag: "max-batch",
    default: "10",
    about: "most operations in one request; 1 for no batches",
    expected: "a number from 1 to 100",
    parse: (text) => wholeNumber(text, 1, 100),
  },
  requestTimeoutMs: {
    env: "REQUEST_TIMEOUT_MS",
    flag: "request-timeout-ms",
    default: "15000",
    about: "longest time for one request",
    expected: "milliseconds from 100 to 600000",
    parse: (text) => wholeNumber(text, 100, 600_000),
  },
  rateLimit: {
    env: "RATE_LIMIT",
    flag: "rate-limit",
    default: "1200",
    about:
      "operations a minute of one token, or of one address without a token, a large one counting as several; 0 for no limit",
    expected: "a number from 0 to 1000000",
    parse: (text) => wholeNumber(text, 0, 1_000_000),
  },
  maxStreams: {
    env: "MAX_STREAMS",
    flag: "max-streams",
    default: "20",
    about: "most open subscriptions of one token, or of one address without a token; 0 for no limit",
    expected: "a number from 0 to 100000",
    parse: (text) => wholeNumber(text, 0, 100_000),
  },
  trustProxy: {
    env: "TRUST_PROXY",
    flag: "trust-proxy",
    default: "off",
    about: "whether a proxy in front names its clients in X-Forwarded-For",
    expected: "on or off",
    parse: onOff,
  },
  defer: {
    env: "DEFER",
    flag: "defer",
    default: "off",
    about:
      "whether queries may have parts of their answer sent later: @defer and @stream, in the format of 2022 or today's, as the client asks",
    expected: "on or off",
    parse: onOff,
  },
  federation: {
    env: "FEDERATION",
    flag: "federation",
    default: "off",
    about: "whether to serve the schema as an Apollo Federation 2 subgraph",
    expected: "on or off",
    parse: onOff,
  },
  otlpEndpoint: {
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    flag: "otlp-endpoint",
    default: "",
    about: "where OpenTelemetry traces are sent (OTLP over HTTP)",
    expected: "an http or https address, or nothing",
    parse: (text) =>
      text === "" || /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : "") ? text : undefined,
  },
  movielensUrl: {
    env: "MOVIELENS_URL",
    flag: "movielens-url",
    default: "https://files.grouplens.org/datasets/movielens/",
    about: "where marquee import downloads data sets from",
    expected: "an https address",
    parse: httpsAddress,
  },
  encodersUrl: {
    env: "ENCODERS_URL",
    flag: "encoders-url",
    default: "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/",
    about: "where marquee encoders pull downloads from",
    expected: "an https address",
    parse: httpsAddress,
  },
  posterProviders: {
    env: "POSTER_PROVIDERS",
    flag: "poster-providers",
    default: "folder,tmdb",
    about: "where missing posters are fetched from, in this order; those that are not set up are passed over",
    expected: `names of ${posterProviderNames.join(", ")}, each once, or nothing`,
    parse: (text) => {
      const names = text.split(",").map((name) => name.trim());
      if (text.trim() === "") return [];
      const known = names.filter((name) => (posterProviderNames as readonly string[]).includes(name));
      return known.length === names.length && new Set(names).size === names.length
        ? (known as PosterProviderName[])
        : undefined;
    },
  },
  posterFolder: {
    env: "POSTER_FOLDER",
    flag: "poster-folder",
    default: "",
    about: "folder of pictures named <movieId> or tt<imdbId>, a source of posters",
    expected: "a folder's path, or nothing",
    parse: (text) => (text.includes("\0") ? undefined : text),
  },
  tmdbApiKey: {
    env: "TMDB_API_KEY",
    flag: "tmdb-api-key",
    default: "",
    about: "your key or read access token of The Movie Database, a source of posters",
    expected: "a key of letters, digits, dots, hyphens and underscores, or nothing",
    parse: (text) => (/^[\w.-]{0,1000}$/.test(text) ? text : undefined),
  },
  tmdbUrl: {
    env: "TMDB_URL",
    flag: "tmdb-url",
    default: "https://api.themoviedb.org/3/",
    about: "where The Movie Database is asked",
    expected: "an https address",
    parse: httpsAddress,
  },
};

function httpsAddress(text: string): string | undefined {
  return URL.canParse(text) && new URL(text).protocol === "https:" ? text : undefined;
}

/** Keys that tokens are checked against must not be exchanged on the way. */
function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname.replace(/^\[|\]$/g, "")));
}

function onOff(text: string): boolean | undefined {
  return text === "on" ? true : text === "off" ? false : undefined;
}

export type Flags = Partial<Record<keyof Config, string>>;

/**
 * @param flags what stood on the command line; each goes before its variable in the environment
 * @throws {AppError} CONFIG_INVALID naming the setting, what was expected, and what came
 */
export function readConfig(flags: Flags, env: Environment): Config {
  const config = {} as Record<keyof Config, unknown>;
  for (const [key, setting] of Object.entries(settings) as [keyof Config, Setting<keyof Config>][]) {
    const flag = flags[key];
    const text = flag ?? env[setting.env] ?? setting.default;
    const value = setting.parse(text, env);
    if (value === undefined) {
      const name = flag === undefined ? setting.env : `--${setting.flag}`;
      // What should be a secret is not shown, even where it is none.
      const came = key === "tmdbApiKey" ? "something else" : received(text);
      throw new AppError("CONFIG_INVALID", `expected ${setting.expected} for ${name}, received ${came}`);
    }
    config[key] = value;
  }
  const whole = config as Config;
  if (whole.auth === "off" && !isLoopback(whole.host)) {
    throw new AppError(
      "CONFIG_INVALID",
      `expected AUTH=on with HOST ${received(whole.host)}: without tokens only a loopback address such as 127.0.0.1 is allowed`,
    );
  }
  if (whole.jwksUrl !== "" && (whole.jwtIssuer === "" || whole.jwtAudience === "")) {
    throw new AppError(
      "CONFIG_INVALID",
      "expected JWT_ISSUER and JWT_AUDIENCE together with JWT_JWKS_URL: else tokens for other services would be let in",
    );
  }
  return whole;
}

/** Whether a host name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function wholeNumber(text: string, least: number, most: number): number | undefined {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
