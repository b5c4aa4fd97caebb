import { expect, test } from "vitest";
import { createKeptReads, createKeptRows } from "../../src/store/sqlite/kept-rows.js";

test("rows are read once, those that do not exist too, until their version changes", () => {
  let version = "1";
  const asked: number[][] = [];
  const list = createKeptRows(
    () => version,
    (keys: readonly number[]) => {
      asked.push([...keys]);
      return keys.filter((key) => key < 10).map((key): [number, string] => [key, `row ${key} of ${version}`]);
    },
  );
  expect(list([3, 12, 3])).toEqual(["row 3 of 1", undefined, "row 3 of 1"]);
  expect(list([12, 4, 3])).toEqual([undefined, "row 4 of 1", "row 3 of 1"]);
  expect(asked).toEqual([[3, 12], [4]]);
  version = "2";
  expect(list([3])).toEqual(["row 3 of 2"]);
  expect(list([])).toEqual([]);
  expect(asked).toHaveLength(3);
});

test("rows are read every time where nothing is kept", () => {
  let count = 0;
  const list = createKeptRows(
    () => "1",
    (keys: readonly number[]) => keys.map((key): [number, number] => [key, count++]),
    false,
  );
  expect([list([1]), list([1])]).toEqual([[0], [1]]);
});

test("results are kept by their names until the version changes", () => {
  let version = "1";
  let count = 0;
  const keep = createKeptReads(() => version);
  expect([keep("a", () => count++), keep("a", () => count++), keep("b", () => count++)]).toEqual([0, 0, 1]);
  version = "2";
  expect(keep("a", () => count++)).toBe(2);
  expect(createKeptReads(() => version, false)("a", () => "read")).toBe("read");
});
