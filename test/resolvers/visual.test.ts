/** What posters do for recommendations, over GraphQL: blending, diversity, other anchors, neighbours, tastes, reasons. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { movieId } from "../../src/ids.js";
import { embedPosters } from "../../src/jobs/embed-posters.js";
import { renderPoster } from "../../src/posters/artwork/draw-poster.js";
import { inspectPoster } from "../../src/posters/images/inspect-poster.js";
import { savePoster } from "../../src/posters/images/poster-files.js";
import { openServices } from "../../src/services/services.js";
import { rawDatabase } from "../support/database.js";
import {
  buildTemplate,
  dataFolder,
  fixture,
  moviesWithPosters,
  rankPlainly,
  type Started,
  start,
  unknownUser,
} from "../support/fixture.js";

const { seed } = fixture.models.active;

interface Recommended {
  rank: number;
  similarity: number | null;
  movie: { movieId: number };
}

async function recommended(started: Started, args: string, userId = 3997): Promise<Recommended[]> {
  const query = `{ user(id: ${userId}) { recommendations(${args}) { rank similarity movie { movieId } } } }`;
  return (await started.data(query)).user.recommendations;
}

const ids = (list: Recommended[]) => list.map(({ movie }) => movie.movieId);

/** An embedding straight from the file. */
function vectorOf({ services }: Started, movieId: number): number[] | undefined {
  const row = rawDatabase(services)
    .prepare("SELECT vector FROM posters JOIN poster_embeddings USING (sha256) WHERE movie_id = ?")
    .get(movieId) as { vector: Buffer } | undefined;
  return row && Array.from({ length: row.vector.length / 4 }, (_, j) => row.vector.readFloatLE(4 * j));
}

function cosine(a: number[], b: number[]): number {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, j) => sum + value * y[j], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe("similar recommendations", () => {
  test("blend score and likeness by weight, a missing poster neither close nor far", async () => {
    const started = await start();
    const thirty = rankPlainly(seed, 3997).slice(0, 30);
    const byScore = await recommended(started, "similar: true, weight: 0, first: 30");
    expect(ids(byScore)).toEqual(thirty.map(({ movie }) => movie.id));
    expect(byScore.filter(({ similarity }) => similarity === null)).toHaveLength(20);

    const similarity = new Map(byScore.map((row) => [row.movie.movieId, row.similarity]));
    const range = (values: number[]) => [Math.min(...values), Math.max(...values)];
    const [least, most] = range([...similarity.values()].filter((value) => value !== null));
    const [low, high] = range(thirty.map(({ stars }) => stars));
    const alike = [...similarity.values()].flatMap((value) =>
      value === null ? [] : [(value - least) / (most - least)],
    );
    const neutral = alike.reduce((sum, value) => sum + value, 0) / alike.length;
    for (const weight of [0.3, 0.7, 1]) {
      const expected = thirty
        .map(({ movie, stars }) => {
          const own = similarity.get(movie.id) as number | null;
          const value = own === null ? neutral : (own - least) / (most - least);
          return { id: movie.id, value: ((1 - weight) * (stars - low)) / (high - low) + weight * value };
        })
        .sort((a, b) => b.value - a.value);
      const actual = await recommended(started, `similar: true, weight: ${weight}, first: 30`);
      const blended = new Map(expected.map(({ id, value }) => [id, value]));
      // Movies without a poster are equal at weight 1: their values are compared, not their places.
      ids(actual).forEach((id, i) => {
        expect(blended.get(id)).toBeCloseTo(expected[i].value, 4);
      });
      expect(actual.map(({ rank }) => rank)).toEqual(actual.map((_, i) => i + 1));
    }
  });

  test("without weight stay in the original's order, those without a poster dropped", async () => {
    const started = await start();
    const list = await recommended(started, "similar: true, first: 30");
    expect(list).toHaveLength(10);
    const similarities = list.map(({ similarity }) => similarity as number);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
    expect(ids(await recommended(started, "similar: true, first: 30, diversity: 0"))).toEqual(ids(list));
  });

  test("are kept apart by diversity: the closest first, then less alike ones", async () => {
    const started = await start();
    const plain = ids(await recommended(started, "similar: true, first: 10"));
    const diverse = ids(await recommended(started, "similar: true, first: 10, diversity: 0.8"));
    expect(diverse[0]).toBe(plain[0]);
    expect(diverse).not.toEqual(plain);
    expect(diverse.toSorted()).toEqual(plain.toSorted());
    const all = moviesWithPosters().map(({ id }) => vectorOf(started, id) as number[]);
    const mean = all[0].map((_, j) => all.reduce((sum, vector) => sum + vector[j], 0) / all.length);
    const centred = (id: number) => (vectorOf(started, id) as number[]).map((value, j) => value - mean[j]);
    const alike = (list: number[]) =>
      Math.max(...list.slice(0, 4).flatMap((a, i) => list.slice(0, i).map((b) => cosine(centred(a), centred(b)))));
    expect(alike(diverse)).toBeLessThan(alike(plain));
  });

  test("are based on the movies named, which are not recommended themselves", async () => {
    const started = await start();
    const named = moviesWithPosters()[5].id;
    const list = await recommended(started, `similar: true, first: 30, candidates: 40, basedOn: [${named}]`);
    expect(ids(list)).not.toContain(named);
    expect(list.length).toBeGreaterThan(5);
    for (const { similarity, movie } of list) {
      const expected = cosine(vectorOf(started, named) as number[], vectorOf(started, movie.movieId) as number[]);
      expect(similarity).toBeCloseTo(expected, 5);
    }
  });

  test("based on movies without a poster are in the order of their scores", async () => {
    const started = await start();
    const [none] = fixture.unratedMovies;
    const list = await recommended(started, `similar: true, first: 5, basedOn: [${none.id}]`);
    expect(ids(list)).toEqual(
      rankPlainly(seed, 3997)
        .slice(0, 5)
        .map(({ movie }) => movie.id),
    );
    expect(list.every(({ similarity }) => similarity === null)).toBe(true);
  });

  test.each([
    ["similar: true, weight: 1.1", "expected weight from 0 to 1, received 1.1"],
    ["similar: true, diversity: -0.1", "expected diversity from 0 to 1, received -0.1"],
    ["weight: 0.5", "expected similar: true together with weight"],
    ["diversity: 0.5, basedOn: [1]", "expected similar: true together with diversity and basedOn"],
    ["similar: true, basedOn: []", "expected the number of movies in basedOn from 1 to 20, received 0"],
    [
      `similar: true, basedOn: [${Array(21).fill(1).join(",")}]`,
      "expected the number of movies in basedOn from 1 to 20, received 21",
    ],
    ["similar: true, basedOn: [7]", "there is no movie 7"],
  ])("%s is refused", async (args, message) => {
    const { ask } = await start();
    const { errors } = await ask(`{ user(id: 42) { recommendations(${args}) { title } } }`);
    expect(errors?.map((error) => error.message)).toEqual([message]);
  });
});

describe("reasons", () => {
  const query = (userId: number, args: string) =>
    `{ user(id: ${userId}) { topRated recommendations(${args}) { title similarity reasons { __typename text movie { movieId title }
      ... on PosterReason { similarity palette } ... on TasteReason { basis ratedMovies } } } } }`;

  test("name the poster of the user's that the movie's own is closest to, how close it is, and what both show", async () => {
    const started = await start();
    const { user } = await started.data(query(3997, "similar: true, first: 3"));
    const liked = [1, fixture.movieOf("Film 3").id, 858];
    for (const { title, reasons } of user.recommendations) {
      const own = vectorOf(started, fixture.movieOf(title).id) as number[];
      const closest = liked
        .map((id) => ({ id, value: cosine(vectorOf(started, id) as number[], own) }))
        .sort((a, b) => b.value - a.value)[0];
      const [reason] = reasons;
      expect(reason).toMatchObject({ __typename: "PosterReason", movie: { movieId: closest.id } });
      expect(reason.similarity).toBeCloseTo(closest.value, 5);
      expect(reason.text).toContain(
        `its poster looks like that of ${reason.movie.title} (${reason.similarity.toFixed(2)})`,
      );
      if (reason.palette.length > 0) expect(reason.text).toContain(`: both ${reason.palette[0]}`);
    }
  });

  test("read no embedding beyond those that the list was re-ranked by", async () => {
    const sql: string[] = [];
    const started = await start({ onSql: (statement) => sql.push(statement), cache: false });
    sql.length = 0;
    await started.data(
      "{ user(id: 3997) { recommendations(similar: true, first: 10) { reasons(first: 1) { __typename } } } }",
    );
    expect(sql.filter((statement) => statement.includes("poster_embeddings"))).toHaveLength(1);
  });

  test("name no poster where none was compared", async () => {
    const started = await start();
    const { user } = await started.data(query(3997, "first: 3"));
    for (const { reasons } of user.recommendations) {
      expect(reasons.filter(({ __typename }: { __typename: string }) => __typename !== "RatingReason")).toEqual([]);
    }
  });
});

/** A fixture with a poster for each of the first movies, so that there are kinds of them. */
let manyPosters: string;

describe("visual taste", () => {
  beforeAll(async () => {
    manyPosters = await mkdtemp(join(tmpdir(), "marquee-many-"));
    await cp(await buildTemplate(), manyPosters, { recursive: true });
    const started = openServices(manyPosters);
    for (const { id, displayTitle, year, genres } of fixture.movies.slice(0, 110)) {
      const bytes = await renderPoster({ title: displayTitle, year, genres: genres.split("|") });
      const { format, width, height, sha256 } = await inspectPoster(bytes);
      await savePoster(started.folders.posters, bytes, format);
      const row = {
        movieId: movieId(id),
        sha256,
        format,
        width,
        height,
        bytes: bytes.length,
        source: "folder" as const,
        addedAt: 1,
      };
      await started.store.posters.set([row]);
    }
    await embedPosters(started);
    await started.close();
  });

  afterAll(() => rm(manyPosters, { recursive: true, force: true }));

  const taste = "visualTaste { basis ratedPosters clusters(first: 100) { share size posters(first: 3) { movieId } } }";
  const startMany = async () => {
    const dataDir = await dataFolder();
    await cp(manyPosters, dataDir, { recursive: true });
    return start({ dataDir });
  };

  test("is a distribution over kinds of posters, from what the user rated", async () => {
    const started = await startMany();
    const { user } = await started.data(`{ user(id: 3997) { ${taste} } }`);
    const { basis, ratedPosters, clusters } = user.visualTaste;
    expect(basis).toBe("RATINGS");
    const withPoster = rawDatabase(started.services)
      .prepare("SELECT count(*) FROM ratings JOIN posters USING (movie_id) WHERE user_id = 3997")
      .pluck()
      .get();
    expect(ratedPosters).toBe(withPoster);
    expect(clusters.length).toBeGreaterThanOrEqual(6);
    const sum = (of: (cluster: { share: number; size: number }) => number) =>
      clusters.reduce((total: number, cluster: { share: number; size: number }) => total + of(cluster), 0);
    expect(sum(({ share }) => share)).toBeCloseTo(1, 6);
    const posters = rawDatabase(started.services).prepare("SELECT count(*) FROM posters").pluck().get();
    expect(sum(({ size }) => size)).toBe(posters);
    const shares = clusters.map(({ share }: { share: number }) => share);
    expect(shares).toEqual(shares.toSorted((a: number, b: number) => b - a));
    const shown = clusters.flatMap(({ posters }: { posters: { movieId: number }[] }) =>
      posters.map(({ movieId }) => movieId),
    );
    expect(new Set(shown).size).toBe(shown.length);
  });

  test("of somebody who rated nothing is what others like", async () => {
    const { data } = await startMany();
    const { user } = await data(`{ user(id: ${unknownUser}) { ${taste} } }`);
    // Twelve users: too few of any age for demographics.
    expect(user.visualTaste).toMatchObject({ basis: "EVERYONE", ratedPosters: 0 });
    expect(user.visualTaste.clusters[0].share).toBeGreaterThan(0);
  });

  test("is null without any poster, and as empty for a cold start", async () => {
    const started = await start();
    rawDatabase(started.services).exec("DELETE FROM posters");
    expect(await started.data(`{ user(id: 42) { ${taste} } }`)).toEqual({ user: { visualTaste: null } });
    const list = await recommended(started, "similar: true", unknownUser);
    expect(list).toHaveLength(5);
  });

  test.each([
    [0, "you have rated no movie yet: posters that people like stand in for the rest"],
    [1, "you have rated one movie yet: posters that people like stand in for the rest"],
    [2, "you have rated two movies yet: posters that people like stand in for the rest"],
    [3, undefined],
  ])("stands in for a user who rated %d movies, and says so in the reasons", async (count, text) => {
    const started = await startMany();
    for (const { id } of fixture.movies.slice(0, count)) {
      await started.edit(
        `mutation { rateMovie(input: { userId: ${unknownUser}, movieId: ${id}, rating: 5 }) { __typename } }`,
      );
    }
    const { user } = await started.data(
      `{ user(id: ${unknownUser}) { recommendations(similar: true) { similarity reasons { __typename text ... on TasteReason { basis ratedMovies } } } } }`,
    );
    expect(user.recommendations).toHaveLength(5);
    for (const { similarity, reasons } of user.recommendations) {
      expect(similarity).toBeTypeOf("number");
      const found = reasons.filter(({ __typename }: { __typename: string }) => __typename === "TasteReason");
      expect(found).toEqual(
        text === undefined ? [] : [{ __typename: "TasteReason", text, basis: "EVERYONE", ratedMovies: count }],
      );
      const posterReasons = reasons.filter(({ __typename }: { __typename: string }) => __typename === "PosterReason");
      expect(posterReasons).toHaveLength(count > 0 ? 1 : 0);
    }
    const similarities = user.recommendations.map(({ similarity }: { similarity: number }) => similarity);
    expect(similarities).toEqual(similarities.toSorted((a: number, b: number) => b - a));
  });
});

describe("similarPosters", () => {
  test("are the nearest of all posters by centred cosine, without the movie itself", async () => {
    const started = await start();
    const { movie } = await started.data(
      "{ movie(id: 858) { similarPosters(first: 4) { similarity movie { movieId } } } }",
    );
    const all = moviesWithPosters().map(({ id }) => ({ id, vector: vectorOf(started, id) as number[] }));
    const mean = all[0].vector.map((_, j) => all.reduce((sum, { vector }) => sum + vector[j], 0) / all.length);
    const centred = (vector: number[]) => vector.map((value, j) => value - mean[j]);
    const own = centred(vectorOf(started, 858) as number[]);
    const expected = all
      .filter(({ id }) => id !== 858)
      .map(({ id, vector }) => ({ id, similarity: cosine(own, centred(vector)) }))
      .sort((a, b) => b.similarity - a.similarity);
    movie.similarPosters.forEach((found: { similarity: number; movie: { movieId: number } }, i: number) => {
      expect(found.movie.movieId).toBe(expected[i].id);
      expect(found.similarity).toBeCloseTo(expected[i].similarity, 5);
    });
  });

  test("know a poster that has just come, and forget one that is gone", async () => {
    const started = await start();
    const near = async (id: number) =>
      (
        await started.data(`{ movie(id: ${id}) { similarPosters(first: 100) { movie { movieId } } } }`)
      ).movie.similarPosters.map(({ movie }: { movie: { movieId: number } }) => movie.movieId);
    const before = await near(858);
    expect(before).toHaveLength(moviesWithPosters().length - 1);
    await started.edit("mutation { removePoster(input: { movieId: 1 }) { __typename } }");
    // The catalogue's mean is another now, and so may the order of those almost equally close be.
    expect((await near(858)).toSorted()).toEqual(before.filter((id: number) => id !== 1).toSorted());
    expect(await near(1)).toEqual([]);
  });

  test.each([0, 101])("are refused for first: %d", async (first) => {
    const { ask } = await start();
    const { errors } = await ask(`{ movie(id: 858) { similarPosters(first: ${first}) { similarity } } }`);
    expect(errors?.[0]).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: `expected first from 1 to 100, received ${first}`,
    });
  });
});
