/** Uploading and taking away posters, and being told when they change; as a client sends it. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import { rawDatabase } from "../../support/database.js";
import { answerOf, type Started, start } from "../../support/fixture.js";

const picture = (colour = "#a33", width = 80) =>
  sharp({ create: { width, height: 120, channels: 3, background: colour } })
    .png()
    .toBuffer();

const setPoster = `mutation ($movieId: ID!, $file: File!) {
  setPoster(input: { movieId: $movieId, file: $file }) {
    __typename
    ... on SetPosterPayload { movie { movieId posterState poster { width height source url } } }
    ... on Error { code message }
  }
}`;

/** As the GraphQL multipart request specification says. */
async function upload(
  { app }: Pick<Started, "app">,
  movieId: string | number,
  file: Uint8Array,
  headers: Record<string, string>,
  variables: Record<string, unknown> = { file: null },
) {
  const form = new FormData();
  form.set("operations", JSON.stringify({ query: setPoster, variables: { movieId, ...variables } }));
  form.set("map", JSON.stringify({ 0: ["variables.file"] }));
  form.set("0", new File([new Uint8Array(file)], "poster.png", { type: "image/png" }));
  return answerOf(await app.fetch("http://localhost/graphql", { method: "POST", headers, body: form }));
}

const withToken = ({ token }: Started) => ({ authorization: `Bearer ${token}` });

describe("setPoster", () => {
  test("makes a file the movie's poster, at once and everywhere", async () => {
    const started = await start();
    const answer = await upload(started, 73, await picture(), withToken(started));
    expect(answer.data.setPoster).toMatchObject({
      __typename: "SetPosterPayload",
      movie: { movieId: 73, posterState: "READY", poster: { width: 80, height: 120, source: "upload" } },
    });
    const served = await started.app.fetch(`http://localhost${answer.data.setPoster.movie.poster.url}`);
    expect(Buffer.from(await served.arrayBuffer()).equals(await picture())).toBe(true);
    // It is among other movies' neighbours before anybody asked for it.
    const { movie } = await started.data("{ movie(id: 858) { similarPosters(first: 100) { movie { movieId } } } }");
    const neighbours = movie.similarPosters.map(({ movie: { movieId } }: { movie: { movieId: number } }) => movieId);
    expect(neighbours).toContain(73);
  });

  test("twice with the same file is one poster; with another file, the other", async () => {
    const started = await start();
    const count = () =>
      rawDatabase(started.services).prepare("SELECT sha256 FROM posters WHERE movie_id = 73").pluck().all();
    await upload(started, 73, await picture(), withToken(started));
    const first = count();
    await upload(started, 73, await picture(), withToken(started));
    expect(count()).toEqual(first);
    await upload(started, 73, await picture("#33a"), withToken(started));
    expect(count()).toHaveLength(1);
    expect(count()).not.toEqual(first);
  });

  test.each<[string | number, () => Promise<Buffer>, string, string]>([
    [7, picture, "MovieNotFoundError", "there is no movie 7"],
    ["x", picture, "InvalidIdError", "expected a movie id"],
    [73, async () => Buffer.from("GIF89a no"), "PosterUnreadableError", "expected a poster as JPEG, PNG or WebP"],
    [73, async () => Buffer.alloc(0), "PosterUnreadableError", "received 0 bytes"],
    [
      73,
      async () => Buffer.alloc(10 * 2 ** 20 + 1),
      "PosterUnreadableError",
      "at most 10485760 bytes, received 10485761",
    ],
  ])("of movie %s is refused by name (%#)", async (movieId, make, typename, message) => {
    const started = await start();
    const { data } = await upload(started, movieId, await make(), withToken(started));
    expect(data.setPoster.__typename).toBe(typename);
    expect(data.setPoster.message).toContain(message);
    expect(await started.data("{ movie(id: 73) { poster { url } } }")).toEqual({ movie: { poster: null } });
  });

  test("needs a token, before the file is read; a much larger body than any poster is cut off", async () => {
    const started = await start();
    const file = await picture();
    expect(await upload(started, 73, file, { authorization: "Bearer wrong" })).toMatchObject({
      status: 401,
      errors: [{ code: "UNAUTHENTICATED" }],
    });
    expect(await upload(started, 73, Buffer.alloc(11 * 2 ** 20), withToken(started))).toMatchObject({
      status: 413,
      errors: [{ code: "BODY_TOO_LARGE" }],
    });
  });

  test("without a token works where AUTH is off, with a header that no other page can send", async () => {
    const started = await start({ auth: "off" });
    expect((await upload(started, 73, await picture(), {})).status).toBe(403);
    const { data } = await upload(started, 73, await picture(), { "graphql-require-preflight": "1" });
    expect(data.setPoster.__typename).toBe("SetPosterPayload");
  });

  test("takes no text for a file", async () => {
    const started = await start();
    const { errors } = await started.ask(setPoster, {
      variables: { movieId: 73, file: "a.png" },
      token: started.token,
    });
    expect(errors?.[0].message).toContain('expected a file in a multipart request, received "a.png"');
  });
});

describe("removePoster", () => {
  const removePoster = `mutation ($movieId: ID!) {
    removePoster(input: { movieId: $movieId }) {
      __typename
      ... on RemovePosterPayload { movie { movieId poster { url } posterState } }
      ... on Error { code }
    }
  }`;

  test("takes a poster away, once", async () => {
    const started = await start();
    expect(await started.edit(removePoster, { movieId: 858 })).toEqual({
      removePoster: { __typename: "RemovePosterPayload", movie: { movieId: 858, poster: null, posterState: "NONE" } },
    });
    expect((await started.edit(removePoster, { movieId: 858 })).removePoster).toMatchObject({
      code: "POSTER_NOT_FOUND",
    });
    expect((await started.edit(removePoster, { movieId: 7 })).removePoster).toMatchObject({ code: "MOVIE_NOT_FOUND" });
  });
});

describe("posterUpdated", () => {
  const subscription = (args: string) =>
    JSON.stringify({ query: `subscription { posterUpdated${args} { movieId posterState poster { width } } }` });

  /** Subscribes over HTTP; `next` waits for an event's data. */
  async function subscribe(started: Started, args = "") {
    const server = createServer((incoming, response) => void started.app(incoming, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    let text = "";
    let wake = () => {};
    let ended = false;
    const asked = request({
      port,
      path: "/graphql",
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
    });
    asked.on("error", () => {});
    asked.on("response", (response) => {
      expect(response.headers["content-type"]).toContain("text/event-stream");
      response.on("data", (chunk) => {
        text += chunk;
        wake();
      });
      response.on("close", () => {
        ended = true;
        wake();
      });
    });
    asked.end(subscription(args));
    const until = async (done: () => boolean) => {
      while (!done()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 20);
        });
      }
    };
    await until(() => started.services.store.changeReaders > 0);
    return {
      next: async () => {
        await until(() => /event: next\ndata: .*\n\n/.test(text));
        const [whole, data] = /event: next\ndata: (.*)\n\n/.exec(text)!;
        text = text.replace(whole, "");
        return JSON.parse(data).data.posterUpdated;
      },
      close: () => asked.destroy(),
      ended: () => until(() => ended),
    };
  }

  test("tells each change of a poster, fresh", async () => {
    const started = await start();
    const events = await subscribe(started);
    await upload(started, 73, await picture("#a33", 80), withToken(started));
    expect(await events.next()).toEqual({ movieId: 73, posterState: "READY", poster: { width: 80 } });
    await upload(started, 73, await picture("#a33", 90), withToken(started));
    expect(await events.next()).toEqual({ movieId: 73, posterState: "READY", poster: { width: 90 } });
    await started.edit("mutation { removePoster(input: { movieId: 73 }) { __typename } }");
    expect(await events.next()).toEqual({ movieId: 73, posterState: "NONE", poster: null });
  });

  test("tells only of the movie that was asked for", async () => {
    const started = await start();
    const events = await subscribe(started, "(movieId: 1)");
    await upload(started, 73, await picture(), withToken(started));
    await upload(started, 1, await picture("#3a3"), withToken(started));
    expect((await events.next()).movieId).toBe(1);
  });

  test("ends when its client leaves, and when the server stops", async () => {
    const started = await start();
    const { store } = started.services;
    const leaving = await subscribe(started);
    leaving.close();
    while (store.changeReaders > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const staying = await subscribe(started);
    store.endChanges();
    await staying.ended();
    expect(store.changeReaders).toBe(0);
  });

  test("of an unknown movie is an error", async () => {
    const { app } = await start();
    const response = await app.fetch("http://localhost/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: subscription("(movieId: 7)"),
    });
    expect(await response.text()).toContain("MOVIE_NOT_FOUND");
  });
});
