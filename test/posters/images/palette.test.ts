import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { colourName, sharedColours } from "../../../src/posters/images/palette.js";
import { createPosterPreview } from "../../../src/posters/images/preview.js";

test.each<[string, [number, number, number]]>([
  ["black", [10, 12, 8]],
  ["black", [44, 44, 44]],
  ["grey", [120, 120, 118]],
  ["light grey", [180, 182, 185]],
  ["white", [250, 250, 250]],
  ["red", [200, 20, 30]],
  ["dark red", [90, 10, 10]],
  ["pink", [250, 170, 175]],
  ["orange", [240, 140, 30]],
  ["brown", [110, 70, 40]],
  ["cream", [245, 230, 200]],
  ["yellow", [240, 220, 40]],
  ["green", [40, 160, 60]],
  ["teal", [40, 150, 160]],
  ["blue", [40, 80, 220]],
  ["dark blue", [10, 20, 90]],
  ["pale blue", [190, 210, 250]],
  ["purple", [130, 50, 220]],
  ["pink", [240, 60, 180]],
])("%s is what %j is called", (name, [red, green, blue]) => {
  expect(colourName(red, green, blue)).toBe(name);
});

describe("a palette", () => {
  test("is the colours of a picture by what they cover", async () => {
    const picture = await sharp(
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="480"><rect width="320" height="480" fill="#000"/>' +
          '<rect width="320" height="160" fill="#d01020"/><rect width="20" height="20" fill="#00f"/></svg>',
      ),
    )
      .png()
      .toBuffer();
    const { palette } = await createPosterPreview(picture);
    expect(palette.map(({ name }) => name)).toEqual(["black", "red"]);
    expect(palette[0].share).toBeCloseTo(2 / 3, 1);
  });

  test("shares with another what both show, most first", () => {
    const one = [
      { name: "black", share: 0.6 },
      { name: "red", share: 0.3 },
      { name: "cream", share: 0.1 },
    ];
    const other = [
      { name: "red", share: 0.5 },
      { name: "black", share: 0.2 },
      { name: "blue", share: 0.2 },
    ];
    expect(sharedColours(one, other)).toEqual(["red", "black"]);
    expect(sharedColours(one, [])).toEqual([]);
  });
});
