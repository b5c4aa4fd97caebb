/** Subscriptions as Apollo's clients ask for them over HTTP: each event a part of one answer of the type multipart/mixed. */
import type { ExecutionResult } from "graphql";
import { GraphQLError } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { multipartParameter } from "./media-type.js";

type MaskError = (error: unknown) => GraphQLError;

/** As often as Yoga's server-sent events say that they are still there. */
const heartbeatMs = 12_000;
const boundary = "graphql";
const type = "multipart/mixed";

export function useMultipartSubscriptions(maskError: MaskError): Plugin {
  const subscriptions = new WeakSet<Request>();
  return {
    onSubscribe({ args }) {
      subscriptions.add((args.contextValue as { request: Request }).request);
    },
    onResultProcess({ request, result, resultProcessor, acceptableMediaTypes, setResultProcessor }) {
      if (!subscriptions.has(request) || Array.isArray(result)) return;
      acceptableMediaTypes.push(`${type};subscriptionSpec=1.0` as typeof type);
      if (multipartParameter(request, "subscriptionSpec") !== "1.0") return;
      // What is answered whole, such as a refusal, is JSON for whoever takes that; and who names server-sent events gets them.
      const isSettled = isAsyncIterable(result)
        ? request.headers.get("accept")?.includes("text/event-stream")
        : resultProcessor !== undefined;
      if (isSettled) return;
      setResultProcessor(
        (events, fetchAPI) =>
          new fetchAPI.Response(toMultipart(events as Events | ExecutionResult, { maskError, heartbeatMs }), {
            headers: {
              "content-type": `${type}; boundary="${boundary}"; subscriptionSpec=1.0`,
              "cache-control": "no-cache",
            },
          }),
        type,
      );
    },
  };
}

type Events = AsyncIterable<ExecutionResult>;

/**
 * The protocol's version 1.0: `{ "payload": <result> }` for an event, `{}` as a sign of life, and `{ "payload": null, "errors": [...] }` when
 * it fails. An event is waited for when the ones before it were read: a slow reader is sent no more than it takes.
 */
export function toMultipart(
  result: Events | ExecutionResult,
  { maskError, heartbeatMs }: { maskError: MaskError; heartbeatMs: number },
): ReadableStream<Uint8Array> {
  const events = (isAsyncIterable(result) ? result : only(result))[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  // The boundary that ends a part comes with it: clients wait for that.
  const part = (content: object) =>
    encoder.encode(`\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(content)}\r\n--${boundary}`);
  let heartbeat: NodeJS.Timeout | undefined;

  function end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    clearInterval(heartbeat);
    controller.enqueue(encoder.encode("--\r\n"));
    controller.close();
  }

  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`\r\n--${boundary}`));
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(part({}));
      }, heartbeatMs);
    },
    async pull(controller) {
      try {
        const { value, done } = await events.next();
        if (done) return end(controller);
        controller.enqueue(part({ payload: withPublicErrors(value) }));
      } catch (error) {
        const masked = error instanceof GraphQLError ? error : maskError(error);
        controller.enqueue(part({ payload: null, ...withPublicErrors({ errors: [masked] }) }));
        end(controller);
      }
    },
    async cancel() {
      clearInterval(heartbeat);
      await events.return?.();
    },
  });
}

async function* only(result: ExecutionResult): Events {
  yield result;
}

/** Without what errors say to the server alone, such as the status of an answer. */
function withPublicErrors(result: ExecutionResult): object {
  if (result.errors === undefined) return result;
  const errors = result.errors.map((error) => {
    const { extensions: { http: _status, ...extensions } = {}, ...shown } = error.toJSON();
    return { ...shown, extensions };
  });
  return { ...result, errors };
}
