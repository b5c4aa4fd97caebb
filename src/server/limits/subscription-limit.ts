/** Limits open subscriptions per client and executes each event as an operation of its own. */
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
import type { ClientCounts } from "../workers/client-counts.js";
import type { Admission } from "./admission.js";
import { operationCost } from "./operation-cost.js";
import { tooMany } from "./rate-limit.js";
import { createSharing } from "./share-work.js";
import { answerInTime } from "./time-limit.js";

export interface SubscriptionOptions {
  /** Open subscriptions per client; 0 for no limit. */
  maxSubscriptions: number;
  /** Time limit for each event. */
  timeoutMs: number;
  /** Charged once for each event. */
  charge: Charge;
  admission: Admission;
  /** Of open subscriptions. */
  counts: ClientCounts;
  /** A fresh context for each event, since data and permissions may have changed. */
  createContext(request: Request): Context;
}

type Source = AsyncIterable<unknown>;

const texts = new WeakMap<DocumentNode, string>();

/** The printed document, cached. */
function getText(document: DocumentNode): string {
  const text = texts.get(document) ?? print(document);
  texts.set(document, text);
  return text;
}

/** Key of an event: everything that its result depends on except stored data. */
function eventKey(value: unknown, { document, operationName, variableValues }: ExecutionArgs, viewer: Viewer): string {
  return JSON.stringify([getText(document), operationName, variableValues, viewer.scope, viewer.userId, value]);
}

export function useSubscriptionLimit(options: SubscriptionOptions, clients: Clients): Plugin {
  const { maxSubscriptions, timeoutMs, createContext, charge, admission, counts } = options;
  const sharing = createSharing();
  const isFull = (client: string) => maxSubscriptions > 0 && counts.get(client) >= maxSubscriptions;
  const full = () => ({
    errors: [tooMany(`expected up to ${maxSubscriptions} open subscriptions, received one more: close one first`)],
  });

  /** Executes events. Counts the subscription from the first `next()` on, since one that is never read would count forever. */
  function executeEvents(
    source: Source,
    args: ExecutionArgs,
    request: Request,
  ): AsyncIterableIterator<ExecutionResult> {
    const client = clients.getName(request);
    const events = source[Symbol.asyncIterator]();
    const gone = new AbortController();
    let state: "new" | "open" | "ended" = "new";

    async function end(): Promise<IteratorReturnResult<undefined>> {
      if (state === "open") counts.remove(client);
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
        counts.add(client);
        state = "open";
      }
      if (state === "ended") return end();
      const { value, done } = await events.next();
      if (done) return end();
      const contextValue = { ...(args.contextValue as object), ...createContext(request) };
      const refusal = await charge(client).catch((error: GraphQLError) => error);
      if (refusal) return { value: { errors: [refusal] }, done: false };
      // Subscribers with the same operation and permissions share the result.
      const answer = await sharing(eventKey(value, args, contextValue.viewer), gone.signal, (allGone) =>
        answerInTime(timeoutMs, allGone, (signal) =>
          admission.run(client, operationCost(args), () =>
            execute({ ...args, rootValue: value, contextValue, signal }),
          ),
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
        if (isFull(clients.getName(request))) return full();
        const source = await createSourceEventStream(args);
        return Symbol.asyncIterator in source ? executeEvents(source, args, request) : source;
      });
    },
  };
}
