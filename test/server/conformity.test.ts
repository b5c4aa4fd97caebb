/** GraphQL over HTTP as its specification says, by graphql-http's own audits. */
import { serverAudits } from "graphql-http";
import { describe, expect, test } from "vitest";
import { start } from "../support/fixture.js";

const audits = serverAudits({
  url: "http://marquee.test/graphql",
  // Replaced by each test's own.
  fetchFn: () => Promise.reject(new Error("expected a server")),
});

describe("graphql-http's audits", () => {
  test("are 61", () => {
    expect(audits).toHaveLength(61);
  });

  test("pass, all of them", async () => {
    const { app } = await start();
    const own = serverAudits({ url: "http://marquee.test/graphql", fetchFn: app.fetch });
    const failed: string[] = [];
    for (const audit of own) {
      const result = await audit.fn();
      if (result.status !== "ok") failed.push(`${audit.id} ${audit.name}: ${result.reason}`);
    }
    expect(failed).toEqual([]);
  });
});
