/** What every command needs: its settings, an open data folder, and a signal for Ctrl-C. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { type Config, type Flags, readConfig, settings } from "../../config.js";
import { AppError, received } from "../../errors.js";
import { createPosterProviders } from "../../posters/providers/configured-providers.js";
import type { AppOptions } from "../../server/app.js";
import { openServices, type Services } from "../../services/services.js";
import { say } from "./output.js";

/** Every setting as a flag of the program. */
export function addSettingFlags(program: Command): void {
  for (const { flag, env, default: value, about } of Object.values(settings)) {
    program.addOption(new Option(`--${flag} <value>`, `${about} [${env}] (default: ${value === "" ? "none" : value})`));
  }
}

/** Settings from the flags before or after the command, and from the environment. */
export function configOf(command: Command): Config {
  const all = command.optsWithGlobals() as Record<string, unknown>;
  const flags: Flags = {};
  for (const key of Object.keys(settings) as (keyof Config)[]) {
    const value = all[new Option(`--${settings[key].flag} <value>`).attributeName()];
    if (typeof value === "string") flags[key] = value;
  }
  return readConfig(flags, process.env);
}

/** Runs a command's work on the open data folder, and closes it whatever happens. */
export async function withServices<T>(
  command: Command,
  work: (services: Services, config: Config) => Promise<T>,
): Promise<T> {
  const config = configOf(command);
  checkDataFolder(command, config.dataDir);
  const services = openServices(config.dataDir, { posterProviders: createPosterProviders(config) });
  try {
    return await work(services, config);
  } finally {
    await services.close();
  }
}

/** Commands that begin a data folder; all others look for what one holds. */
const beginners = ["serve", "setup", "import", "token", "documents", "encoders"];

/** A mistyped folder must not be made, empty, and then be said to hold no data. @throws {AppError} DATA_EMPTY */
function checkDataFolder(command: Command, dataDir: string): void {
  if (existsSync(dataDir)) return;
  let top = command;
  while (top.parent?.parent) top = top.parent;
  if (beginners.includes(top.name())) return;
  throw new AppError(
    "DATA_EMPTY",
    `expected a data folder of Marquee, received ${received(dataDir)}, which does not exist: check --data-dir (DATA_DIR), ` +
      "or run marquee import or marquee serve to make it",
  );
}

/** The settings of the server. */
export function appOptionsOf(config: Config): AppOptions {
  const { jwksUrl, jwtIssuer: issuer, jwtAudience: audience, jwtUserClaim: userClaim } = config;
  const { jwtScopeClaims: scopeClaims } = config;
  return { ...config, jwt: jwksUrl === "" ? undefined : { jwksUrl, issuer, audience, userClaim, scopeClaims } };
}

/** A signal that Ctrl-C (or a termination) aborts; a second one ends the process at once. */
export function interruptSignal(what: string): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    say(`\n${what}`);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}

/**
 * How a training ends that was interrupted when there was something to keep: the model is there, but it never begins to
 * serve by itself, and the exit status is that of any interrupted command.
 */
export function partialModel(name: string, done: string): AppError {
  return new AppError(
    "INTERRUPTED",
    `interrupted: ${name} is partial (${done}) and does not serve: marquee models use ${name} lets it, marquee train makes a whole one`,
  );
}
