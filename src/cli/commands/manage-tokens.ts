/** `marquee token`: creates, lists and revokes access tokens. */
import type { Command } from "commander";
import { AppError } from "../../errors.js";
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
import { oneOf, userIdArgument, wholeNumberArgument } from "../terminal/arguments.js";
import { print, printJson, printTable, say } from "../terminal/output.js";
import { requireToken, requireUser } from "../terminal/require-existing.js";
import { withServices } from "../terminal/with-services.js";

export function addTokenCommands(program: Command): void {
  const token = program.command("token").description("manage the tokens that mutations and private data need");
  token
    .command("create")
    .summary("create a token")
    .description(
      "create a token and print it, once; its scope says what it allows: user (one user's ratings, --user), editor (links, " +
        "posters, movies; the default) or admin (everything)",
    )
    .argument("[name]", "what it is for", "unnamed")
    .option(
      "--scope <scope>",
      "give the token this scope: user, editor or admin",
      oneOf("--scope", tokenScopes),
      "editor",
    )
    .option(
      "--user <number>",
      "let it read and change this user's ratings, beside what its scope allows",
      userIdArgument,
    )
    .option("--json", "print the token and what it allows as JSON")
    .action(async (name: string, options: { scope: TokenScope; user?: UserId; json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const { scope, user: userId } = options;
        if (scope === "user" && userId === undefined)
          throw new AppError("INVALID_ARGUMENT", "a token of the scope user needs a user: add --user <number>");
        if (userId !== undefined) await requireUser(services, userId);
        const { secret, token: made } = await makeToken(services, { name, scope, userId });
        if (options.json) printJson({ token: secret, ...shown(made) });
        else print(secret);
      });
    });
  token
    .command("list")
    .description(
      "list the tokens with what each allows and when it was last used; the tokens themselves are not stored",
    )
    .option("--json", "print the list as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const rows = (await allTokens(services)).map(shown);
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
    .description("revoke a token, which stops working at once")
    .argument("<number>", "its number, as marquee token list shows it", wholeNumberArgument("<number>", 1, 2 ** 31 - 1))
    .option("--json", "print the token that was revoked as JSON")
    .action(async (id: number, options: { json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        await requireToken(services, id);
        const revoked = await revokeToken(services, id);
        if (options.json) printJson(shown(revoked));
        else say(`Revoked token ${id}, ${revoked.name} (${revoked.scope}).`);
      });
    });
}

/** A readable time in UTC, such as `2026-01-31 09:05`. */
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
