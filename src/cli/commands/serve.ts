/** `marquee serve` and `marquee setup`. */
import type { Command } from "commander";
import { type Logger, pino } from "pino";
import { embeddedDatasetNote } from "../../datasets/embedded/generate-ratings.js";
import { countMovies } from "../../db/movies.js";
import { countRatings } from "../../db/ratings.js";
import { currentDataset, getSetting } from "../../db/settings.js";
import { countUsers } from "../../db/users.js";
import { removeLeftOvers } from "../../files/temporary.js";
import { embedPosters } from "../../jobs/embed-posters.js";
import { setupEmbedded } from "../../jobs/setup-embedded.js";
import { createPosterProviders } from "../../posters/providers/configured-providers.js";
import { firstToken } from "../../resolvers/system/edit-tokens.js";
import { currentRequestId } from "../../server/errors/request-id.js";
import { exampleQuery } from "../../server/graphiql/example-query.js";
import { serve } from "../../server/listen.js";
import { openServices, type Services } from "../../services/services.js";
import { appOptionsOf, configOf, withServices } from "../terminal/command-context.js";
import { print, printJson, say, seconds } from "../terminal/output.js";
import { createProgress, type Progress } from "../terminal/progress.js";

// A server must not wait for another process's lock on its one thread: writes try again, see db/write.ts.
const serverBusyTimeoutMs = 5;

export function addServeCommands(program: Command): void {
  program
    .command("serve")
    .summary("serve the GraphQL API")
    .description("Serve the GraphQL API and GraphiQL. An empty data folder is first set up with the embedded data set.")
    .action(async (_options: object, command: Command) => {
      const config = configOf(command);
      await withServices(command, async (services) => setup(services));
      const removed = await removeLeftOvers(config.dataDir);
      if (removed > 0) say(`removed ${removed} unfinished files that an earlier process left`);
      // The GraphQL server is slow to load: not before it is needed, and not for other commands.
      const { createApp } = await import("../../server/app.js");
      const logger = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
      const services = openServices(config.dataDir, {
        busyTimeoutMs: serverBusyTimeoutMs,
        posterProviders: createPosterProviders(config),
        onPosterError: (error) => logger.warn({ err: error }, "a poster was not fetched"),
      });
      const tracing = config.otlpEndpoint === "" ? undefined : await startTracing(config.otlpEndpoint);
      const app = createApp(services, { ...appOptionsOf(config), tracing: tracing?.plugin }, logger);
      keepServing(logger);
      const onError = (error: unknown) => logger.error({ err: error }, "unexpected error: a request was not answered");
      const server = await serve(app, config.host, config.port, {
        onError,
        requestTimeoutMs: config.requestTimeoutMs,
      }).catch(async (error: unknown) => {
        await services.close();
        throw error;
      });
      try {
        // Made once the server listens: a start that fails must not use up the one time it is shown.
        const token = config.auth === "on" ? await firstToken(services) : undefined;
        welcome(services, server.address, token);
        // What is not embedded yet would be missing from similarPosters; queries are answered meanwhile.
        const stopping = new AbortController();
        const embedding = embedPosters(services, () => {}, stopping.signal).catch((error: unknown) =>
          logger.warn({ err: error }, "posters were not embedded"),
        );
        await new Promise<void>((resolve) => {
          process.once("SIGINT", resolve);
          process.once("SIGTERM", resolve);
        });
        say("Stopping …");
        stopping.abort();
        await embedding;
      } finally {
        // Subscriptions would hold their connections.
        services.posterSources.updates.close();
        services.events.close();
        await server.stop();
        await tracing?.stop().catch((error: unknown) => logger.warn({ err: error }, "traces were not sent"));
        await services.close();
      }
    });

  program
    .command("setup")
    .summary("set up the embedded data set")
    .description("Set up the embedded data set in an empty data folder, as serve does.")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const report = await setup(services);
        if (options.json) printJson(report ?? { loaded: currentDataset(services.db)?.name });
        else if (report === undefined)
          print(`nothing to do: the data set ${currentDataset(services.db)?.name} is loaded`);
      });
    });
}

/** The last line of defence: an unhandled rejection is logged and does not end the process. */
function keepServing(logger: Logger): void {
  process.on("unhandledRejection", (error) => {
    logger.error(
      { err: error, requestId: currentRequestId() },
      "unexpected error: a rejected promise that nobody waits for",
    );
  });
}

async function startTracing(endpoint: string) {
  const { createTracing } = await import("../../server/tracing.js");
  return createTracing(endpoint);
}

async function setup(services: Services) {
  if (currentDataset(services.db) !== undefined) return undefined;
  const started = performance.now();
  say(`Setting up. ${embeddedDatasetNote}`);
  let progress: Progress | undefined;
  const watch = (label: string) => (done: number, total: number) => {
    progress ??= createProgress(label, total, "posters");
    progress.update(done);
    if (done === total) {
      progress.stop();
      progress = undefined;
    }
  };
  const finish = async () => {
    const report = await setupEmbedded(services, watch("draw "));
    if (report !== undefined) await embedPosters(services, watch("embed"));
    return report;
  };
  // A bar that goes on would keep a process that failed from ending.
  const report = await finish().finally(() => progress?.stop());
  if (report === undefined) return undefined;
  say(
    `Set up ${report.movies} films, ${report.users} synthetic users and ${report.ratings} synthetic ratings in ${seconds(started)}.`,
  );
  return report;
}

function welcome(services: Services, address: string, token: string | undefined): void {
  const { db } = services;
  const dataset = currentDataset(db);
  print(
    `Marquee serves ${dataset?.name}: ${countUsers(db)} users, ${countMovies(db)} movies, ${countRatings(db)} ratings.`,
  );
  if (dataset?.synthetic) print(embeddedDatasetNote);
  print(`\n  GraphiQL and API: ${address}/graphql\n`);
  print(`  ${exampleQuery(services)}\n`);
  if (getSetting(db, "activeModel") === undefined) {
    print(
      "  No model serves this data set yet: run marquee train, or marquee models import. Until then nothing is predicted.\n",
    );
  }
  if (token !== undefined) {
    print(
      "  Mutations need a token. This one may do everything and is shown only now (marquee token create makes others):",
    );
    print(`  Authorization: Bearer ${token}\n`);
  }
}
