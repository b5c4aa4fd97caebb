import sharp from "sharp";
import { parse, View } from "vega";
import { describe, expect, it } from "vitest";
import { svgTextToPaths } from "../../../src/jobs/evaluate/chart-text.js";
import { fitText } from "../../../src/posters/lettering/lettering-fit.js";
import { type FontName, textPath, textWidth } from "../../../src/posters/lettering/lettering-glyphs.js";

const fonts: FontName[] = [
  "bebas",
  "oswald",
  "oswaldLight",
  "playfair",
  "playfairBlack",
  "playfairItalic",
  "inter",
  "interLight",
  "interBold",
  "interBlack",
];
const line = { size: 40, x: 100, y: 100, anchor: "start", fill: "#123456" } as const;

/** Every coordinate of the path data in a piece of SVG, as x and y. */
function points(svg: string): [number, number][] {
  const data = Array.from(svg.matchAll(/ d="([^"]*)"/g), ([, d]) => d).join("");
  const numbers = Array.from(data.matchAll(/-?\d+(?:\.\d+)?/g), ([text]) => Number(text));
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
}

describe("text as paths", () => {
  it.each(fonts)("draws every printable ASCII letter of %s with finite coordinates near the line", (font) => {
    for (let code = 33; code < 127; code++) {
      const path = textPath({ ...line, font, text: String.fromCharCode(code) });
      expect(path).toMatch(/^<path d="M/);
      expect(path).not.toContain("NaN");
      for (const [x, y] of points(path)) {
        expect(x).toBeGreaterThan(80);
        expect(x).toBeLessThan(160);
        expect(y).toBeGreaterThan(50);
        expect(y).toBeLessThan(120);
      }
    }
  });

  it("leaves no letter far from its place when it starts at a fraction", () => {
    for (const font of fonts) {
      const xs = points(textPath({ ...line, font, text: "Casablanca", x: 200, anchor: "middle" })).map(([x]) => x);
      expect(Math.min(...xs)).toBeGreaterThan(60);
    }
  });

  it("puts the anchor at the start, in the middle or at the end", () => {
    const width = textWidth("Metropolis", "inter", 40);
    const left = (anchor: "start" | "middle" | "end"): number =>
      Math.min(...points(textPath({ ...line, text: "Metropolis", font: "inter", anchor })).map(([x]) => x));
    expect(left("start") - left("middle")).toBeCloseTo(width / 2, 1);
    expect(left("start") - left("end")).toBeCloseTo(width, 1);
  });

  it("adds letter spacing between letters only", () => {
    expect(textWidth("abc", "inter", 10, 0.5) - textWidth("abc", "inter", 10)).toBeCloseTo(10, 5);
    expect(textWidth("a", "inter", 10, 0.5)).toBe(textWidth("a", "inter", 10));
  });

  it("draws letters beyond Latin-1 from the extended subset", () => {
    expect(textWidth("Łódź", "inter", 40)).toBeGreaterThan(textWidth("ód", "inter", 40));
    expect(textPath({ ...line, text: "ł", font: "bebas" })).toContain("M");
  });

  it("drops the marks of a letter that no subset has, and leaves out what it cannot draw", () => {
    expect(textPath({ ...line, text: "x\u0324", font: "bebas" })).toBe(textPath({ ...line, text: "x", font: "bebas" }));
    expect(textPath({ ...line, text: "a東京b", font: "inter" })).toBe(textPath({ ...line, text: "ab", font: "inter" }));
    expect(textPath({ ...line, text: "東京", font: "inter" })).toBe("");
    expect(textPath({ ...line, text: "", font: "inter" })).toBe("");
  });

  it("draws the star and the middle dot of a caption", () => {
    expect(points(textPath({ ...line, text: "★", font: "inter" }))).toHaveLength(10);
    expect(textPath({ ...line, text: "·", font: "inter" })).toContain("M");
  });
});

describe("fitting a text into a box", () => {
  const box = { font: "bebas", maxWidth: 300, maxHeight: 120, maxLines: 3, maxSize: 80, minSize: 10 } as const;

  it.each([
    ["a short title", "Up"],
    [
      "a 120-character title",
      "The Remarkable and Entirely True History of a Very Long Title That Would Not Fit On Any Poster However Hard We Should Try",
    ],
    ["one long word", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch".repeat(3)],
    ["more words than it looks at", "word ".repeat(400)],
  ])("keeps %s inside", (_, text) => {
    const fitted = fitText({ ...box, text });
    expect(fitted.lines.length).toBeGreaterThan(0);
    expect(fitted.lines.length).toBeLessThanOrEqual(3);
    expect(fitted.size).toBeGreaterThanOrEqual(10);
    expect(fitted.lines.length * fitted.leading).toBeLessThanOrEqual(120.001);
    for (const shown of fitted.lines) expect(textWidth(shown, "bebas", fitted.size)).toBeLessThanOrEqual(300.001);
  });

  it("keeps every word of a text that fits, in order", () => {
    const text = "The Good, the Bad and the Ugly";
    expect(fitText({ ...box, text }).lines.join(" ")).toBe(text);
  });

  it("ends a text that is cut with an ellipsis", () => {
    expect(fitText({ ...box, text: "word ".repeat(400) }).lines.at(-1)).toMatch(/…$/);
  });

  it("does not start a line with a dash", () => {
    const { lines } = fitText({ ...box, text: "Episode - Hope", maxLines: 2, maxWidth: 120 });
    expect(lines).toEqual(["Episode -", "Hope"]);
  });

  it("refuses a box without room", () => {
    expect(() => fitText({ ...box, text: "a", maxWidth: 0 })).toThrow(
      /expected a box, sizes and maxLines above 0, received 0 × 120/,
    );
  });
});

describe("the texts of a Vega chart", () => {
  async function chart(): Promise<string> {
    const view = new View(
      parse({
        width: 160,
        height: 90,
        title: "Ratings & <votes>",
        data: [
          {
            name: "t",
            values: [
              { g: "Drama", n: 3 },
              { g: "Film-Noir", n: 5 },
            ],
          },
        ],
        scales: [
          { name: "x", type: "band", domain: { data: "t", field: "g" }, range: "width" },
          { name: "y", domain: { data: "t", field: "n" }, range: "height" },
        ],
        axes: [
          { orient: "bottom", scale: "x", labelAngle: -45, labelAlign: "right" },
          { orient: "left", scale: "y", title: "movies" },
        ],
        marks: [
          {
            type: "rect",
            from: { data: "t" },
            encode: {
              enter: {
                x: { scale: "x", field: "g" },
                width: { scale: "x", band: 1 },
                y: { scale: "y", field: "n" },
                y2: { scale: "y", value: 0 },
              },
            },
          },
          {
            type: "text",
            encode: {
              enter: {
                text: { value: ["two", "lines"] },
                x: { value: 10 },
                y: { value: 10 },
                fill: { value: "#abcdef" },
                opacity: { value: 0.5 },
              },
            },
          },
        ],
      }),
      { renderer: "none" },
    );
    return view.toSVG();
  }

  it("become paths that keep place, rotation, colour and opacity", async () => {
    const before = await chart();
    const after = svgTextToPaths(before);
    expect(before).toContain("<text");
    expect(after).not.toContain("<text");
    expect(after).not.toContain("<tspan");
    expect(after).not.toContain("font-family");
    expect(after).toMatch(
      /<path d="M[^"]+" transform="translate\(-?[\d.]+,[\d.]+\) rotate\(-90\) translate\(0,-2\)" fill="#000" opacity="1"\/>/,
    );
    expect(after).toMatch(/<path d="M[^"]+" transform="translate\(10,10\)" fill="#abcdef" opacity="0.5"\/>/);
    expect(after.replace(/<path d="M[^>]*>/g, "").length).toBeLessThan(before.length);
  });

  it("reads escaped letters, and sets a line of a text below the line before it", () => {
    const text = (content: string): string => `<text font-size="20px" fill="#000">${content}</text>`;
    expect(svgTextToPaths(text("a&lt;b&#233;"))).toBe(svgTextToPaths(text("a<bé".replace("<", "&#x3c;"))));
    const [one] = points(svgTextToPaths(text("<tspan>i</tspan>")));
    const two = points(svgTextToPaths(text('<tspan>i</tspan><tspan x="0" dy="13">i</tspan>')));
    expect(two.at(two.length / 2)?.[1]).toBeCloseTo(one[1] + 13, 1);
  });

  it("leave ink on the rasterised picture", async () => {
    const svg = svgTextToPaths(
      '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20"><text x="4" y="15" font-size="14px" font-weight="bold" fill="#fff">Drama</text></svg>',
    );
    const { channels } = await sharp(Buffer.from(svg)).flatten({ background: "#000" }).greyscale().stats();
    expect(channels[0].max).toBeGreaterThan(200);
  });
});
