/** The settings as command-line options: which of them each command's help lists, and their values when a command runs. */
import { type Command, Option } from "commander";
import { type Config, type Flags, readConfig, type SettingKey, settingGroups, settings } from "../../config/config.js";

/** Commands that open no data folder, and so read no settings. */
const withoutSettings = ["schema"];

/** The settings that a command reads beside `dataDir`, by its path. */
const usedSettings: Record<string, readonly SettingKey[]> = {
  serve: keysOfGroups("Server", "Access", "GraphQL", "Limits", "Posters"),
  import: ["movielensUrl"],
  "posters fetch": keysOfGroups("Posters"),
  "encoders pull": ["encodersUrl"],
  "documents add": ["defer"],
};

/**
 * Makes every setting an option of the program, so that all commands accept all of them before and after their names. A
 * command's help lists those that it reads. Call it once all commands are added.
 */
export function addSettingOptions(program: Command): void {
  for (const key of Object.keys(settings) as SettingKey[]) {
    const option = createSettingOption(key);
    program.addOption(key === "dataDir" ? option : option.hideHelp());
  }
  for (const command of program.commands) addToHelp(command, command.name());
}

function addToHelp(command: Command, path: string): void {
  for (const child of command.commands) addToHelp(child, `${path} ${child.name()}`);
  if (command.commands.length > 0 || withoutSettings.includes(path)) return;
  const used = new Set<SettingKey>(["dataDir", ...(usedSettings[path] ?? [])]);
  for (const { heading, keys } of settingGroups) {
    for (const key of keys) {
      // The program consumes the option before the command sees it: this one is for help and suggestions only.
      if (used.has(key)) command.addOption(createSettingOption(key).helpGroup(`${heading}:`));
    }
  }
}

function createSettingOption(key: SettingKey): Option {
  const { flag, env, default: value, description } = settings[key];
  return new Option(`--${flag} <value>`, `${description} [${env}] (default: ${value === "" ? "none" : value})`);
}

/** Reads the settings of a running command. @throws {AppError} CONFIG_INVALID */
export function readCommandConfig(command: Command): Config {
  const options = command.optsWithGlobals() as Record<string, unknown>;
  const flags: Flags = {};
  for (const key of Object.keys(settings) as SettingKey[]) {
    const value = options[createSettingOption(key).attributeName()];
    if (typeof value === "string") flags[key] = value;
  }
  return readConfig(flags, process.env);
}

/** Whether a command's help lists settings. */
export function listsSettings(command: Command): boolean {
  const flags = new Set(Object.values(settings).map(({ flag }) => `--${flag}`));
  return command.options.some(({ long, hidden }) => !hidden && long != null && flags.has(long));
}

function keysOfGroups(...headings: string[]): SettingKey[] {
  return settingGroups.filter(({ heading }) => headings.includes(heading)).flatMap(({ keys }) => keys);
}
