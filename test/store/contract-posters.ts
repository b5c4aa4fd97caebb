/** Promises of posters and embeddings. */
import { describe, expect, it } from "vitest";
import { movieId, userId } from "../../src/ids.js";
import type { PosterFetch } from "../../src/store/posters.js";
import type { OpenStore } from "./contract.js";
import { fill, picture } from "./data.js";

const key = { encoderId: "net@1", preprocessing: "224" };
const fetchOf = (outcome: PosterFetch["outcome"]): PosterFetch => ({
  movieId: movieId(30),
  provider: "tmdb",
  outcome,
  detail: null,
  etag: "e",
  fetchedAt: 10,
  retryAt: 20,
});

export function posterContract(makeStore: () => Promise<OpenStore>): void {
  const open = async () => fill(await (await makeStore())());

  describe("previews of posters", () => {
    const preview = (name: string) => ({ palette: [{ name, hex: "#336699", share: 0.5 }], blurhash: `L${name}` });

    it("are kept by content and version, and those of another version are missing and replaced", async () => {
      const openStore = await makeStore();
      const [{ previews }, other] = [await fill(await openStore()), await openStore()];
      const contents = [picture(10, "a"), picture(20, "b")].map(({ sha256 }) => sha256);
      expect(await previews.missing(1)).toEqual(contents.map((sha256) => ({ sha256, format: "jpeg" })));
      await previews.save(1, new Map([[contents[0], preview("red")]]));
      expect(await other.previews.byContent(1, contents)).toEqual(new Map([[contents[0], preview("red")]]));
      expect((await previews.missing(1)).map(({ sha256 }) => sha256)).toEqual([contents[1]]);
      expect(await previews.byContent(2, contents)).toEqual(new Map());
      expect(await previews.missing(2)).toHaveLength(2);
      await other.previews.save(2, new Map([[contents[0], preview("blue")]]));
      expect(await previews.byContent(1, contents)).toEqual(new Map());
      expect(await previews.byContent(2, [...contents, ...contents])).toEqual(
        new Map([[contents[0], preview("blue")]]),
      );
    });
  });

  describe("posters", () => {
    it("have a version that changes with every change, through this process or another, and with nothing else", async () => {
      const openStore = await makeStore();
      const [one, other] = [await fill(await openStore()), await openStore()];
      const first = await one.posters.version();
      expect(await other.posters.version()).toBe(first);
      await other.posters.set([picture(30, "c")]);
      const second = await one.posters.version();
      expect(second).not.toBe(first);
      expect((await one.posters.byMovieIds([movieId(30)]))[0]?.sha256).toBe(picture(30, "c").sha256);
      await other.posters.set([picture(30, "d")]);
      expect((await one.posters.byMovieIds([movieId(30)]))[0]?.sha256).toBe(picture(30, "d").sha256);
      await one.posters.delete(movieId(30));
      expect(await other.posters.byMovieIds([movieId(30)])).toEqual([undefined]);
      const third = await one.posters.version();
      await one.ratings.set(userId(1), [{ movieId: movieId(10), stars: 2 }], 1);
      expect(await one.posters.version()).toBe(third);
    });

    it("are given in the order of the movies, undefined where there is none", async () => {
      const { posters } = await open();
      const [twenty, none, ten] = await posters.byMovieIds([20, 30, 10].map(movieId));
      expect([twenty, none, ten]).toEqual([picture(20, "b"), undefined, picture(10, "a")]);
      expect(await posters.byContent("b".repeat(64))).toEqual(picture(20, "b"));
      expect(await posters.byContent("z".repeat(64))).toBeUndefined();
      expect([await posters.count(), await posters.movieIds()]).toEqual([2, new Set([10, 20])]);
      expect(await posters.byMovieIds([])).toEqual([]);
    });

    it("are set together; the same picture again changes nothing", async () => {
      const { posters } = await open();
      expect(await posters.set([picture(10, "c"), picture(20, "b"), picture(30, "c")])).toEqual([10, 30]);
      expect(await posters.count()).toBe(3);
    });

    it("are not set at all where one is of an unknown movie", async () => {
      const { posters } = await open();
      await expect(posters.set([picture(30, "c"), picture(99, "d")])).rejects.toMatchObject({
        code: "MOVIE_NOT_FOUND",
      });
      expect(await posters.count()).toBe(2);
    });

    it("are deleted once", async () => {
      const { posters } = await open();
      expect(await posters.delete(movieId(10))).toEqual(picture(10, "a"));
      expect(await posters.delete(movieId(10))).toBeUndefined();
    });

    it("know what each provider last said", async () => {
      const { posters } = await open();
      expect(await posters.recordFetch(fetchOf("none"))).toBe(false);
      expect(await posters.recordFetch(fetchOf("found"), { ...picture(30, "c"), source: "tmdb" })).toBe(true);
      expect(await posters.recordFetch(fetchOf("found"), { ...picture(30, "c"), source: "tmdb" })).toBe(false);
      expect(await posters.fetches([30, 10].map(movieId))).toEqual([fetchOf("found")]);
      expect((await posters.byMovieIds([movieId(30)]))[0]?.source).toBe("tmdb");
    });
  });

  describe("embeddings", () => {
    it("are missing until they are saved, each content once", async () => {
      const { posters, embeddings } = await open();
      await posters.set([picture(30, "a")]);
      expect((await embeddings.missing(key)).map(({ sha256 }) => sha256[0])).toEqual(["a", "b"]);
      await embeddings.save(key, new Map([["a".repeat(64), Float32Array.of(0.5, -1, Math.fround(0.1))]]));
      expect((await embeddings.missing(key)).map(({ sha256 }) => sha256[0])).toEqual(["b"]);
      expect(await embeddings.missing({ ...key, preprocessing: "299" })).toHaveLength(2);
    });

    it("come back bit by bit, of one encoder and preprocessing only", async () => {
      const { embeddings } = await open();
      const vector = Float32Array.of(0.5, -1, Math.fround(0.1));
      await embeddings.save(key, new Map([["a".repeat(64), vector]]));
      const contents = ["a", "b"].map((letter) => letter.repeat(64));
      expect(await embeddings.byContent(key, contents)).toEqual(new Map([[contents[0], vector]]));
      expect(await embeddings.byContent({ ...key, encoderId: "net@2" }, contents)).toEqual(new Map());
      expect(await embeddings.byContent(key, [])).toEqual(new Map());
      expect(await embeddings.ofMovies(key)).toEqual(new Map([[10, { encoder: key, content: contents[0], vector }]]));
      expect(await embeddings.ofMovies(key, [movieId(20)])).toEqual(new Map());
    });

    it("that are saved twice stay as they were", async () => {
      const { embeddings } = await open();
      const content = "a".repeat(64);
      await embeddings.save(key, new Map([[content, Float32Array.of(1)]]));
      await embeddings.save(key, new Map([[content, Float32Array.of(2)]]));
      expect((await embeddings.byContent(key, [content])).get(content)).toEqual(Float32Array.of(1));
    });

    it("come in pages by movie", async () => {
      const { embeddings } = await open();
      await embeddings.save(key, new Map(["a", "b"].map((c, i) => [c.repeat(64), Float32Array.of(i)] as const)));
      const first = await embeddings.page(key, 0, 1);
      const second = await embeddings.page(key, first[0].movieId, 1);
      expect([first, second].flat().map(({ movieId: id, vector }) => [id, vector[0]])).toEqual([
        [10, 0],
        [20, 1],
      ]);
      expect(await embeddings.page(key, 20, 1)).toEqual([]);
    });

    it("have a version that changes with each embedding and each poster", async () => {
      const { embeddings, posters } = await open();
      const seen = [await embeddings.version()];
      await embeddings.save(key, new Map([["a".repeat(64), Float32Array.of(1)]]));
      seen.push(await embeddings.version());
      await posters.set([picture(10, "c")]);
      seen.push(await embeddings.version());
      await posters.delete(movieId(20));
      seen.push(await embeddings.version());
      expect(new Set(seen).size).toBe(4);
      await posters.set([picture(10, "c")]);
      expect(await embeddings.version()).toBe(seen[3]);
    });
  });
}
