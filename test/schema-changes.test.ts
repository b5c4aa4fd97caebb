/** What CI says of a change of the schema. */
import { expect, test } from "vitest";
// @ts-expect-error a script without types
import { undeclaredChanges } from "../.ci/schema-changes.mjs";

const before = "type Query { a: Int! b(x: Int): Int } enum E { ONE TWO }";

test.each<[string, string, string[]]>([
  ["a new field breaks nobody", "type Query { a: Int! b(x: Int): Int c: Int } enum E { ONE TWO }", []],
  [
    "a field that is gone does",
    "type Query { a: Int! } enum E { ONE TWO }",
    ["Field 'b' was removed from object type 'Query'"],
  ],
  [
    "so does one that may be null now",
    "type Query { a: Int b(x: Int): Int } enum E { ONE TWO }",
    ["Field 'Query.a' changed type from 'Int!' to 'Int'"],
  ],
  [
    "and a new argument that is required",
    "type Query { a: Int! b(x: Int, y: Int!): Int } enum E { ONE TWO }",
    ["Argument 'y: Int!' added to field 'Query.b'"],
  ],
])("%s", async (_what, after, expected) => {
  expect(await undeclaredChanges(before, after, "")).toEqual(expected);
});

test("unless it is declared", async () => {
  const after = "type Query { a: Int! } enum E { ONE TWO }";
  expect(
    await undeclaredChanges(before, after, "Since 0.2: Field 'b' was removed from object type 'Query', ask for a."),
  ).toEqual([]);
});
