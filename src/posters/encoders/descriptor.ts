/**
 * The built-in encoder `colour-layout`: describes the colours of a poster, their layout, and the orientation of edges.
 * Needs no network and no download. It is a fallback: over 2,523 MovieLens posters its ten nearest neighbours
 * (centred cosine) share 0.206 of their genres (Jaccard), where MobileNetV2's share 0.231 and chance 0.163.
 *
 * Three parts, each of length 1 (or all zeros) before its weight, one after the other:
 *   colours  6 × 6 × 6 histogram of L*, a*, b*, every pixel shared among the 8 nearest bins; square roots  weight 1
 *   layout   8 × 12 cells, row-major, each the mean L* − 30, 1.5 a*, 1.5 b* of its pixels               weight 0.7
 *   edges    8 orientations of the gradient of L*, from 0 to 180°, by its size; square roots             weight 1
 */

const bins = 6;
/** a* and b* from −60 to 60 span the histogram; what is beyond counts to its border. */
const chromaRange = 60;
const columns = 8;
const rows = 12;
const orientations = 8;
const layoutStart = bins ** 3;
const edgesStart = layoutStart + columns * rows * 3;
const layoutWeight = 0.7;
/** A typical poster's lightness, subtracted so that layouts are not similar merely because both are light. */
const typicalLightness = 30;
const chromaGain = 1.5;

/** Components of a description. */
export const descriptorDimension = edgesStart + orientations;
/** What the numbers above were tuned at; other sizes work, and give slightly other edges. */
export const descriptorSize: [number, number] = [64, 96];

/** sRGB byte → linear light, 0..1. */
const linear = Float64Array.from({ length: 256 }, (_, byte) =>
  byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
);

/** The curve of CIE L*a*b*, with its straight piece near black. */
function labCurve(t: number): number {
  return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
}

/** L* of each pixel of the picture in hand. Module scratch: `describePoster` is synchronous and calls nobody. */
let lightness = new Float32Array(0);

/**
 * Describe a poster.
 * @param rgb row-major 8-bit sRGB, interleaved, width × height × 3
 * @param out descriptorDimension components; overwritten
 * @throws {RangeError} when a length does not fit, or the picture is smaller than the 8 × 12 cells
 */
export function describePoster(rgb: Uint8Array, width: number, height: number, out: Float32Array): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < columns || height < rows) {
    throw new RangeError(`expected a picture of at least ${columns} × ${rows} pixels, received ${width} × ${height}`);
  }
  if (rgb.length !== width * height * 3) {
    throw new RangeError(`expected ${width} × ${height} × 3 bytes, received ${rgb.length}`);
  }
  if (out.length !== descriptorDimension) {
    throw new RangeError(`expected an out of ${descriptorDimension} components, received ${out.length}`);
  }
  if (lightness.length < width * height) lightness = new Float32Array(width * height);
  out.fill(0);
  addColours(rgb, width, height, out);
  addEdges(width, height, out);
  takeRoots(out, 0, layoutStart);
  takeRoots(out, edgesStart, descriptorDimension);
  scaleTo(1, out, 0, layoutStart);
  scaleTo(layoutWeight, out, layoutStart, edgesStart);
  scaleTo(1, out, edgesStart, descriptorDimension);
}

/** Fill `lightness`, and add every pixel to its bins and its cell. */
function addColours(rgb: Uint8Array, width: number, height: number, out: Float32Array): void {
  const pixelsPerCell = (width * height) / (columns * rows);
  for (let y = 0; y < height; y++) {
    const cellRow = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const r = linear[rgb[3 * pixel]];
      const g = linear[rgb[3 * pixel + 1]];
      const b = linear[rgb[3 * pixel + 2]];
      // sRGB (D65) to XYZ, each over the white point's
      const fx = labCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
      const fy = labCurve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
      const fz = labCurve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
      const light = 116 * fy - 16;
      const greenRed = 500 * (fx - fy);
      const blueYellow = 200 * (fy - fz);
      lightness[pixel] = light;

      const cell = layoutStart + 3 * (cellRow + Math.floor((x * columns) / width));
      out[cell] += (light - typicalLightness) / pixelsPerCell;
      out[cell + 1] += (chromaGain * greenRed) / pixelsPerCell;
      out[cell + 2] += (chromaGain * blueYellow) / pixelsPerCell;

      const l = toBin(light / 100);
      const u = toBin((greenRed + chromaRange) / (2 * chromaRange));
      const v = toBin((blueYellow + chromaRange) / (2 * chromaRange));
      const l0 = Math.min(Math.floor(l), bins - 2);
      const u0 = Math.min(Math.floor(u), bins - 2);
      const v0 = Math.min(Math.floor(v), bins - 2);
      for (let corner = 0; corner < 8; corner++) {
        const dl = corner >> 2;
        const du = (corner >> 1) & 1;
        const dv = corner & 1;
        const share =
          (dl === 1 ? l - l0 : 1 - l + l0) * (du === 1 ? u - u0 : 1 - u + u0) * (dv === 1 ? v - v0 : 1 - v + v0);
        out[((l0 + dl) * bins + u0 + du) * bins + v0 + dv] += share;
      }
    }
  }
}

/** Maps 0..1 to a position among the bins' centres, 0..bins − 1. */
function toBin(share: number): number {
  return Math.max(0, Math.min(1, share)) * (bins - 1);
}

/** Central differences of `lightness`, each shared between its two nearest orientations; the rim has none across it. */
function addEdges(width: number, height: number, out: Float32Array): void {
  for (let y = 0; y < height; y++) {
    const up = y > 0 && y < height - 1 ? width : 0;
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      const left = x > 0 && x < width - 1 ? 1 : 0;
      const dx = lightness[pixel + left] - lightness[pixel - left];
      const dy = lightness[pixel + up] - lightness[pixel - up];
      const size = Math.sqrt(dx * dx + dy * dy);
      if (size === 0) continue;
      const turn = (Math.atan2(dy, dx) / Math.PI + 1) * orientations;
      const lower = Math.floor(turn);
      out[edgesStart + (lower % orientations)] += size * (1 - turn + lower);
      out[edgesStart + ((lower + 1) % orientations)] += size * (turn - lower);
    }
  }
}

function takeRoots(out: Float32Array, start: number, end: number): void {
  for (let j = start; j < end; j++) out[j] = Math.sqrt(out[j]);
}

/** Give one part this length; a part of zeros stays so. */
function scaleTo(length: number, out: Float32Array, start: number, end: number): void {
  let squares = 0;
  for (let j = start; j < end; j++) squares += out[j] * out[j];
  if (squares === 0) return;
  const factor = length / Math.sqrt(squares);
  for (let j = start; j < end; j++) out[j] *= factor;
}
