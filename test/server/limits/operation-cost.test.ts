import { buildSchema, parse } from "graphql";
import { expect, test } from "vitest";
import { toSchema } from "../../../src/schema/index.js";
import { operationCost } from "../../../src/server/limits/operation-cost.js";

const schema = toSchema();
const text = `
  query List($id: ID!, $first: Int = 5, $basedOn: [ID!], $with: Boolean = false) {
    user(id: $id) { recommendations(first: $first, similar: true, basedOn: $basedOn) { title score @include(if: $with) } }
  }
  query Other($id: ID!) { movie(id: $id) { title } }`;

test("an operation costs the same whether its cost is worked out anew or known from before, whatever its variables", () => {
  const document = parse(text);
  const variables = [
    { id: "1", first: 5 },
    { id: "2", first: 5 },
    { id: "1", first: 50 },
    { id: "1", first: null },
    { id: "1" },
    { id: "1", first: 5, basedOn: ["1"] },
    { id: "1", first: 5, basedOn: ["1", "2", "3"] },
    { id: "1", first: 5, with: true },
    { id: "1", first: 5, basedOn: Array.from({ length: 400 }, (_, i) => `${i}`) },
  ].map((variableValues) => ({ variableValues, operationName: "List" }));
  const operations = [...variables, { variableValues: { id: "1" }, operationName: "Other" }];
  const fresh = operations.map((operation) => operationCost({ schema, document: parse(text), ...operation }));
  for (const _round of [1, 2]) {
    expect(operations.map((operation) => operationCost({ schema, document, ...operation }))).toEqual(fresh);
  }
  expect(fresh[0]).toBe(fresh[1]);
  expect(new Set(fresh).size).toBeGreaterThan(5);
});

test("an operation's cost is worked out once for its document and variables, whatever the id", () => {
  const document = parse(text);
  // In which no cost can be worked out: what comes from it was known before.
  const other = { schema: buildSchema("type Query { nothing: Int }"), document, operationName: "List" };
  const cost = operationCost({ ...other, schema, variableValues: { id: "1", first: 50 } });
  expect(cost).toBeGreaterThan(1);
  expect(operationCost({ ...other, variableValues: { id: "2", first: 50 } })).toBe(cost);
  expect(operationCost({ ...other, variableValues: { id: "1", first: 51 } })).toBe(1);
});
