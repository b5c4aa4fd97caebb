/** Subscriptions: how many a client may have open, and each event executed as an operation of its own. */
import { execute } from "@graphql-tools/executor";
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  print,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Viewer } from "../../access/viewer.js";
import type { Context } from "../../resolvers/request/context.js";
import type { Charge } from "../auth/charge.js";
import type { Clients } from "../auth/clients.js";
import type { Admission } from "./admission.js";
import { costOf } from "./operation-cost.js";
import { tooMany } from "./rate-limit.js";
import { createSharing } from "./share-work.js";
import { answerInTime } from "./time-limit.js";

export interface StreamOptions {
  /** Open at once for one client; 0 for no limit. */
  maxStreams: number;
  /** For each event. */
  timeoutMs: number;
  /** Each event counts as an operation does. */
  charge: Charge;
  admission: Admission;
  /** Of an event: what was read, and who might do what, for an earlier one may be so no longer. */
  createContext(request: Request): Promise<Context>;
}

type Source = AsyncIterable<unknown>;

const texts = new WeakMap<DocumentNode, string>();

/** Its text, printed once. */
function textOf(document: DocumentNode): string {
  const text = texts.get(document) ?? print(document);
  texts.set(document, text);
  return text;
}

/** Everything that the answer depends on, beside what is read when it is computed. */
function nameOfEvent(
  value: unknown,
  { document, operationName, variableValues }: ExecutionArgs,
  viewer: Viewer,
): string {
  return JSON.stringify([textOf(document), operationName, variableValues, viewer.scope, viewer.userId, value]);
}

export function useStreams(options: StreamOptions, clients: Clients): Plugin {
  const { maxStreams, timeoutMs, createContext, charge, admission } = options;
  const sharing = createSharing();
  const open = new Map<string, number>();
  const isFull = (client: string) => maxStreams > 0 && (open.get(client) ?? 0) >= maxStreams;
  const full = () => ({
    errors: [tooMany(`expected up to ${maxStreams} open subscriptions, received one more: close another one first`)],
  });

  function release(client: string): void {
    const left = (open.get(client) ?? 1) - 1;
    if (left > 0) open.set(client, left);
    else open.delete(client);
  }

  /** Counted from the first `next()` on: what is never read would be counted for ever. */
  function eventsOf(source: Source, args: ExecutionArgs, request: Request): AsyncIterableIterator<ExecutionResult> {
    const client = clients.nameOf(request);
    const events = source[Symbol.asyncIterator]();
    const gone = new AbortController();
    let state: "new" | "open" | "ended" = "new";

    async function end(): Promise<IteratorReturnResult<undefined>> {
      if (state === "open") release(client);
      state = "ended";
      gone.abort();
      await events.return?.();
      return { value: undefined, done: true };
    }

    async function next(): Promise<IteratorResult<ExecutionResult>> {
      if (state === "new") {
        if (isFull(client)) {
          await end();
          return { value: full(), done: false };
        }
        open.set(client, (open.get(client) ?? 0) + 1);
        state = "open";
      }
      if (state === "ended") return end();
      const { value, done } = await events.next();
      if (done) return end();
      const contextValue = { ...(args.contextValue as object), ...(await createContext(request)) };
      const refusal = await charge(client).catch((error: GraphQLError) => error);
      if (refusal) return { value: { errors: [refusal] }, done: false };
      // What one hears is what all hear who ask the same and may read the same.
      const answer = await sharing(nameOfEvent(value, args, contextValue.viewer), gone.signal, (allGone) =>
        answerInTime(timeoutMs, allGone, (signal) =>
          admission.run(client, costOf(args), () => execute({ ...args, rootValue: value, contextValue, signal })),
        ).catch((error: unknown) => {
          if (error instanceof GraphQLError) return { errors: [error] };
          throw error;
        }),
      );
      return { value: { ...(answer as ExecutionResult) }, done: false };
    }

    return {
      next: () =>
        next().catch(async (error: unknown) => {
          await end();
          throw error;
        }),
      return: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const { request } = args.contextValue as { request: Request };
        if (isFull(clients.nameOf(request))) return full();
        const source = await createSourceEventStream(args);
        return Symbol.asyncIterator in source ? eventsOf(source, args, request) : source;
      });
    },
  };
}
