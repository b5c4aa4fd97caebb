/** Defines a mutation: one input, and a result that is its payload or one of its named errors. */
import type { InputRef, ObjectRef } from "@pothos/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { AppError } from "../../errors.js";
import type { Context } from "../../resolvers/request/context.js";
import { forgetAll } from "../../resolvers/request/loaders.js";
import { validated } from "../../resolvers/request/validate.js";
import { builder } from "./builder.js";
import { errorTypes, type NamedError, Refusal } from "./named-errors.js";

type SchemaTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

export interface MutationOptions<Input extends object, Payload extends object> {
  /** Required scope; the resolver checks access to a particular user's data. */
  scope: "reader" | "user" | "editor" | "admin";
  description: string;
  input: InputRef<Input>;
  inputDescription: string;
  /** Validates the input; its issues become an InvalidInputError. */
  validate?: StandardSchemaV1<unknown, unknown>;
  payload: ObjectRef<SchemaTypes, Payload>;
  /** Description of the union of payload and errors. */
  resultDescription: string;
  errors: readonly NamedError[];
  complexity?: (input: Input) => { field: number; multiplier: number };
  resolve(context: Context, input: Input): Promise<Payload>;
}

/** Adds a mutation and its result union, named after the mutation with the suffix `Result`. @returns the union */
export function addMutation<Input extends object, Payload extends object>(
  name: string,
  options: MutationOptions<Input, Payload>,
) {
  const errors = options.validate === undefined ? options.errors : (["INVALID_INPUT", ...options.errors] as const);
  const result = resultType(name, options.resultDescription, options.payload, errors);
  builder.mutationField(name, (t) =>
    t.field({
      type: result,
      authScopes: { [options.scope]: true },
      description: options.description,
      args: { input: t.arg({ type: options.input, required: true, description: options.inputDescription }) },
      complexity: (args) => options.complexity?.((args as { input: Input }).input) ?? 1,
      resolve: (_root, args, context) =>
        orNamedError(errors, async () => {
          const { input } = args as { input: Input };
          if (options.validate !== undefined) validated(options.validate, input, "input");
          return changing(context, options.resolve(context, input));
        }) as Promise<object>,
    }),
  );
  return result;
}

/** Clears the request's loaders after a change, so that the payload and the next mutation read fresh data. */
export async function changing<T>(context: Context, change: Promise<T>): Promise<T> {
  const payload = await change;
  forgetAll(context);
  return payload;
}

/** A union of a payload and named errors; a `Refusal` resolves to its error type. */
function resultType<Payload extends object>(
  name: string,
  description: string,
  payload: ObjectRef<SchemaTypes, Payload>,
  errors: readonly NamedError[],
) {
  return builder.unionType(`${name[0].toUpperCase()}${name.slice(1)}Result`, {
    description,
    types: [payload as ObjectRef<SchemaTypes, object>, ...errors.map((error) => errorTypes[error])],
    resolveType: (value: object) =>
      value instanceof Refusal ? errorTypes[value.error.code as NamedError].name : payload.name,
  });
}

/** The result of `work`, or the thrown error if it is one of `names`; other errors are rethrown. */
async function orNamedError<T>(names: readonly NamedError[], work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && (names as readonly string[]).includes(error.code)) return new Refusal(error);
    throw error;
  }
}
