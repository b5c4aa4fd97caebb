/** Reads every setting of Marquee once: flags override environment variables, which override defaults. */
import type * as z from "zod";
import { AppError, received } from "../errors.js";
import { accessSettings } from "./access-settings.js";
import { dataSettings, downloadSettings, posterSettings } from "./data-settings.js";
import { graphqlSettings, limitSettings, serverSettings } from "./server-settings.js";
import { isLoopback, type Setting } from "./setting.js";

const groups = {
  "Data folder": dataSettings,
  Server: serverSettings,
  Access: accessSettings,
  GraphQL: graphqlSettings,
  Limits: limitSettings,
  Posters: posterSettings,
  Downloads: downloadSettings,
};

/** All settings by key. */
export const settings = {
  ...dataSettings,
  ...serverSettings,
  ...accessSettings,
  ...graphqlSettings,
  ...limitSettings,
  ...posterSettings,
  ...downloadSettings,
};

export type SettingKey = keyof typeof settings;
type Values = { [Key in SettingKey]: z.output<(typeof settings)[Key]["schema"]> };

/** The value of every setting. */
export interface Config extends Omit<Values, "introspection"> {
  /** `auto` is resolved. */
  introspection: boolean;
}

/** The settings in the order of help and of docs/settings.md, under headings. */
export const settingGroups = Object.entries(groups).map(([heading, group]) => ({
  heading,
  keys: Object.keys(group) as SettingKey[],
}));

/** The texts of the flags on a command line. */
export type Flags = Partial<Record<SettingKey, string>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {AppError} CONFIG_INVALID naming the setting, what was expected, and what was received */
export function readConfig(flags: Flags, env: Environment): Config {
  const values = Object.fromEntries(
    Object.keys(settings).map((key) => [key, readSetting(key as SettingKey, flags, env)]),
  ) as Values;
  const { introspection } = values;
  const config = {
    ...values,
    introspection: introspection === "auto" ? env.NODE_ENV !== "production" : introspection,
  };
  checkCombinations(config);
  return config;
}

function readSetting(key: SettingKey, flags: Flags, env: Environment): unknown {
  const setting: Setting = settings[key];
  const text = flags[key] ?? env[setting.env] ?? setting.default;
  const { success, data } = setting.schema.safeParse(text);
  if (success) return data;
  const name = flags[key] === undefined ? setting.env : `--${setting.flag}`;
  // A malformed key may still hold most of a real one.
  const value = setting.isSecret ? "something else" : received(text);
  throw new AppError("CONFIG_INVALID", `expected ${setting.expected} for ${name}, received ${value}`);
}

/** @throws {AppError} CONFIG_INVALID for settings that are valid alone but not together */
function checkCombinations({ auth, host, jwksUrl, jwtIssuer, jwtAudience }: Config): void {
  if (auth === "off" && !isLoopback(host)) {
    throw new AppError(
      "CONFIG_INVALID",
      `expected AUTH=on with HOST ${received(host)}: without tokens only a loopback address such as 127.0.0.1 is allowed`,
    );
  }
  if (jwksUrl !== "" && (jwtIssuer === "" || jwtAudience === "")) {
    throw new AppError(
      "CONFIG_INVALID",
      "expected JWT_ISSUER and JWT_AUDIENCE together with JWT_JWKS_URL: otherwise tokens meant for other services would be accepted",
    );
  }
}
