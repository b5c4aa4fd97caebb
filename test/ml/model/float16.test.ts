import { expect, it } from "vitest";
import { decodeFloat16, encodeFloat16 } from "../../../src/ml/model/float16.js";

function roundTrip(...values: number[]): number[] {
  const bits = new Uint16Array(values.length);
  encodeFloat16(Float32Array.from(values), bits);
  const out = new Float32Array(values.length);
  decodeFloat16(bits, out);
  return [...out];
}

it("gives every half-precision number back bit for bit", () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter((b) => (b & 0x7c00) !== 0x7c00);
  const values = new Float32Array(bits.length);
  decodeFloat16(bits, values);
  const again = new Uint16Array(bits.length);
  encodeFloat16(values, again);
  expect(again).toEqual(bits);
});

it("knows the numbers that the standard names", () => {
  const out = new Float32Array(6);
  decodeFloat16(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555), out);
  expect([...out]).toEqual([1, -2, 65_504, 2 ** -14, 2 ** -24, Math.fround(0.333251953125)]);
});

it("rounds to the nearest, ties to even", () => {
  // Between 1 and 1 + 2⁻¹⁰ the tie goes to 1; between the next two, to the even one above.
  expect(roundTrip(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20)).toEqual([1, 1 + 2 ** -9, 1 + 2 ** -10]);
  expect(roundTrip(2 ** -25, 3 * 2 ** -25, 2 ** -26)).toEqual([0, 2 ** -23, 0]);
  expect(roundTrip(2047.9999)).toEqual([2048]);
});

it("keeps three decimal digits of anything in range", () => {
  for (let x = 1e-4; x < 6e4; x *= 1.37) expect(Math.abs(roundTrip(x)[0] / x - 1)).toBeLessThan(2 ** -11);
});

it("makes what is out of range infinite, and keeps the sign of zero", () => {
  expect(roundTrip(70_000, -1e30, 65_520)).toEqual([Infinity, -Infinity, Infinity]);
  expect(Object.is(roundTrip(-0)[0], -0)).toBe(true);
  expect(roundTrip(Number.NaN)[0]).toBeNaN();
});
