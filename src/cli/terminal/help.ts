/** The layout of `--help`: commands, then a command's own options, then the settings that it reads. */
import type { Argument, Command, Help, HelpConfiguration, Option, OutputConfiguration } from "commander";
import { listsSettings } from "./setting-options.js";

const precedence = "flags override environment variables, which override defaults";
const programFooter =
  "The help of each command, such as marquee serve --help, lists the settings that it reads. A setting is a flag " +
  `(--data-dir /var/marquee) or an environment variable (DATA_DIR=/var/marquee): ${precedence}.`;
const commandFooter = `Settings are flags or the environment variables in brackets: ${precedence}.`;

export const helpConfiguration: HelpConfiguration = {
  formatHelp,
  // `[options]` after every command's name tells nothing.
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(toTerm)].join(" "),
  optionDescription: (option) => withDefault(option.description, isValued(option) ? option.defaultValue : undefined),
  argumentDescription: ({ description, defaultValue }) => withDefault(description, defaultValue),
};

export const outputConfiguration: OutputConfiguration = {
  getOutHelpWidth: helpWidth,
  getErrHelpWidth: helpWidth,
  writeErr: (text) => process.stderr.write(text.replace(/^error: /, "marquee: ")),
};

/** Columns: those of the terminal, else COLUMNS, else 80. */
function helpWidth(): number {
  const columns = process.stdout.columns ?? Number(process.env.COLUMNS);
  return columns >= 40 ? columns : 80;
}

function toTerm(argument: Argument): string {
  const text = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${text}>` : `[${text}]`;
}

function isValued({ required, optional }: Option): boolean {
  return required || optional;
}

function withDefault(description: string, value: unknown): string {
  return value === undefined ? description : `${description} (default: ${value})`;
}

function formatHelp(command: Command, help: Help): string {
  const width = help.helpWidth ?? 80;
  const termWidth = help.padWidth(command, help);
  const list = (heading: string, items: readonly (readonly [term: string, description: string])[]) =>
    items.length === 0
      ? []
      : [[heading, ...items.map(([term, text]) => help.formatItem(term, termWidth, text, help))].join("\n")];
  const options = help.visibleOptions(command);
  const headings = ["Options:", ...options.map(({ helpGroupHeading }) => helpGroupHeading ?? "Options:")];
  const footer = command.parent === null ? programFooter : listsSettings(command) ? commandFooter : "";
  return `${[
    `Usage: ${help.commandUsage(command)}`,
    help.boxWrap(help.commandDescription(command), width),
    ...list(
      "Arguments:",
      help
        .visibleArguments(command)
        .map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
    ),
    ...list(
      "Commands:",
      help.visibleCommands(command).map((child) => [help.subcommandTerm(child), help.subcommandDescription(child)]),
    ),
    ...[...new Set(headings)].flatMap((heading) =>
      list(
        heading,
        options
          .filter(({ helpGroupHeading }) => (helpGroupHeading ?? "Options:") === heading)
          .map((option) => [help.optionTerm(option), help.optionDescription(option)]),
      ),
    ),
    help.boxWrap(footer, width),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}
