import { describe, expect, it } from "vitest";
import { createLabelLists } from "../../../src/ml/data/labels.js";
import { settleColdItems } from "../../../src/ml/factors/cold-items.js";
import type { FactorSample } from "../../../src/ml/factors/factor-sample.js";
import { movie } from "../fixtures.js";

describe("items that nobody rated", () => {
  it("get the mean over items and their labels; the mean for later ones is over ratings", () => {
    const movies = [movie(1, "Drama"), movie(2, "Comedy"), movie(3, "Comedy")];
    // One factor and the bias. Drama adds (1, 0.5), Comedy (−1, 0).
    const sample = {
      factors: 1,
      items: Float32Array.of(/* Comedy is the first label */ 3, 1.5, 1, 0, 99, 99),
      implicit: Float32Array.of(1, 1, 2, 2, 3, 3),
      itemMean: Float32Array.of(7, 7),
      itemLabels: Float32Array.of(-1, 0, 1, 0.5),
    } as FactorSample;
    settleColdItems(sample, movies, Float32Array.of(30, 10, 0), createLabelLists([], movies));
    // Beyond labels: (2, 1) with 30 ratings, (2, 0) with 10.
    expect(sample.itemMean).toEqual(Float32Array.of(2, 0.75));
    // The mean over items, 7 and 7 here, with what Comedy adds.
    expect(sample.items).toEqual(Float32Array.of(3, 1.5, 1, 0, 6, 7));
    expect(sample.implicit).toEqual(Float32Array.of(1, 1, 2, 2, 0, 0));
  });
});
