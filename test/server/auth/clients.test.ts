/** Clients apart: whose operations have their turn, and what tells one address from another. */
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { addressKey } from "../../../src/server/auth/clients.js";
import { createAdmission } from "../../../src/server/limits/admission.js";
import { start } from "../../support/fixture.js";

describe("how many operations of one client are worked on at once", () => {
  const options = { maxHeavy: 2, maxPerClient: 2, maxWaiting: 10, maxWaitMs: 60_000 };

  /** Work that ends when it is told to. */
  function bench(admission: ReturnType<typeof createAdmission>) {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const run = (client: string, name: string, cost: number) =>
      admission.run(client, cost, () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      });
    const end = async (name: string) => {
      ends.get(name)?.();
      await setTimeout(0);
    };
    return { begun, run, end };
  }

  test("is limited: further ones wait, and another client's do not", async () => {
    const { begun, run, end } = bench(createAdmission(options));
    const answers = [run("a", "a1", 1), run("a", "a2", 1), run("a", "a3", 1), run("b", "b1", 1)];
    await setTimeout(0);
    expect(begun).toEqual(["a1", "a2", "b1"]);
    await end("a1");
    expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
    for (const name of ["a2", "a3", "b1"]) await end(name);
    expect(await Promise.all(answers)).toEqual(["a1", "a2", "a3", "b1"]);
  });

  test("is limited for all together where they compute much; each client has its turn, and light ones go on", async () => {
    const { begun, run, end } = bench(createAdmission(options));
    const heavy = 1_000;
    const answers = [
      run("a", "a1", heavy),
      run("a", "a2", heavy),
      run("a", "a3", heavy),
      run("a", "a4", heavy),
      run("b", "b1", heavy),
      run("c", "c1", 1),
    ];
    await setTimeout(0);
    expect(begun).toEqual(["a1", "a2", "c1"]);
    // The one who waits and has had nothing yet is first.
    await end("a1");
    expect(begun.slice(3)).toEqual(["a3"]);
    await end("a2");
    expect(begun.slice(4)).toEqual(["b1"]);
    await end("a3");
    expect(begun.slice(5)).toEqual(["a4"]);
    for (const name of ["a4", "b1", "c1"]) await end(name);
    await Promise.all(answers);
  });

  test("is refused with 503 and a time to come back where too many wait, or one waited too long", async () => {
    const { run, end } = bench(createAdmission({ maxHeavy: 1, maxPerClient: 9, maxWaiting: 1, maxWaitMs: 30 }));
    const first = run("a", "a1", 1_000);
    const late = run("b", "b1", 1_000);
    const tooMany = run("c", "c1", 1_000);
    const refusal = { extensions: { code: "OVERLOADED", http: { status: 503, headers: { "retry-after": "1" } } } };
    await expect(tooMany).rejects.toMatchObject(refusal);
    await expect(late).rejects.toMatchObject(refusal);
    await end("a1");
    expect(await first).toBe("a1");
    // What gave up waiting holds no place.
    const next = run("b", "b2", 1_000);
    await setTimeout(0);
    await end("b2");
    expect(await next).toBe("b2");
  });

  test("answers the client who is refused in GraphQL's form, and goes on", async () => {
    const { app, services, ask } = await start({ requestTimeoutMs: 3000 });
    const { models } = services;
    const get = models.get.bind(models);
    models.get = async () => new Promise(() => {});
    const query = "{ users(first: 10) { edges { node { recommendations(first: 10) { title } } } } }";
    const post = () =>
      app.fetch("http://localhost/graphql", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
    const answers = await Promise.all(Array.from({ length: 6 }, post));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBe(2);
    expect(refused[0].headers.get("retry-after")).toBe("1");
    expect(await refused[0].json()).toEqual({
      errors: [
        {
          message: "the server is overloaded: try again in 1 s",
          extensions: { code: "OVERLOADED" },
        },
      ],
    });
    models.get = get;
    expect((await ask(query)).errors).toBeUndefined();
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
