/** Clients apart: whose operations have their turn, and what tells one address from another. */
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { addressKey } from "../../src/server/clients.js";
import { createTurns } from "../../src/server/turns.js";
import { start } from "../fixture.js";

describe("how many operations of one client are worked on at once", () => {
  test("is limited: further ones wait, and another client's do not", async () => {
    const inTurn = createTurns(2);
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const work = (name: string) => () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    };
    const answers = [
      inTurn("a", work("a1")),
      inTurn("a", work("a2")),
      inTurn("a", work("a3")),
      inTurn("b", work("b1")),
    ];
    await setTimeout(0);
    expect(begun).toEqual(["a1", "a2", "b1"]);
    ends[0]();
    await setTimeout(0);
    expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
    for (const end of ends) end();
    expect(await Promise.all(answers)).toEqual(["a1", "a2", "a3", "b1"]);
  });

  test("keeps nobody else waiting for longer than their own", async () => {
    const { ask, services, token } = await start();
    const { models } = services;
    const get = models.get.bind(models);
    let waiting = 0;
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    models.get = async (name) => {
      waiting++;
      await gone;
      return get(name);
    };
    const query = "{ movie(id: 1) { predictedRating(userId: 42) } }";
    const many = Array.from({ length: 12 }, () => ask(query));
    await expect.poll(() => waiting).toBe(8);
    const other = ask(query, { token });
    await expect.poll(() => waiting).toBe(9);
    go();
    const answers = await Promise.all([...many, other]);
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined));
    expect(waiting).toBe(13);
  });
});

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["203.0.113.7:51234", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
  ["[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["64:ff9b::203.0.113.7", "64:ff9b:0:0::/64"],
  ["unknown", "unknown"],
])("the address %s is limited as %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});
