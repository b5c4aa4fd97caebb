/** Queries that the schema's own grammar makes, seeded, with arguments good and bad, people present who are private to themselves. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from "graphql";
import { expect, test } from "vitest";
import { mulberry32, type Random } from "../../src/random.js";
import { toSchema } from "../../src/schema/index.js";
import { rawDatabase } from "../support/database.js";
import { globalId, start } from "../support/fixture.js";
import { recordUnhandledRejections } from "../support/unhandled-rejections.js";

const schema = toSchema();
const queries = 600;

const unhandled = recordUnhandledRejections();

function grammar(random: Random) {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
  const ids = ["1", "42", "858", "3997", "6040", "2000000001", "2000000002", "0", "-1", "x", "9999999999999"];
  const texts = ["film", "", " ", "the", "千尋", "%", '\\"', "Drama", "2001-01-01", "2001", "zzz", "\\u0000"];

  function scalar(name: string): string {
    if (name === "Int") return pick(["0", "1", "2", "3", "5", "100", "101", "-1", "2147483647"]);
    if (name === "Float") return pick(["0", "0.5", "1", "-1", "4.5", "1e300", "-0.001"]);
    if (name === "Boolean") return pick(["true", "false"]);
    if (name === "ID") return random() < 0.1 ? `"${globalId("User", 2_000_000_001)}"` : `"${pick(ids)}"`;
    return `"${pick(texts)}"`;
  }

  function value(type: GraphQLInputType): string {
    if (isNonNullType(type)) return value(type.ofType);
    if (random() < 0.05) return "null";
    if (isListType(type))
      return `[${Array.from({ length: Math.floor(random() * 4) }, () => value(type.ofType)).join(", ")}]`;
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (isInputObjectType(type)) return `{ ${fieldsOf(Object.values(type.getFields()))} }`;
    return scalar(type.name);
  }

  const fieldsOf = (all: readonly { name: string; type: GraphQLInputType }[]) =>
    all
      .filter(({ type }) => isNonNullType(type) || random() < 0.3)
      .map(({ name, type }) => `${name}: ${value(type)}`)
      .join(", ");

  function args(all: readonly GraphQLArgument[]): string {
    const given = all.filter((arg) => isRequiredArgument(arg) || random() < 0.5);
    return given.length === 0 ? "" : `(${given.map(({ name, type }) => `${name}: ${value(type)}`).join(", ")})`;
  }

  function selection(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    if (!isCompositeType(named)) return "";
    if (isAbstractType(named)) {
      const members = schema.getPossibleTypes(named).filter(() => random() < 0.5);
      return ` { __typename ${members.map((member) => `... on ${member.name}${selection(member, depth)}`).join(" ")} }`;
    }
    if (!isObjectType(named)) return "";
    const chosen = Object.values(named.getFields()).filter(
      (field) => depth > 0 || !isCompositeType(getNamedType(field.type)),
    );
    const some = chosen.filter(() => random() < 4 / Math.max(4, chosen.length));
    return ` { __typename ${some.map((field, i) => `f${depth}${i}: ${one(field, depth - 1)}`).join(" ")} }`;
  }

  const one = (field: GraphQLField<unknown, unknown>, depth: number) =>
    `${field.name}${args(field.args)}${selection(field.type, depth)}`;

  return (root: GraphQLObjectType) => {
    const fields = Object.values(root.getFields());
    return `{ ${[0, 1].map((i) => `r${i}: ${one(pick(fields), 4)}`).join(" ")} }`;
  };
}

test.each([
  ["with a model", false, 1],
  ["without one", true, 2],
])(
  "whatever is asked %s, nothing is a fault of the server, and no promise is left alone",
  async (_what, isBare, seed) => {
    const started = await start();
    for (const name of ["a", "b", "c"]) {
      await started.edit(`mutation { createUser(input: { externalId: "${name}" }) { __typename } }`);
    }
    await started.edit("mutation { rateMovie(input: { userId: 2000000001, movieId: 1, rating: 5 }) { __typename } }");
    if (isBare) rawDatabase(started.services).exec("DELETE FROM settings WHERE key = 'activeModel'");
    const next = grammar(mulberry32(seed));
    const codes = new Map<string, number>();
    for (let n = 0; n < queries; n++) {
      const query = next(schema.getQueryType() as GraphQLObjectType);
      const { errors, data } = await started.ask(query, { token: n % 3 === 0 ? started.token : undefined });
      for (const { code, message } of errors ?? []) {
        expect(code, `${query}\n${message}`).not.toBe("INTERNAL_SERVER_ERROR");
        expect(code, `${query}\n${message}`).toBeDefined();
        codes.set(code as string, (codes.get(code as string) ?? 0) + 1);
      }
      if (data != null) codes.set("answered", (codes.get("answered") ?? 0) + 1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(unhandled.reasons()).toEqual([]);
    console.log(seed, Object.fromEntries(codes));
    // Both kinds came: else nothing was tried.
    expect(codes.get("answered")).toBeGreaterThan(queries / 20);
    expect(codes.size).toBeGreaterThan(4);
  },
);
