/** Every setting reaches a command as a flag before or after its name, as an environment variable, and as its default. */
import { Command } from "commander";
import { afterEach, describe, expect, test } from "vitest";
import { addSettingOptions, readCommandConfig } from "../../src/cli/terminal/setting-options.js";
import { type Config, readConfig, settings } from "../../src/config/config.js";

/** A value of each setting other than its default, as text and as parsed. */
const others: { [Key in keyof Config]: [string, Config[Key]] } = {
  dataDir: ["/elsewhere", "/elsewhere"],
  host: ["localhost", "localhost"],
  port: ["4321", 4321],
  workers: ["2", 2],
  logLevel: ["warn", "warn"],
  auth: ["off", "off"],
  publicRead: ["off", false],
  publicUsers: ["none", "none"],
  jwksUrl: ["https://id.example/keys", "https://id.example/keys"],
  jwtIssuer: ["https://id.example/", "https://id.example/"],
  jwtAudience: ["marquee", "marquee"],
  jwtUserClaim: ["person", "person"],
  jwtScopeClaims: ["roles, rights", ["roles", "rights"]],
  corsOrigins: ["https://a.example", ["https://a.example"]],
  introspection: ["off", false],
  documents: ["only", "only"],
  maxBodyBytes: ["2000", 2000],
  maxBatch: ["3", 3],
  requestTimeoutMs: ["2000", 2000],
  rateLimit: ["7", 7],
  maxStreams: ["4", 4],
  publicUrl: ["https://films.example/api", "https://films.example/api"],
  web: ["off", false],
  trustProxy: ["on", true],
  defer: ["on", true],
  federation: ["on", true],
  otlpEndpoint: ["http://localhost:4318", "http://localhost:4318"],
  movielensUrl: ["https://mirror.example/", "https://mirror.example/"],
  encodersUrl: ["https://models.example/", "https://models.example/"],
  posterProviders: ["tmdb", ["tmdb"]],
  posterFolder: ["/pictures", "/pictures"],
  tmdbApiKey: ["key", "key"],
  tmdbUrl: ["https://tmdb.example/3/", "https://tmdb.example/3/"],
};

/** Settings that others require. */
const needs: Partial<Record<keyof Config, Partial<Record<keyof Config, string>>>> = {
  jwksUrl: { jwtIssuer: "https://id.example/", jwtAudience: "marquee" },
};

/** The settings that a command reads when the program is called with these arguments. */
function arrived(...words: string[]): Config {
  let config: Config | undefined;
  const program = new Command("marquee").exitOverride();
  addSettingOptions(program);
  program.command("do").action((_options: object, command: Command) => {
    config = readCommandConfig(command);
  });
  program.parse(["node", "marquee", ...words]);
  return config as Config;
}

afterEach(() => {
  for (const { env } of Object.values(settings)) delete process.env[env];
});

const keys = Object.keys(settings) as (keyof Config)[];

describe.each(keys)("%s", (key) => {
  const [text, value] = others[key];
  const flags = Object.entries({ ...needs[key], [key]: text }).flatMap(([name, given]) => [
    `--${settings[name as keyof Config].flag}`,
    given,
  ]);

  test("is read from its flag before and after the command", () => {
    expect(readConfig({}, {})[key]).not.toEqual(value);
    expect(arrived(...flags, "do")[key]).toEqual(value);
    expect(arrived("do", ...flags)[key]).toEqual(value);
  });

  test("is read from the environment, which a flag overrides", () => {
    for (const [name, given] of Object.entries({ ...needs[key], [key]: text })) {
      process.env[settings[name as keyof Config].env] = given;
    }
    expect(arrived("do")[key]).toEqual(value);
    process.env[settings[key].env] = "no value of any setting\0";
    expect(arrived("do", ...flags)[key]).toEqual(value);
  });

  test("has its default otherwise", () => {
    expect(arrived("do")[key]).toEqual(readConfig({}, {})[key]);
  });
});
