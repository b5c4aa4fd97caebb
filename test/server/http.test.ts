/** The server over real sockets, and what it answers beside GraphQL: posters, and the way from / to GraphiQL. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import { posterPath } from "../../src/posters/images/poster-files.js";
import { exampleQuery } from "../../src/server/graphiql/example-query.js";
import { serve } from "../../src/server/listen.js";
import { fixture, moviesWithPosters, type StartOptions, start } from "../support/fixture.js";

async function startServer(options: StartOptions = {}) {
  const started = await start(options);
  const server = await serve(started.app, "127.0.0.1", 0);
  onTestFinished(() => server.stop());
  return { ...started, server };
}

async function send(
  address: string,
  options: RequestOptions,
  write: (outgoing: ClientRequest) => void,
): Promise<{ status: number | undefined; headers: IncomingMessage["headers"]; body: string }> {
  const outgoing = request(address, options);
  // A server that refuses closes before everything is written: what counts is its answer.
  outgoing.on("error", () => {});
  write(outgoing);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const json = { method: "POST", headers: { "content-type": "application/json" } };

describe("the server", () => {
  test("answers the query that README shows", async () => {
    const { server, services } = await startServer();
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const query = await exampleQuery(services);
    expect(query).toBe(
      "query { user(id: 3997) { topRated recommendations(similar: true) { title score similarity } } }",
    );
    const { status, headers, body } = await send(`${server.address}/graphql`, json, (outgoing) =>
      outgoing.end(JSON.stringify({ query })),
    );
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^application\/json/);
    const { data, errors } = JSON.parse(body);
    expect(errors).toBeUndefined();
    expect(data.user.topRated).toEqual(["Toy Story", "Film 3", "The Godfather"]);
    expect(data.user.recommendations).toHaveLength(5);
  });

  test("refuses a body that is too long as it comes, though it never said how long it is", async () => {
    const { server } = await startServer({ maxBodyBytes: 10_000 });
    const { status, body } = await send(`${server.address}/graphql`, json, (outgoing) => {
      expect(outgoing.hasHeader("content-length")).toBe(false);
      outgoing.write('{"query":"');
      for (let chunk = 0; chunk < 20; chunk++) outgoing.write("x".repeat(1000));
      // Never ended: the answer cannot have waited for the end.
    });
    expect(status).toBe(413);
    expect(JSON.parse(body)).toEqual({
      errors: [
        {
          message: "expected a request body of up to 10000 bytes, received more",
          extensions: { code: "BODY_TOO_LARGE" },
        },
      ],
    });
  });

  test("refuses a body that says it is too long before any of it came", async () => {
    const { server } = await startServer({ maxBodyBytes: 10_000 });
    const headers = { ...json.headers, "content-length": "10001" };
    const { status, body } = await send(`${server.address}/graphql`, { ...json, headers }, (outgoing) =>
      outgoing.flushHeaders(),
    );
    expect(status).toBe(413);
    expect(JSON.parse(body).errors[0].extensions.code).toBe("BODY_TOO_LARGE");
  });

  test("takes a body in pieces", async () => {
    const { server } = await startServer();
    const { body } = await send(`${server.address}/graphql`, json, (outgoing) => {
      const bytes = Buffer.from(JSON.stringify({ query: '{ movies(search: "misérables") { totalCount } }' }));
      for (const byte of bytes) outgoing.write(Buffer.of(byte));
      outgoing.end();
    });
    expect(JSON.parse(body)).toEqual({ data: { movies: { totalCount: 1 } } });
  });

  test("goes on answering after a client went away in the middle of a request", async () => {
    const { server, app } = await startServer();
    const socket = connect(Number(new URL(server.address).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"que',
    );
    socket.destroy();
    await once(socket, "close");
    expect(app).toBeDefined();
    const { status } = await send(`${server.address}/graphql?query={model{name}}`, {}, (outgoing) => outgoing.end());
    expect(status).toBe(200);
  });

  test("says who is in the way when it cannot listen", async () => {
    const { server, app } = await startServer();
    const { port } = new URL(server.address);
    await expect(serve(app, "127.0.0.1", Number(port))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: `expected to listen on 127.0.0.1:${port}, but another program listens there: stop it, or choose another --port`,
    });
  });

  test("stops when the answers under way are given", async () => {
    const { app, services } = await start();
    const server = await serve(app, "127.0.0.1", 0);
    const { models } = services;
    const get = models.get.bind(models);
    let reached = () => {};
    const underWay = new Promise<void>((resolve) => {
      reached = resolve;
    });
    models.get = async (name) => {
      reached();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return get(name);
    };
    const answer = send(`${server.address}/graphql`, json, (outgoing) =>
      outgoing.end(JSON.stringify({ query: "{ model { name } }" })),
    );
    await underWay;
    await server.stop();
    expect(JSON.parse((await answer).body)).toEqual({ data: { model: { name: "first" } } });
    await expect(fetch(`${server.address}/graphql`)).rejects.toThrow();
  });
});

describe("posters", () => {
  test("are served under the address that Movie.poster gives, for ever", async () => {
    const { data, app, services } = await start();
    for (const { id } of moviesWithPosters().slice(0, 4)) {
      const { movie } = await data(`{ movie(id: ${id}) { poster { url width height source } } }`);
      expect(movie.poster).toEqual({
        url: expect.stringMatching(/^\/posters\/[0-9a-f]{64}\.(?:jpeg|png|webp)$/),
        width: expect.any(Number),
        height: expect.any(Number),
        source: "folder",
      });
      const response = await app.fetch(`http://marquee.test${movie.poster.url}`);
      expect(response.status).toBe(200);
      const format = movie.poster.url.split(".")[1] as "jpeg" | "png" | "webp";
      expect(response.headers.get("content-type")).toBe(`image/${format}`);
      expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      const bytes = Buffer.from(await response.arrayBuffer());
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(movie.poster.url).toContain(sha256);
      expect(bytes.equals(await readFile(posterPath(services.folders.posters, sha256, format).path))).toBe(true);
      expect(response.headers.get("content-length")).toBe(String(bytes.length));
    }
  });

  test("come in the widths and formats that are asked for, made once and kept", async () => {
    const { data, app, services } = await start();
    const query = `{ movie(id: 858) { poster { width url small: url(width: 185, format: webp) wide: url(width: 780) jpeg: url(format: jpeg) } } }`;
    const { poster } = (await data(query)).movie;
    expect(poster.small).toBe(`${poster.url}?w=185`);
    const get = async (path: string) => {
      const response = await app.fetch(`http://marquee.test${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      const bytes = Buffer.from(await response.arrayBuffer());
      return { bytes, headers: response.headers, ...(await sharp(bytes).metadata()) };
    };
    const small = await get(poster.small);
    expect(small).toMatchObject({ format: "webp", width: 185 });
    expect(small.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    // Never enlarged.
    expect((await get(poster.wide)).width).toBe(poster.width);
    expect((await get(poster.jpeg)).format).toBe("jpeg");
    const kept = await readdir(join(services.folders.posters, "resized"), { recursive: true });
    expect(kept.filter((name) => name.endsWith("-w185.webp"))).toHaveLength(1);
    // What is kept is what is served.
    const [file] = kept.filter((name) => name.endsWith("-w185.webp"));
    expect(small.bytes.equals(await readFile(join(services.folders.posters, "resized", file)))).toBe(true);
    expect((await get(poster.small)).bytes.equals(small.bytes)).toBe(true);
  });

  test("under a movie's number may change, and say by their tag whether they did", async () => {
    const { app, edit } = await start();
    const get = (headers: Record<string, string> = {}) =>
      app.fetch("http://marquee.test/posters/858?w=92&format=webp", { headers });
    const first = await get();
    expect(first.status).toBe(200);
    expect(first.headers.get("cache-control")).toBe("public, max-age=60, must-revalidate");
    const etag = first.headers.get("etag") as string;
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await get({ "if-none-match": header });
      expect([header, again.status, await again.text()]).toEqual([header, 304, ""]);
      expect(again.headers.get("etag")).toBe(etag);
    }
    expect((await get({ "if-none-match": '"other"' })).status).toBe(200);
    await edit("mutation { removePoster(input: { movieId: 858 }) { __typename } }");
    const card = await get({ "if-none-match": etag });
    expect(card.status).toBe(200);
    expect(card.headers.get("x-marquee-poster")).toBe("drawn");
  });

  test("of a movie that has none are a card with its title, in every width and format", async () => {
    const { app } = await start();
    const { id } = fixture.unratedMovies[0];
    for (const [width, format] of [
      [92, "jpeg"],
      [342, "webp"],
      [780, "png"],
    ] as const) {
      const response = await app.fetch(`http://marquee.test/posters/${id}?w=${width}&format=${format}`);
      expect(response.headers.get("content-type")).toBe(`image/${format}`);
      expect(response.headers.get("cache-control")).toBe("no-cache");
      const { width: actual, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
      expect([actual, height]).toEqual([width, width * 1.5]);
    }
  });

  test.each([
    ["?w=100", "expected a width of 92, 154, 185, 342, 500, 780, received 100"],
    ["?w=9999999", 'expected a width of 92, 154, 185, 342, 500, 780, received "9999999"'],
    ["?w=-1", 'expected a width of 92, 154, 185, 342, 500, 780, received "-1"'],
    ["?format=gif", 'expected a format of jpeg, png, webp, avif, received "gif"'],
  ])("%s is refused, saying what is offered", async (query, message) => {
    const { app } = await start();
    const response = await app.fetch(`http://marquee.test/posters/858${query}`);
    expect([response.status, (await response.text()).trim()]).toEqual([400, message]);
  });

  test("of an unknown movie are 404; of one whose file is gone, the card", async () => {
    const { app, services } = await start();
    expect((await app.fetch("http://marquee.test/posters/7?w=92")).status).toBe(404);
    await rm(services.folders.posters, { recursive: true });
    const response = await app.fetch("http://marquee.test/posters/858?w=92");
    expect([response.status, response.headers.get("x-marquee-poster")]).toEqual([200, "drawn"]);
  });

  test("are null for a movie without one", async () => {
    const { data } = await start();
    expect(await data(`{ movie(id: ${fixture.unratedMovies[0].id}) { poster { url } } }`)).toEqual({
      movie: { poster: null },
    });
  });

  test("404 for everything else, and nothing but the store can be reached", async () => {
    const { server, data, services } = await startServer();
    const { movie } = await data("{ movie(id: 858) { poster { url } } }");
    const name = movie.poster.url.split("/")[2];
    const { relative } = posterPath(services.folders.posters, name.split(".")[0], name.split(".")[1]);
    const none = "0".repeat(64);
    const paths = [
      `/posters/${none}.png`,
      "/posters/",
      "/posters",
      "/posters/858.png",
      `/posters/${name}x`,
      `/posters/${name.split(".")[0]}`,
      `/posters/${name.split(".")[0]}.gif`,
      `/posters/${name.toUpperCase()}`,
      `/posters/${relative}`,
      "/posters/../marquee.db",
      "/posters/%2e%2e/marquee.db",
      "/posters/..%2fmarquee.db",
      `/posters/${none.slice(1)}/../../marquee.db`,
      "/posters//etc/passwd",
      "/posters/..\\marquee.db",
      "/nothing/here",
    ];
    for (const path of paths) {
      const { status, body } = await send(server.address, { path }, (outgoing) => outgoing.end());
      expect([path, status]).toEqual([path, 404]);
      expect(body).not.toContain("SQLite");
    }
  });

  test("are for reading only", async () => {
    const { data, app } = await start();
    const { movie } = await data("{ movie(id: 858) { poster { url } } }");
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect((await app.fetch(`http://marquee.test${movie.poster.url}`, { method })).status).toBe(405);
    }
  });

  test("HEAD gives the same headers and no bytes", async () => {
    const { server, data } = await startServer();
    const { movie } = await data("{ movie(id: 858) { poster { url } } }");
    const { status, headers, body } = await send(
      `${server.address}${movie.poster.url}`,
      { method: "HEAD" },
      (outgoing) => outgoing.end(),
    );
    expect(status).toBe(200);
    expect(Number(headers["content-length"])).toBeGreaterThan(1000);
    expect(body).toBe("");
  });
});

test("/ leads to GraphiQL where the page is off", async () => {
  const { app } = await start({ web: false });
  const response = await app.fetch("http://marquee.test/", { redirect: "manual" });
  expect(response.status).toBe(302);
  expect(response.headers.get("location")).toBe("/graphql");
});
