/** `marquee serve` and `marquee setup`: start the server, and set up the embedded data set. */
import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { type Logger, pino } from "pino";
import type { Config } from "../../config/config.js";
import { embeddedDatasetNote } from "../../datasets/embedded/generate-ratings.js";
import { removeLeftOvers } from "../../files/temporary.js";
import { embedPosters } from "../../jobs/embed-posters.js";
import { mapPosters } from "../../jobs/map-posters.js";
import { previewPosters } from "../../jobs/preview-posters.js";
import { renewPrepared } from "../../jobs/renew-prepared.js";
import { setUp } from "../../jobs/setup-embedded.js";
import { createPosterProviders } from "../../posters/providers/configured-providers.js";
import { firstToken } from "../../resolvers/system/edit-tokens.js";
import { currentRequestId } from "../../server/errors/request-id.js";
import { exampleQuery } from "../../server/graphiql/example-query.js";
import { openWorkerChannel } from "../../server/workers/channel.js";
import { openServices, type Services } from "../../services/services.js";
import { print, printJson, say, seconds } from "../terminal/output.js";
import { runJob } from "../terminal/run-job.js";
import { readCommandConfig } from "../terminal/setting-options.js";
import { toAppOptions, withServices } from "../terminal/with-services.js";

// The server's only thread must not block on another process's lock: writes are retried instead.
const serverBusyTimeoutMs = 5;

/** The map takes a core for a while, and is looked at last: what is asked for at the start comes first. */
const mapAfterMs = 5000;

export function addServeCommands(program: Command): void {
  program
    .command("serve")
    .summary("serve the GraphQL API")
    .description(
      "serve the GraphQL API and GraphiQL, first setting up the embedded data set where the data folder is empty",
    )
    .action(async (_options: object, command: Command) => {
      const config = readCommandConfig(command);
      // A worker's primary has done all this.
      if (cluster.isWorker) return serveHere(config).finally(() => process.disconnect?.());
      const setUpEmpty = () => withServices(command, async (services) => void (await setup(services)));
      // Meanwhile the server starts.
      const removing = removeLeftOvers(config.dataDir).then(
        (removed) => {
          if (removed > 0) say(`removed ${removed} unfinished files that an earlier process left`);
        },
        (error: Error) => say(`unfinished files that an earlier process left were not removed: ${error.message}`),
      );
      if (config.workers === 1) await serveHere(config, setUpEmpty);
      else {
        await setUpEmpty();
        await serveByWorkers(config);
      }
      await removing;
    });

  program
    .command("setup")
    .summary("set up the embedded data set")
    .description("set up the embedded data set in an empty data folder, as serve does")
    .option("--json", "print the result as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      await withServices(command, async (services) => {
        const report = await setup(services);
        const { dataset } = await services.serving();
        if (options.json) printJson(report ?? { loaded: dataset?.name });
        else if (report === undefined) print(`nothing to do: the data set ${dataset?.name} is loaded`);
      });
    });
}

/**
 * Serves by this process: the only one, or one of several workers.
 * @param setUpEmpty called where there is no data set yet
 */
async function serveHere(config: Config, setUpEmpty?: () => Promise<void>): Promise<void> {
  // The GraphQL server is slow to load, so only this command loads it.
  const loading = Promise.all([import("../../server/app.js"), import("../../server/listen.js")]);
  const channel = openWorkerChannel();
  const logger = createLogger(config);
  const services = openServices(config.dataDir, {
    busyTimeoutMs: serverBusyTimeoutMs,
    preload: true,
    posterProviders: createPosterProviders(config),
    onPosterError: (error) => logger.warn({ err: error }, "a poster was not fetched"),
    onChange: (change) => channel?.send({ kind: "change", change }),
  });
  if (setUpEmpty !== undefined && (await services.serving()).dataset === undefined) await setUpEmpty();
  // The first request needs it; whatever fails is told then.
  services.models.get().catch(() => {});
  const [{ createApp }, { serve }] = await loading;
  channel?.listen((passed) => {
    if ("message" in passed && passed.message.kind === "change") services.store.hear(passed.message.change);
  });
  const tracing = config.otlpEndpoint === "" ? undefined : await startTracing(config.otlpEndpoint);
  const app = createApp(services, { ...toAppOptions(config), tracing: tracing?.plugin, channel }, logger);
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
    if (channel === undefined) await welcomeAndWait(services, config, server.address, logger);
    else await waitForStop();
  } finally {
    // Open subscriptions would keep their connections open.
    services.store.endChanges();
    await server.stop();
    await tracing?.stop().catch((error: unknown) => logger.warn({ err: error }, "traces were not sent"));
    await services.close();
  }
}

/** Serves by several processes; this one looks after them. */
async function serveByWorkers(config: Config): Promise<void> {
  const { startWorkers } = await import("../../server/workers/primary.js");
  const { checkAddress } = await import("../../server/listen.js");
  // Here, so that it is said once, and not by each worker.
  await checkAddress(config.host, config.port);
  const logger = createLogger(config);
  const stopped = waitForStop();
  let services: Services | undefined;
  const pool = await startWorkers(config.workers, logger, {
    stopping: stopped,
    onMessage: (message) => {
      if (message.kind === "change") services?.store.hear(message.change);
    },
  });
  services = openServices(config.dataDir);
  try {
    await welcomeAndWait(services, config, pool.address, logger, stopped);
  } finally {
    await pool.stop();
    await services.close();
  }
}

function createLogger({ logLevel }: Config): Logger {
  const base = cluster.isWorker ? { pid: process.pid, worker: cluster.worker?.id } : undefined;
  return pino({ level: logLevel, ...(base && { base }) }, pino.destination({ dest: 2, sync: true }));
}

/** Says where the server is, computes in the background what requests would else have to, and waits until it shall stop. */
async function welcomeAndWait(
  services: Services,
  { auth, web }: Config,
  address: string,
  logger: Logger,
  stopped = waitForStop(),
): Promise<void> {
  // Created once the server listens: it is shown only once, which a failed start must not use up.
  const token = auth === "on" ? await firstToken(services) : undefined;
  await welcome(services, address, { token, hasPage: web });
  // What is not embedded yet would be missing from similarPosters; queries are answered meanwhile.
  const stopping = new AbortController();
  const embedding = embedPosters(services, { signal: stopping.signal })
    .then(() => previewPosters(services, { signal: stopping.signal }))
    .then(() => sleep(mapAfterMs, undefined, { signal: stopping.signal, ref: false }))
    .then(() => mapPosters(services, { signal: stopping.signal }))
    .catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      logger.warn({ err: error }, "posters were not embedded, or have no previews or map");
    });
  const renewing = renewPrepared(services, { signal: stopping.signal }).catch((error: unknown) =>
    logger.warn({ err: error }, "users who rate are not prepared again until the server restarts"),
  );
  await stopped;
  say("Stopping …");
  stopping.abort();
  await Promise.all([embedding, renewing]);
}

/** Until a signal comes, or this worker's primary has gone. */
function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["SIGINT", "SIGTERM", "disconnect"]) process.once(event, () => resolve());
  });
}

/** Logs unhandled rejections, which would otherwise end the process. */
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
  if ((await services.serving()).dataset !== undefined) return undefined;
  const started = performance.now();
  say(`Setting up. ${embeddedDatasetNote}`);
  const report = await runJob((progress) => setUp(services, progress));
  if (report === undefined) return undefined;
  say(
    `Set up ${report.movies} films, ${report.users} synthetic users and ${report.ratings} synthetic ratings in ${seconds(started)}.`,
  );
  return report;
}

interface WelcomeOptions {
  /** The first token, where it was just made. */
  token: string | undefined;
  hasPage: boolean;
}

async function welcome(services: Services, address: string, { token, hasPage }: WelcomeOptions): Promise<void> {
  const { users, movies, statistics } = services.store;
  const { dataset, activeModel } = await services.serving();
  print(
    `Marquee serves ${dataset?.name}: ${await users.count()} users, ${await movies.count()} movies, ${(await statistics.totals("all")).count} ratings.`,
  );
  if (dataset?.synthetic) print(embeddedDatasetNote);
  if (hasPage) print(`\n  Page: ${address}/`);
  print(`${hasPage ? "" : "\n"}  GraphiQL and API: ${address}/graphql\n`);
  print(`  ${await exampleQuery(services)}\n`);
  if (activeModel === undefined) {
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
