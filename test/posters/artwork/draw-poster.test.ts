import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { getMoods, getMotifs, getPalettes, moodNames } from "../../../src/posters/artwork/draw-moods.js";
import { drawPoster, renderPoster } from "../../../src/posters/artwork/draw-poster.js";
import { drawTitle, shownTitle } from "../../../src/posters/artwork/draw-title.js";
import {
  contrast,
  hashText,
  type Palette,
  readable,
  type Scene,
  seededRandom,
} from "../../../src/posters/motifs/draw-kit.js";
import { motifs } from "../../../src/posters/motifs/motifs.js";

const genres = [
  "Action",
  "Adventure",
  "Animation",
  "Children's",
  "Comedy",
  "Crime",
  "Documentary",
  "Drama",
  "Fantasy",
  "Film-Noir",
  "Horror",
  "Musical",
  "Mystery",
  "Romance",
  "Sci-Fi",
  "Thriller",
  "War",
  "Western",
];
const years = [1925, 1955, 1968, 1985, 1995, 2014];
const longTitle =
  "The Remarkable and Entirely True History of a Very Long Title That Would Not Fit On Any Poster However Hard We Should Try";

/** Average colour of a rendered poster, 0 to 255 each. */
async function average(facts: Parameters<typeof renderPoster>[0]): Promise<[number, number, number]> {
  const { channels } = await sharp(await renderPoster(facts)).stats();
  return [channels[0].mean, channels[1].mean, channels[2].mean];
}

describe("a drawn poster", () => {
  it("is the same SVG and the same bytes for the same facts", async () => {
    const facts = { title: "Vertigo", year: 1958, genres: ["Mystery", "Thriller"] };
    expect(drawPoster(facts)).toBe(drawPoster({ ...facts }));
    expect((await renderPoster(facts)).equals(await renderPoster(facts))).toBe(true);
  });

  it("differs between two films of the same genres", () => {
    const drawn = ["Alpha", "Beta", "Gamma", "Delta"].map((title) =>
      drawPoster({ title, year: 1995, genres: ["Drama"] }),
    );
    expect(new Set(drawn).size).toBe(4);
  });

  it.each(genres)("draws %s in every era, without text, NaN or undefined", async (genre) => {
    for (const year of years) {
      const svg = drawPoster({ title: `Film of ${year}`, year, genres: [genre] });
      expect(svg).toMatch(/^<svg [^>]*width="400" height="600"/);
      expect(svg).not.toMatch(/<text|NaN|undefined|Infinity/);
    }
    const { width, height, format } = await sharp(
      await renderPoster({ title: "Film", year: 1995, genres: [genre] }),
    ).metadata();
    expect([width, height, format]).toEqual([300, 450, "webp"]);
  });

  it("refers to no definition that it lacks", () => {
    for (const genre of genres) {
      for (const year of years) {
        const svg = drawPoster({ title: "Film", year, genres: [genre] });
        const defined = new Set(Array.from(svg.matchAll(/ id="(\w+)"/g), ([, id]) => id));
        for (const [, id] of svg.matchAll(/url\(#(\w+)\)/g)) expect(defined).toContain(id);
      }
    }
  });

  it("draws a film without year, genres or title, or with unknown genres", async () => {
    for (const facts of [
      { title: "", genres: [] },
      { title: "X", year: null, genres: ["(no genres listed)"] },
      { title: "東京物語", year: 1953, genres: ["Drama"] },
    ]) {
      expect((await sharp(await renderPoster(facts)).metadata()).width).toBe(300);
    }
  });

  it("stays below 80 kB, grain included", async () => {
    for (const genre of genres)
      expect((await renderPoster({ title: "Film", year: 1995, genres: [genre] })).length).toBeLessThan(80_000);
  });

  it("makes horror darker than films for children, and romance redder than science fiction", async () => {
    const mean = async (genre: string): Promise<number[]> => {
      const colours = await Promise.all(
        ["A", "B", "C", "D", "E", "F"].map((title) => average({ title, year: 1995, genres: [genre] })),
      );
      return [0, 1, 2].map((i) => colours.reduce((sum, colour) => sum + colour[i], 0) / colours.length);
    };
    const [horror, children, romance, science] = await Promise.all(
      ["Horror", "Children's", "Romance", "Sci-Fi"].map(mean),
    );
    expect(horror[0] + horror[1] + horror[2]).toBeLessThan(0.6 * (children[0] + children[1] + children[2]));
    expect(romance[0] - romance[2]).toBeGreaterThan(20);
    expect(science[2] - science[0]).toBeGreaterThan(10);
  });
});

describe("moods", () => {
  it("has motifs that exist and palettes of seven colours", () => {
    for (const mood of moodNames) {
      for (const name of getMotifs(mood)) expect(Object.keys(motifs)).toContain(name);
      for (const palette of getPalettes(mood)) {
        expect(Object.values(palette)).toHaveLength(7);
        for (const colour of Object.values(palette)) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
      }
    }
  });

  it("takes the telling genre first", () => {
    expect(getMoods(["Action", "Horror", "Sci-Fi"]).slice(0, 2)).toEqual(["horror", "sciFi"]);
    expect(getMoods(["Animation", "Children's", "Comedy"])[0]).toBe("kids");
    expect(getMoods(["Action", "Crime"])[0]).toBe("action");
    expect(getMoods([])).toEqual(["drama"]);
  });

  it("draws every motif in flat and in soft style with finite numbers", () => {
    const p: Palette = getPalettes("drama")[0];
    for (const [name, motif] of Object.entries(motifs)) {
      for (const soft of [false, true]) {
        for (let seed = 0; seed < 6; seed++) {
          const scene: Scene = {
            random: seededRandom(seed),
            p,
            box: { x: 0, y: 0, w: 400, h: 420 },
            soft,
            shade: (_, to) => to,
            define: () => "url(#a)",
          };
          expect(motif.draw(scene), name).not.toMatch(/NaN|undefined|Infinity|<text/);
        }
      }
    }
  });
});

describe("the title of a poster", () => {
  it.each([
    ["Matrix, The", "The Matrix"],
    ["Matrix, The (1999)", "The Matrix"],
    ["Seven Samurai (The Magnificent Seven) (Shichinin no samurai)", "Seven Samurai"],
    ["Avventura, L' (1960)", "L'Avventura"],
    ["(1969)", ""],
  ])("shows %s as %s", (title, shown) => expect(shownTitle(title)).toBe(shown));

  it("stays inside its zone at any length and in every layout", () => {
    const zone = { x: 30, y: 400, w: 340, h: 150 };
    for (const layout of ["rules", "stack", "wide", "giant", "small", "italic"] as const) {
      for (const title of ["It", longTitle, "Supercalifragilisticexpialidocious".repeat(4)]) {
        const svg = drawTitle({
          title,
          year: 1999,
          zone,
          layout,
          font: "playfairBlack",
          ink: "#000",
          accent: "#f00",
          capitals: true,
        });
        const numbers = Array.from(svg.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g), ([, x, y]) => [Number(x), Number(y)]);
        expect(numbers.length).toBeGreaterThan(20);
        for (const [x, y] of numbers) {
          // Letters overhang their own advance by a few hundredths of an em.
          expect(x).toBeGreaterThan(zone.x - 6);
          expect(x).toBeLessThan(zone.x + zone.w + 6);
          expect(y).toBeGreaterThan(zone.y - 6);
          expect(y).toBeLessThan(zone.y + zone.h + 6);
        }
      }
    }
  });

  it("is set in an ink of at least 4.5 to 1 against its ground", () => {
    for (const mood of moodNames)
      for (const p of getPalettes(mood))
        for (const ground of [p.sky, p.deep, p.light])
          expect(contrast(ground, readable(ground, p.light, p.deep))).toBeGreaterThanOrEqual(4.5);
  });
});

describe("the seeded numbers", () => {
  it("are those of mulberry32 and FNV-1a", () => {
    expect(hashText("")).toBe(0x811c9dc5);
    expect(hashText("a")).toBe(0xe40c292c);
    const random = seededRandom(1);
    expect(random()).toBeCloseTo(0.6270739405881613, 12);
    expect(random()).toBeCloseTo(0.002735721180215478, 12);
  });
});
