/** GraphiQL: a small page with a tour, its parts at addresses of their own, and both in a real browser. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Locator } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Tab } from "../../../src/server/graphiql/tour.js";
import { serve } from "../../../src/server/listen.js";
import { describeWithBrowser, visit } from "../../support/browser.js";
import { type StartOptions, start } from "../../support/fixture.js";

async function startServer(options: StartOptions = {}) {
  const started = await start(options);
  const server = await serve(started.app, "127.0.0.1", 0);
  onTestFinished(() => server.stop());
  return { ...started, address: server.address };
}

const html = { headers: { accept: "text/html" } };

async function page(options: StartOptions = {}): Promise<string> {
  const { app } = await start(options);
  const response = await app.fetch("http://localhost/graphql", html);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  return response.text();
}

/** What the page hands to its script. */
function contentOf(text: string): { workers: Record<string, string>; options: { defaultTabs: Tab[] } } {
  return JSON.parse(/<script type="application\/json" id="page">(.*)<\/script>/.exec(text)![1]);
}

function partsOf(text: string): string[] {
  const linked = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  return [...linked, ...Object.values(contentOf(text).workers)];
}

async function get(address: string, headers: Record<string, string> = {}) {
  const asked = request(address, { headers });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

describe("the tour", () => {
  test("begins with the example query for a user that is there, and says where the token goes", async () => {
    const [{ query, headers }, ...others] = contentOf(await page()).options.defaultTabs;
    expect(query.replace(/#.*\n/g, "").replace(/\s+/g, " ").trim()).toBe(
      "query Posters { user(id: 3997) { topRated recommendations(similar: true) { title score similarity } } }",
    );
    const said = query.replace(/^# ?/gm, "").replace(/\s+/g, " ");
    expect(said).toMatch(/Mutations need the token .* enter it in the last tab/);
    // A wrong token would be refused: what is public needs none.
    expect(headers).toBeUndefined();
    expect(others.at(-1)?.headers).toBe('{ "Authorization": "Bearer <token>" }');
  });

  test("has queries that all run on the data that is loaded", async () => {
    const { app, ask, token } = await start();
    const tabs = contentOf(await (await app.fetch("http://localhost/graphql", html)).text()).options.defaultTabs;
    expect(tabs).toHaveLength(7);
    for (const { query, variables, headers } of tabs) {
      const answer = await ask(query, {
        variables: variables === undefined ? undefined : JSON.parse(variables),
        token: headers === undefined ? undefined : token,
      });
      expect([query, answer.errors]).toEqual([query, undefined]);
      const [first] = Object.values(answer.data);
      expect(first).toBeTruthy();
      if (headers !== undefined) expect(first).toMatchObject({ __typename: "RateMoviePayload" });
    }
  });

  test("says that no token is needed where none is", async () => {
    const text = await page({ auth: "off" });
    expect(text).toContain("Mutations need no token here (AUTH=off).");
    expect(text).not.toContain("Bearer");
  });
});

describe("the page", () => {
  test("is small, loads this server's files alone, and holds no script", async () => {
    const text = await page();
    expect(text.length).toBeLessThan(10_000);
    expect(partsOf(text)).toHaveLength(6);
    for (const part of partsOf(text)) expect(part).toMatch(/^graphiql\/\w+-[0-9a-f]{16}\.(?:js|css|ico)$/);
    // What GraphiQL starts with is data: no text of a query ends it.
    expect(text.match(/<script(?! defer src="[^"]*"><\/script>)/g)).toEqual(["<script"]);
    expect(partsOf(await page({ auth: "off" }))).toEqual(partsOf(text));
  });

  test("finds its parts from /graphql/ too", async () => {
    const { app } = await start();
    const text = await (await app.fetch("http://localhost/graphql/", html)).text();
    for (const part of partsOf(text)) {
      expect((await app.fetch(new URL(part, "http://localhost/graphql/"))).status).toBe(200);
    }
  });

  test("is shown in no other page, and lets scripts come of files of this server alone", async () => {
    const { app } = await start();
    const { headers } = await app.fetch("http://localhost/graphql", html);
    const policy = new Map(
      (headers.get("content-security-policy") ?? "").split("; ").map((rule) => {
        const [name, ...sources] = rule.split(" ");
        return [name, sources.join(" ")];
      }),
    );
    expect(policy.get("default-src")).toBe("'none'");
    for (const name of ["script-src", "worker-src", "connect-src"]) expect(policy.get(name), name).toBe("'self'");
    expect(policy.get("frame-ancestors")).toBe("'none'");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("vary")).toContain("Accept");
  });

  test("and its parts count as pictures do", async () => {
    const { app } = await start({ rateLimit: 1 });
    const part = partsOf(await (await app.fetch("http://localhost/graphql", html)).text())[0];
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push((await app.fetch(`http://localhost/${part}`)).status);
    expect(statuses).toEqual([...Array(9).fill(200), 429]);
    expect((await app.fetch("http://localhost/graphql", html)).status).toBe(429);
  });
});

describe("a part of GraphiQL", () => {
  const types: Record<string, string> = {
    js: "text/javascript; charset=utf-8",
    css: "text/css; charset=utf-8",
    ico: "image/x-icon",
  };

  test("may be kept for ever, and comes in the smallest encoding that is accepted", async () => {
    const { address } = await startServer();
    const { body } = await get(`${address}/graphql`, html.headers);
    for (const part of partsOf(body.toString())) {
      const plain = await get(`${address}/${part}`);
      expect(plain.headers["content-encoding"]).toBeUndefined();
      for (const [accepted, name, decompress] of [
        ["gzip, deflate, br", "br", brotliDecompressSync],
        ["gzip", "gzip", gunzipSync],
        ["*", "br", brotliDecompressSync],
        ["br;q=0, *;q=0.5", "gzip", gunzipSync],
      ] as const) {
        const { status, headers, body } = await get(`${address}/${part}`, { "accept-encoding": accepted });
        expect(status).toBe(200);
        expect(headers).toMatchObject({
          "content-type": types[part.split(".")[1]],
          "content-encoding": name,
          "content-length": String(body.length),
          "cache-control": "public, max-age=31536000, immutable",
          "x-content-type-options": "nosniff",
          vary: expect.stringContaining("Accept-Encoding"),
        });
        expect(body.length).toBeLessThan(plain.body.length);
        expect(decompress(body).equals(plain.body)).toBe(true);
      }
    }
  });

  test("of another content, or of no such name, is not there", async () => {
    const { app } = await start();
    for (const file of ["script-0000000000000000.js", "script.js", "", "../package.json", "constructor"]) {
      const response = await app.fetch(`http://localhost/graphiql/${file}`);
      expect(response.status).toBe(404);
      expect(response.headers.get("cache-control")).toBeNull();
    }
    expect(await (await app.fetch("http://localhost/graphiql/script.js")).text()).toBe(
      "This GraphiQL file does not exist. The page /graphql links to the current files.\n",
    );
  });

  test("is read, and nothing else", async () => {
    const { app } = await start();
    const [part] = partsOf(await page());
    const head = await app.fetch(`http://localhost/${part}`, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(1000);
    expect(await head.text()).toBe("");
    const posted = await app.fetch(`http://localhost/${part}`, { method: "POST" });
    expect(posted.status).toBe(405);
    expect(posted.headers.get("allow")).toBe("GET, HEAD");
  });
});

describeWithBrowser("GraphiQL in a browser with an empty profile", () => {
  /** Once, where the target is when it has come to rest. */
  async function click(target: Locator): Promise<void> {
    await target.hover();
    await target.page().mouse.down();
    await target.page().mouse.up();
  }

  test("the first click on each tab shows that tab", async () => {
    const { address } = await startServer();
    const { page, complaints } = await visit(`${address}/graphql`);
    const tabs = page.locator(".graphiql-tab-button");
    await tabs.nth(6).waitFor();
    const names = await tabs.allTextContents();
    expect(names).toEqual(["Posters", "Reasons", "Search", "MoviePage", "Guest", "Charts", "Rate"]);
    for (const n of [1, 2, 3, 4, 5, 6, 0]) {
      await click(tabs.nth(n));
      await page.locator(".graphiql-tab-active", { hasText: names[n] }).waitFor();
      const operation = new RegExp(`(?:query|mutation)\\s${names[n]}\\b`);
      await page.locator(".graphiql-query-editor .view-line", { hasText: operation }).waitFor();
    }
    expect(await tabs.allTextContents()).toEqual(names);
    expect(complaints).toEqual([]);
  });

  test("the button runs the first query, and its answer appears", async () => {
    const { address } = await startServer();
    const { page, complaints } = await visit(`${address}/graphql`);
    await click(page.locator(".graphiql-execute-button"));
    for (const text of ['"topRated": [', '"The Godfather"', '"similarity":']) {
      await page.locator(".result-window .view-line", { hasText: text }).first().waitFor();
    }
    expect(complaints).toEqual([]);
  });

  test("its workers check what is written, and everything comes from the server itself", async () => {
    const { address } = await startServer();
    const { page, loaded, complaints } = await visit(`${address}/graphql`);
    await click(page.locator(".graphiql-query-editor .view-line", { hasText: /^\s*similarity/ }));
    await page.keyboard.press("End");
    await page.keyboard.type(" nothingOfTheKind");
    await page.locator(".graphiql-query-editor .squiggly-error").first().waitFor({ state: "attached" });
    expect(loaded.filter((one) => !one.startsWith(`${address}/`) && !one.startsWith("data:"))).toEqual([]);
    for (const part of ["script", "styles", "graphqlWorker"]) {
      expect(loaded.some((one) => one.startsWith(`${address}/graphiql/${part}-`))).toBe(true);
    }
    expect(complaints).toEqual([]);
  });
});
