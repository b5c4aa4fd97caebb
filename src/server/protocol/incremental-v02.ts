/**
 * Translates incremental results from the executor's format of 2022 to the current one (`pending`, `incremental`,
 * `completed`), for clients whose Accept header has `incrementalSpec=v0.2`.
 */
import type { ExecutionArgs, ExecutionResult, GraphQLError } from "graphql";
import { isAsyncIterable, mapAsyncIterator, type Plugin } from "graphql-yoga";
import { type Mark, type Path, takeMarks, withMarks } from "./incremental-marks.js";
import { multipartParameter } from "./media-type.js";

const version = "v0.2";

/** Must precede the plugins that limit execution, so that markers are not counted. */
export function useIncrementalV02(): Plugin {
  const translations = new WeakMap<Request, Translation>();
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => {
        const { request } = args.contextValue as { request: Request };
        const marked = multipartParameter(request, "incrementalSpec") === version ? withMarks(args) : undefined;
        if (marked === undefined || marked.marks.length === 0) return executeFn(args);
        const result = await executeFn({ ...args, document: marked.document });
        const translation = createTranslation(marked.marks);
        if (isAsyncIterable(result)) translations.set(request, translation);
        else translation.first(result);
        return result;
      });
    },
    onResultProcess({ request, result, setResult }) {
      const translation = translations.get(request);
      if (translation !== undefined && isAsyncIterable<ExecutionResult>(result))
        setResult(translated(result, translation));
    },
    onResponse({ request, response }) {
      const type = response.headers.get("content-type");
      if (!translations.has(request) || !type?.startsWith("multipart/mixed")) return;
      response.headers.set("content-type", `${type}; incrementalSpec=${version}`);
    },
  };
}

/** Translates a stream of results. Unlike a generator, it stops waiting for a part when the client leaves. */
function translated(results: AsyncIterable<ExecutionResult>, { first, later }: Translation) {
  let isFirst = true;
  return mapAsyncIterator(results, (result) => {
    const part = isFirst ? first(result) : later(result);
    isFirst = false;
    return part as ExecutionResult;
  });
}

/** A part in the format of 2022. */
interface OldPart {
  path: Path;
  label?: string;
  data?: unknown;
  items?: unknown[] | null;
  errors?: readonly GraphQLError[];
}

type OldResult = ExecutionResult & { incremental?: readonly OldPart[]; hasNext?: boolean };

interface Pending {
  id: string;
  path: Path;
  label?: string;
}

interface Completed {
  id: string;
  errors?: readonly GraphQLError[];
}

interface NewResult {
  data?: unknown;
  errors?: readonly GraphQLError[];
  pending?: Pending[];
  incremental?: { id: string; data?: unknown; items?: unknown[]; errors?: readonly GraphQLError[] }[];
  completed?: Completed[];
  hasNext?: boolean;
}

export type Translation = ReturnType<typeof createTranslation>;

export function createTranslation(marks: readonly Mark[]) {
  /** Announced, incomplete parts by marker and path; a fragment that is deferred twice has two. */
  const open = new Map<string, Pending[]>();
  /** Numbers of parts that arrived before their marker; the marker does not announce them again. */
  const early = new Map<string, number>();
  let count = 0;

  const toKey = (number: number, path: Path) => JSON.stringify([number, path]);

  function announce(number: number, path: Path, pending: Pending[]): Pending {
    const label = marks[number]?.label;
    const one = { id: String(count++), path, ...(label === undefined ? {} : { label }) };
    pending.push(one);
    const key = toKey(number, path);
    open.set(key, [...(open.get(key) ?? []), one]);
    return one;
  }

  function announceIn(data: unknown, path: Path, pending: Pending[]): void {
    takeMarks(data, path, marks, (number, markPath) => {
      const key = toKey(number, markPath);
      const before = early.get(key) ?? 0;
      if (before > 0) early.set(key, before - 1);
      else announce(number, markPath, pending);
    });
  }

  function first(result: ExecutionResult): NewResult {
    const pending: Pending[] = [];
    announceIn(result.data, [], pending);
    return pending.length > 0 ? { ...result, pending } : { ...result };
  }

  function later({ incremental: parts = [], hasNext, ...rest }: OldResult): NewResult {
    const pending: Pending[] = [];
    const completed: Completed[] = [];
    const incremental: NonNullable<NewResult["incremental"]> = [];

    function complete(key: string, one: Pending, errors?: readonly GraphQLError[]): void {
      open.set(
        key,
        open.get(key)!.filter((other) => other !== one),
      );
      completed.push({ id: one.id, ...(errors === undefined ? {} : { errors }) });
    }

    function completeAll(errors?: readonly GraphQLError[]): void {
      for (const [key, ones] of open) for (const one of ones) complete(key, one, errors);
    }

    for (const { path: partPath, label, data, items, errors } of parts) {
      if (label === undefined) {
        // Every executed part has a label: without one, it ends the whole result, as TIMEOUT does.
        if ([...open.values()].every((ones) => ones.length === 0)) announce(-1, [], pending);
        completeAll(errors);
        continue;
      }
      const number = Number(label);
      const path = items === undefined ? partPath : partPath.slice(0, -1);
      const key = toKey(number, path);
      let one = open.get(key)?.[0];
      if (one === undefined) {
        one = announce(number, path, pending);
        early.set(key, (early.get(key) ?? 0) + 1);
      }
      const withErrors = errors === undefined ? {} : { errors };
      if (items === null || data === null) {
        complete(key, one, errors);
      } else if (items !== undefined) {
        for (const [i, item] of items.entries()) announceIn(item, [...path, Number(partPath.at(-1)) + i], pending);
        incremental.push({ id: one.id, items, ...withErrors });
      } else {
        announceIn(data, path, pending);
        incremental.push({ id: one.id, data, ...withErrors });
        complete(key, one);
      }
    }
    // The executor does not report the end of a list, only the end of all parts.
    if (hasNext === false) completeAll();
    return {
      ...rest,
      ...(pending.length > 0 ? { pending } : {}),
      ...(incremental.length > 0 ? { incremental } : {}),
      ...(completed.length > 0 ? { completed } : {}),
      hasNext,
    };
  }

  return { first, later };
}
