/** OpenTelemetry tracing: a span for each request, with child spans for parsing, validation and execution. */
import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { type DocumentNode, type GraphQLError, getOperationAST } from "graphql";
import { isAsyncIterable, type Plugin } from "graphql-yoga";
import { AppError } from "../errors.js";
import type { PartialResult } from "./protocol/incremental.js";

export interface Tracing {
  plugin: Plugin;
  /** Sends the remaining spans. */
  stop(): Promise<void>;
}

/**
 * @param endpoint such as `http://localhost:4318`; traces are sent to its `/v1/traces`
 */
export async function createTracing(endpoint: string, serviceName = "marquee"): Promise<Tracing> {
  // Loaded only if tracing is enabled.
  const { BatchSpanProcessor, TracerProvider } = await import("@opentelemetry/sdk-trace");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { W3CTraceContextPropagator } = await import("@opentelemetry/core");
  const { resourceFromAttributes } = await import("@opentelemetry/resources");
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const propagator = new W3CTraceContextPropagator();
  const tracer = provider.getTracer("marquee");
  const requests = new WeakMap<Request, { span: Span; within: Context }>();
  const getter = {
    keys: (headers: Headers) => [...headers.keys()],
    get: (headers: Headers, key: string) => headers.get(key) ?? undefined,
  };

  function child(request: Request | undefined, name: string): Span | undefined {
    const known = request && requests.get(request);
    return known && tracer.startSpan(name, {}, known.within);
  }

  const plugin: Plugin = {
    onRequest({ request, url }) {
      if (url.pathname !== "/graphql") return;
      const parent = propagator.extract(context.active(), request.headers, getter);
      const span = tracer.startSpan(`${request.method} /graphql`, { kind: SpanKind.SERVER }, parent);
      requests.set(request, { span, within: trace.setSpan(parent, span) });
    },
    onParse({ context: own }) {
      const span = child((own as { request?: Request }).request, "graphql.parse");
      return () => span?.end();
    },
    onValidate({ context: own }) {
      const span = child((own as { request?: Request }).request, "graphql.validate");
      return () => span?.end();
    },
    onExecute({ args }) {
      const span = child((args.contextValue as { request?: Request }).request, "graphql.execute");
      // The operation type only: names and variables come from the client and may contain personal data.
      const operation = getOperationAST(args.document as DocumentNode, args.operationName);
      span?.setAttribute("graphql.operation.type", operation?.operation ?? "unknown");
      const codes = new Set<string>();
      const collect = (result: PartialResult) => {
        const parts = [result, ...(result.incremental ?? [])];
        for (const { errors = [] } of parts) for (const error of errors) codes.add(errorCode(error));
      };
      const end = () => {
        if (codes.size > 0) {
          span?.setAttribute("graphql.error.codes", [...codes]);
          span?.setStatus({ code: SpanStatusCode.ERROR });
        }
        span?.end();
      };
      return {
        onExecuteDone({ result }) {
          if (isAsyncIterable(result)) return { onNext: (part) => collect(part.result), onEnd: end };
          collect(result as PartialResult);
          end();
          return undefined;
        },
      };
    },
    onSubscribe({ args }) {
      const span = child((args.contextValue as { request?: Request }).request, "graphql.subscribe");
      return { onSubscribeResult: () => span?.end() };
    },
    onResponse({ request, response }) {
      const known = requests.get(request);
      known?.span.setAttribute("http.response.status_code", response.status);
      known?.span.end();
    },
  };
  return { plugin, stop: () => provider.shutdown() };
}

/** The code of an error before masking, when an AppError carries it on the original error. */
function errorCode({ originalError, extensions }: GraphQLError): string {
  return originalError instanceof AppError ? originalError.code : String(extensions?.code ?? "INTERNAL_SERVER_ERROR");
}
