/** Runs a command's work on an open data folder, with the settings turned into what services and the server take. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import type { Config } from "../../config/config.js";
import { AppError, received } from "../../errors.js";
import { createPosterProviders } from "../../posters/providers/configured-providers.js";
import type { AppOptions } from "../../server/app.js";
import { openServices, type Services } from "../../services/services.js";
import { readCommandConfig } from "./setting-options.js";

/** Opens the data folder, and closes it however the work ends. @throws {AppError} CONFIG_INVALID, DATA_EMPTY */
export async function withServices<T>(
  command: Command,
  work: (services: Services, config: Config) => Promise<T>,
): Promise<T> {
  const config = readCommandConfig(command);
  checkDataFolder(command, config.dataDir);
  const services = openServices(config.dataDir, { posterProviders: createPosterProviders(config) });
  try {
    return await work(services, config);
  } finally {
    await services.close();
  }
}

/** Commands that create the data folder where there is none; all others need what one holds. */
const creatingCommands = ["serve", "setup", "import", "token", "documents", "encoders"];

/** A mistyped folder must not be created, empty, and then be said to hold no data. @throws {AppError} DATA_EMPTY */
function checkDataFolder(command: Command, dataDir: string): void {
  if (existsSync(dataDir)) return;
  let top = command;
  while (top.parent?.parent) top = top.parent;
  if (creatingCommands.includes(top.name())) return;
  throw new AppError(
    "DATA_EMPTY",
    `the data folder ${received(dataDir)} does not exist: check --data-dir (DATA_DIR), or create it with marquee import or marquee serve`,
  );
}

/** The server's options, its JWT settings gathered; none without a JWKS URL. */
export function toAppOptions(config: Config): AppOptions {
  const { jwksUrl, jwtIssuer: issuer, jwtAudience: audience, jwtUserClaim: userClaim } = config;
  const { jwtScopeClaims: scopeClaims } = config;
  return { ...config, jwt: jwksUrl === "" ? undefined : { jwksUrl, issuer, audience, userClaim, scopeClaims } };
}
