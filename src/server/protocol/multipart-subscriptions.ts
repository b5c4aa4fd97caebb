/** Implements Apollo's multipart subscriptions over HTTP: each event is a part of one multipart/mixed response. */
import type { ExecutionResult } from "graphql";
import { GraphQLError } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { multipartParameter } from "./media-type.js";

type MaskError = (error: unknown) => GraphQLError;

/** The interval of Yoga's heartbeats for server-sent events. */
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
      // A single result, such as an error, is JSON if the client accepts it; a client that accepts server-sent events gets those.
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
 * Protocol version 1.0: `{ "payload": <result> }` for an event, `{}` as a heartbeat, and
 * `{ "payload": null, "errors": [...] }` on failure. The next event is awaited only once the previous ones were read, so a
 * slow reader is not flooded.
 */
export function toMultipart(
  result: Events | ExecutionResult,
  { maskError, heartbeatMs }: { maskError: MaskError; heartbeatMs: number },
): ReadableStream<Uint8Array> {
  const events = (isAsyncIterable(result) ? result : only(result))[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  // Each part includes its closing boundary, which clients wait for.
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

/** Removes extensions of errors that are internal to the server, such as the HTTP status. */
function withPublicErrors(result: ExecutionResult): object {
  if (result.errors === undefined) return result;
  const errors = result.errors.map((error) => {
    const { extensions: { http: _status, ...extensions } = {}, ...shown } = error.toJSON();
    return { ...shown, extensions };
  });
  return { ...result, errors };
}
