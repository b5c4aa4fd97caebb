/** The texts of `--help`: one style, and the settings where they are read. */
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/main.js";
import { type SettingKey, settings } from "../../src/config/config.js";

const program = createProgram();

function allCommands(command: Command, path: string[] = []): [string, Command][] {
  return command.commands.flatMap((child) => {
    const words = [...path, child.name()];
    return [[words.join(" "), child] as [string, Command], ...allCommands(child, words)];
  });
}
const commands = allCommands(program);

/** A command's help on lines of any length: help wraps its lines wherever they are full. */
const getHelp = (path: string) => (new Map(commands).get(path) as Command).helpInformation().replace(/\s+/g, " ");
const lists = (path: string, key: SettingKey) => getHelp(path).includes(`--${settings[key].flag} <value>`);

test("marquee --help lists the commands, then the global options, then how settings are given", () => {
  const help = program.helpInformation();
  const names =
    "serve setup import link import-ratings train models evaluate recommend predict sample posters encoders token documents schema";
  expect([...help.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name)).toEqual([...names.split(" "), "help"]);
  expect(help.match(/--[a-z-]+(?= |,|$)/gm)?.slice(0, 3)).toEqual(["--version", "--data-dir", "--help"]);
  expect(help.indexOf("\nCommands:\n")).toBeLessThan(help.indexOf("\nOptions:\n"));
  expect(help.replace(/\s+/g, " ")).toMatch(/flags override environment variables, which override defaults\. $/);
});

test.each(Object.keys(settings) as SettingKey[])(
  "the help of a command that reads %s lists it with its default",
  (key) => {
    const { env, default: value } = settings[key];
    const reading = commands.filter(([path]) => lists(path, key)).map(([path]) => path);
    expect(reading).not.toEqual([]);
    for (const path of reading) expect(getHelp(path)).toContain(`[${env}] (default: ${value === "" ? "none" : value})`);
  },
);

test.each<[SettingKey, string[]]>([
  ["port", ["serve"]],
  ["jwksUrl", ["serve"]],
  ["tmdbApiKey", ["serve", "posters fetch"]],
  ["movielensUrl", ["import"]],
  ["encodersUrl", ["encoders pull"]],
  ["defer", ["serve", "documents add"]],
])("the help of no other command than those that read it lists %s", (key, paths) => {
  expect(commands.filter(([path]) => lists(path, key)).map(([path]) => path)).toEqual(paths);
});

test("the server's settings are listed under headings", () => {
  const help = (new Map(commands).get("serve") as Command).helpInformation();
  expect(help.match(/^[A-Z][\w ]+:$/gm)).toEqual([
    "Options:",
    "Data folder:",
    "Server:",
    "Access:",
    "GraphQL:",
    "Limits:",
    "Posters:",
  ]);
});

describe("every description is a lower-case imperative without a full stop", () => {
  test.each(commands)("marquee %s", (_path, command) => {
    const texts = [
      command.summary() || command.description(),
      command.description(),
      ...command.options.map(({ description }) => description),
    ];
    for (const text of texts)
      expect(text).toMatch(/^(?!(?:the|a|an|whether|how|what|which|most|name of|of|only|with)\b)[a-z].*[^.]$/s);
  });
});
