/** Validates input against a Standard Schema and reports the path of each problem. */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { AppError } from "../../errors.js";

export interface InputIssue {
  /** Such as `["input", "title"]`; indices of lists are numbers. */
  path: (string | number)[];
  /** What was expected. */
  message: string;
}

/** INVALID_INPUT, with everything that is wrong. */
export class InvalidInput extends AppError {
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super("INVALID_INPUT", issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
    this.issues = issues;
  }
}

/**
 * @param at name of the validated argument, such as `input`
 * @returns the value as the schema gives it back
 * @throws {InvalidInput}
 */
export function validated<Value>(schema: StandardSchemaV1<unknown, Value>, value: unknown, at: string): Value {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) throw new TypeError("expected a schema that checks at once");
  if (result.issues === undefined) return result.value;
  throw new InvalidInput(
    result.issues.map(({ path = [], message }) => ({
      path: [at, ...path.map((part) => (typeof part === "object" ? part.key : part)).map(toPathPart)],
      message,
    })),
  );
}

function toPathPart(part: PropertyKey): string | number {
  return typeof part === "number" ? part : String(part);
}
