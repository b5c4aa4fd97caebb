/** Enlarges images bilinearly as torchvision does; libvips' result is half a pixel off. */

/** Interpolation along one axis: each output pixel lies between the input pixels `before` and `after`. */
interface Interpolation {
  before: Int32Array;
  after: Int32Array;
  /** The weight of `after`, in 0..1. */
  weight: Float64Array;
}

const interpolations = new Map<string, Interpolation>();

/** Maps pixel centres to pixel centres. Cached for each pair of sizes: most posters have one of a few. */
function interpolationBetween(fromSize: number, toSize: number): Interpolation {
  const key = `${fromSize} ${toSize}`;
  const cached = interpolations.get(key);
  if (cached !== undefined) return cached;
  const found = { before: new Int32Array(toSize), after: new Int32Array(toSize), weight: new Float64Array(toSize) };
  for (let i = 0; i < toSize; i++) {
    const position = Math.max(0, Math.min(fromSize - 1, ((i + 0.5) * fromSize) / toSize - 0.5));
    found.before[i] = Math.floor(position);
    found.after[i] = Math.min(found.before[i] + 1, fromSize - 1);
    found.weight[i] = position - found.before[i];
  }
  if (interpolations.size >= 1000) interpolations.clear();
  interpolations.set(key, found);
  return found;
}

/** Scales interleaved RGB pixels up to width × height, bilinear, pixel centres on pixel centres; an axis of equal size stays as it is. */
export function enlarge(
  rgb: Uint8Array,
  fromWidth: number,
  fromHeight: number,
  width: number,
  height: number,
): Uint8Array {
  if (fromWidth === width && fromHeight === height) return rgb;
  const vertical = interpolationBetween(fromHeight, height);
  const horizontal = interpolationBetween(fromWidth, width);
  const row = new Float64Array(fromWidth * 3);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const top = vertical.before[y] * fromWidth * 3;
    const bottom = vertical.after[y] * fromWidth * 3;
    const lower = vertical.weight[y];
    for (let i = 0; i < row.length; i++) row[i] = rgb[top + i] + (rgb[bottom + i] - rgb[top + i]) * lower;
    let to = y * width * 3;
    for (let x = 0; x < width; x++) {
      const left = horizontal.before[x] * 3;
      const right = horizontal.after[x] * 3;
      const weight = horizontal.weight[x];
      // Storing into bytes truncates: adding a half rounds.
      out[to++] = row[left] + (row[right] - row[left]) * weight + 0.5;
      out[to++] = row[left + 1] + (row[right + 1] - row[left + 1]) * weight + 0.5;
      out[to++] = row[left + 2] + (row[right + 2] - row[left + 2]) * weight + 0.5;
    }
  }
  return out;
}
