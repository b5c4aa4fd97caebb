/** The web page's files: what is sent, how it may be cached, and what browsers are forbidden. */
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { start } from "../../support/fixture.js";

async function startPage() {
  const { app } = await start();
  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.fetch(`http://localhost${path}`, { method, headers });
  const html = await (await get("/")).text();
  const files = [...html.matchAll(/(?:src|href)="\.(\/(?:assets|icon)[^"]+)"/g)].map(([, path]) => path);
  return { get, html, files };
}

describe("the page", () => {
  test("allows nothing but what this server serves: no inline script or style, no other origin", async () => {
    const { get, html } = await startPage();
    const { status, headers } = await get("/");
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([
      200,
      "text/html; charset=utf-8",
      "no-cache",
    ]);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|https?:\/\//);
  });

  test("is not sent again while it is the same, and a proxy's path prefix does it no harm", async () => {
    const { get, html } = await startPage();
    const tag = (await get("/")).headers.get("etag") ?? "";
    const again = await get("/", { "if-none-match": tag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect((await get("/", { "if-none-match": '"other"' })).status).toBe(200);
    expect(html).not.toMatch(/(?:src|href)="\//);
  });

  test("says what it is about before its script has come, but not where a link leads to another view", async () => {
    const { get, html } = await startPage();
    expect(html).toContain("<h1>People choose what to watch by its poster.</h1>");
    expect(await (await get("/?user=7&movie=1")).text()).toBe(html);
    for (const path of ["/?view=map", "/?q=heat"]) {
      const other = await get(path);
      expect(other.headers.get("etag")).not.toBe((await get("/")).headers.get("etag"));
      const text = await other.text();
      expect(text).not.toContain("<h1>");
      expect(text).toContain('class="brand">Marquee</a>');
    }
  });

  test("is left to GraphQL's rules for other methods", async () => {
    const { get } = await startPage();
    const head = await get("/", {}, "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect((await get("/", {}, "POST")).status).toBe(404);
  });
});

describe("its files", () => {
  test("may be kept forever, and are compressed where that helps", async () => {
    const { get, files } = await startPage();
    expect(files.length).toBeGreaterThan(3);
    for (const path of files.filter((each) => each.startsWith("/assets/"))) {
      const plain = await get(path);
      expect([path, plain.status, plain.headers.get("cache-control")]).toEqual([
        path,
        200,
        "public, max-age=31536000, immutable",
      ]);
      expect(path).toMatch(/-[\w-]{8}\.\w+$/);
      const content = Buffer.from(await plain.arrayBuffer());
      const packed = await get(path, { "accept-encoding": "br, gzip" });
      const bytes = Buffer.from(await packed.arrayBuffer());
      if (path.endsWith(".woff2")) expect(packed.headers.get("content-encoding")).toBeNull();
      else expect(brotliDecompressSync(bytes).equals(content)).toBe(true);
    }
    const script = files.find((path) => path.endsWith(".js")) as string;
    const zipped = await get(script, { "accept-encoding": "gzip" });
    const whole = Buffer.from(await (await get(script, { "accept-encoding": "identity" })).arrayBuffer());
    expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).equals(whole)).toBe(true);
  });

  test("of the first load are at most 100 kB of compressed script", async () => {
    const { get, files } = await startPage();
    let size = 0;
    for (const path of files.filter((each) => each.endsWith(".js"))) {
      size += (await (await get(path, { "accept-encoding": "br" })).arrayBuffer()).byteLength;
    }
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(100_000);
  });

  test.each(["/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/%2e%2e/package.json", "/assets/"])(
    "that do not exist, such as %s, are 404",
    async (path) => {
      const { get } = await startPage();
      const response = await get(path);
      expect(response.status).toBe(404);
    },
  );

  test("are read only: another method is 405", async () => {
    const { get, files } = await startPage();
    expect((await get(files.find((path) => path.endsWith(".css")) as string, {}, "DELETE")).status).toBe(405);
  });
});

describe("WEB=off", () => {
  test("leaves the API and GraphiQL, and none of the page's files", async () => {
    const { files } = await startPage();
    const { app } = await start({ web: false });
    expect((await app.fetch(`http://localhost${files[0]}`)).status).toBe(404);
    expect((await app.fetch("http://localhost/graphql", { headers: { accept: "text/html" } })).status).toBe(200);
  });
});
