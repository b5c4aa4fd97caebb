/** `marquee token`: who may change what. */
import type { Command } from "commander";
import type { UserId } from "../../ids.js";
import {
  allTokens,
  makeToken,
  revokeToken,
  type Token,
  type TokenScope,
  tokenScopes,
} from "../../resolvers/system/edit-tokens.js";
import { toIsoString } from "../../schema/builder/time.js";
import { oneOf, userIdArgument, wholeNumber } from "../terminal/arguments.js";
import { withServices } from "../terminal/command-context.js";
import { print, printJson, printTable, say } from "../terminal/output.js";

export function addTokenCommands(program: Command): void {
  const token = program.command("token").description("Manage the tokens that mutations and private data need.");
  token
    .command("create")
    .summary("make a token")
    .description(
      "Make a token and print it, once. Its scope says what it allows: user (one user's ratings, --user), editor (links, " +
        "posters, movies; the default), admin (everything).",
    )
    .argument("[name]", "what it is for", "unnamed")
    .option("--scope <scope>", "user, editor or admin", oneOf("--scope", tokenScopes), "editor")
    .option("--user <number>", "whose ratings it may read and change, beside what its scope allows", userIdArgument)
    .option("--json", "print the token and what it allows as JSON")
    .action(async (name: string, options: { scope: TokenScope; user?: UserId; json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const { secret, token: made } = await makeToken(services, { name, scope: options.scope, userId: options.user });
        if (options.json) printJson({ token: secret, ...shown(made) });
        else print(secret);
      });
    });
  token
    .command("list")
    .description("List the tokens: what each allows and when it was last used. The tokens themselves are nowhere kept.")
    .option("--json", "print the list as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const rows = allTokens(services).map(shown);
        if (options.json) return printJson(rows);
        const head = ["number", "name", "scope", "user", "created (UTC)", "last used"];
        printTable(
          head,
          rows.map((row) => [
            row.id,
            row.name,
            row.scope,
            row.userId ?? "",
            toTheMinute(row.createdAt),
            row.lastUsedAt === null ? "never" : toTheMinute(row.lastUsedAt),
          ]),
          [0, 3],
        );
      });
    });
  token
    .command("revoke")
    .description("Revoke a token: from now on it is none.")
    .argument("<number>", "its number, as marquee token list shows it", wholeNumber("<number>", 1, 2 ** 31 - 1))
    .option("--json", "print the token that was revoked as JSON")
    .action(async (id: number, options: { json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const revoked = await revokeToken(services, id);
        if (options.json) printJson(shown(revoked));
        else say(`Revoked token ${id}, ${revoked.name} (${revoked.scope}).`);
      });
    });
}

/** As people write times, in UTC like all of them: `2026-01-31 09:05`. */
function toTheMinute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

function shown({ id, name, scope, userId, createdAt, lastUsedAt }: Token) {
  return {
    id,
    name,
    scope,
    userId,
    createdAt: toIsoString(createdAt),
    lastUsedAt: lastUsedAt === null ? null : toIsoString(lastUsedAt),
  };
}
