/** Requests that are none: the client's fault, with a code, and nothing of them in the log. */
import { connect } from "node:net";
import { Writable } from "node:stream";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../../../src/server/listen.js";
import { answerOf, start } from "../../support/fixture.js";

const url = "http://marquee.test/graphql";

describe("a request that is not well-formed", () => {
  test.each([
    ['variables={"zip":ann@example.org}', "variables"],
    ["variables=[1]", "variables"],
    ["extensions=x", "extensions"],
  ])("such as %s is the client's fault, and neither answered nor logged with what came", async (search, name) => {
    const log: string[] = [];
    const lines = new Writable({
      write: (chunk, _encoding, done) => {
        log.push(String(chunk));
        done();
      },
    });
    const { app } = await start({ logger: pino({ level: "warn" }, lines) });
    const response = await app.fetch(`${url}?query={__typename}&${search}`, {
      headers: { accept: "application/json" },
    });
    expect(await answerOf(response)).toMatchObject({
      status: 400,
      errors: [{ code: "BAD_REQUEST", message: `expected a JSON object for ${name}, received something else` }],
    });
    expect(log).toEqual([]);
  });

  test("in one place of a batch leaves the others alone", async () => {
    const { app } = await start();
    const response = await app.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify([null, { query: "{ movie(id: 1) { title } }" }, 7]),
    });
    const refusal = { errors: [expect.objectContaining({ extensions: { code: "BAD_REQUEST" } })] };
    expect(await response.json()).toEqual([refusal, { data: { movie: { title: "Toy Story" } } }, refusal]);
  });

  test.each(["[", "a b", "%", "x:99999999"])(
    "such as the host %j is answered with 400, without a stack",
    async (host) => {
      const { app } = await start();
      const server = await serve(app, "127.0.0.1", 0);
      onTestFinished(() => server.stop());
      const text = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(server.address).port), "127.0.0.1");
        let came = "";
        socket.on("data", (chunk) => {
          came += chunk;
        });
        socket.on("close", () => resolve(came));
        socket.on("error", reject);
        socket.write(`GET /graphql HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      });
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(text).toContain('"code":"BAD_REQUEST"');
      expect(text).not.toMatch(/node_modules|TypeError/);
    },
  );
});
