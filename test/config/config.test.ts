import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Flags, readConfig, settingGroups, settings } from "../../src/config/config.js";

test("every setting has a default", () => {
  expect(readConfig({}, {})).toEqual({
    dataDir: "./data",
    host: "127.0.0.1",
    port: 4000,
    workers: 1,
    logLevel: "info",
    auth: "on",
    publicRead: true,
    publicUsers: "published",
    jwksUrl: "",
    jwtIssuer: "",
    jwtAudience: "",
    jwtUserClaim: "marquee_user_id",
    jwtScopeClaims: ["scope", "scp", "permissions"],
    corsOrigins: "*",
    introspection: true,
    documents: "allow",
    maxBodyBytes: 100_000,
    maxBatch: 10,
    requestTimeoutMs: 15_000,
    rateLimit: 1200,
    maxStreams: 20,
    publicUrl: "",
    web: true,
    trustProxy: false,
    defer: false,
    federation: false,
    otlpEndpoint: "",
    movielensUrl: "https://files.grouplens.org/datasets/movielens/",
    encodersUrl: "https://media.githubusercontent.com/media/onnx/models/main/validated/vision/classification/",
    posterProviders: ["folder", "tmdb"],
    posterFolder: "",
    tmdbApiKey: "",
    tmdbUrl: "https://api.themoviedb.org/3/",
  });
});

test("flags override environment variables, which override defaults", () => {
  const { port, host } = readConfig({ port: "1" }, { PORT: "2", HOST: "localhost" });
  expect({ port, host }).toEqual({ port: 1, host: "localhost" });
});

test("environment variables of other programs are ignored", () => {
  expect(() => readConfig({}, { PATH: "/bin", HOSTNAME: "a machine", DATABASE: "yes" })).not.toThrow();
});

test.each([
  [
    { POSTER_PROVIDERS: "imdb" },
    'expected names of folder, tmdb, each once, or nothing for POSTER_PROVIDERS, received "imdb"',
  ],
  [
    { POSTER_PROVIDERS: "tmdb,tmdb" },
    'expected names of folder, tmdb, each once, or nothing for POSTER_PROVIDERS, received "tmdb,tmdb"',
  ],
  [{ TMDB_URL: "http://a.example/" }, 'expected an https address for TMDB_URL, received "http://a.example/"'],
  [
    { TMDB_API_KEY: "secret with spaces" },
    "expected a key of letters, digits, dots, hyphens and underscores, or nothing for TMDB_API_KEY, received something else",
  ],
  [{ DATA_DIR: " " }, 'expected a folder\'s path for DATA_DIR, received " "'],
  [{ HOST: "a b" }, 'expected a host name or an IP address for HOST, received "a b"'],
  [{ HOST: "" }, 'expected a host name or an IP address for HOST, received ""'],
  [{ PORT: "http" }, 'expected a port from 0 to 65535 for PORT, received "http"'],
  [{ PORT: "-1" }, 'expected a port from 0 to 65535 for PORT, received "-1"'],
  [{ PORT: "65536" }, 'expected a port from 0 to 65535 for PORT, received "65536"'],
  [{ PORT: "4e3" }, 'expected a port from 0 to 65535 for PORT, received "4e3"'],
  [
    { LOG_LEVEL: "loud" },
    'expected one of fatal, error, warn, info, debug, trace, silent for LOG_LEVEL, received "loud"',
  ],
  [{ AUTH: "maybe" }, 'expected on or off for AUTH, received "maybe"'],
  [{ MAX_BODY_BYTES: "1" }, 'expected a number of bytes from 1000 to 100000000 for MAX_BODY_BYTES, received "1"'],
  [{ REQUEST_TIMEOUT_MS: "1s" }, 'expected milliseconds from 100 to 600000 for REQUEST_TIMEOUT_MS, received "1s"'],
  [
    { MOVIELENS_URL: "http://example.org/" },
    'expected an https address for MOVIELENS_URL, received "http://example.org/"',
  ],
  [{ MOVIELENS_URL: "nowhere" }, 'expected an https address for MOVIELENS_URL, received "nowhere"'],
])("the error for a malformed setting names it, what was expected and what was received: %j", (env, message) => {
  expect(() => readConfig({}, env)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", message }));
});

test("the error for a malformed flag names it as it was written", () => {
  const flags: Flags = { requestTimeoutMs: "soon" };
  expect(() => readConfig(flags, {})).toThrow(
    'expected milliseconds from 100 to 600000 for --request-timeout-ms, received "soon"',
  );
});

test.each(["127.0.0.1", "127.8.8.8", "localhost", "::1"])("AUTH=off is allowed on %s", (host) => {
  expect(readConfig({ host, auth: "off" }, {}).auth).toBe("off");
});

test.each(["0.0.0.0", "::", "192.168.0.1", "marquee.example.org", "127.0.0.1.example.org"])(
  "AUTH=off is refused on %s, which others could reach",
  (host) => {
    expect(() => readConfig({ host, auth: "off" }, {})).toThrow(
      `expected AUTH=on with HOST "${host}": without tokens only a loopback address such as 127.0.0.1 is allowed`,
    );
  },
);

test("poster providers keep the order given, and may be none", () => {
  expect(readConfig({}, { POSTER_PROVIDERS: "tmdb, folder" }).posterProviders).toEqual(["tmdb", "folder"]);
  expect(readConfig({}, { POSTER_PROVIDERS: "" }).posterProviders).toEqual([]);
});

test("docs/settings.md describes every setting as help does, under the same headings", async () => {
  const page = await readFile(new URL("../../docs/settings.md", import.meta.url), "utf8");
  const lines = page.split("\n").filter((line) => line.startsWith("## ") || line.startsWith("| `"));
  const expected = settingGroups.flatMap(({ heading, keys }) => [
    `## ${heading}`,
    ...keys.map((key) => {
      const { env, flag, default: value, description } = settings[key];
      return `| ${env} | --${flag} | ${value === "" ? "none" : value} | ${description} |`;
    }),
  ]);
  expect(lines.map((line) => line.replaceAll("`", ""))).toEqual(expected);
});
