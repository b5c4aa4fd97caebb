/** Making pictures larger as torchvision does; libvips makes them half a pixel off. */

/** Where each pixel of a longer side lies on the shorter one: between `before` and the next, `share` of the way. */
interface Places {
  before: Int32Array;
  after: Int32Array;
  share: Float64Array;
}

const placesOf = new Map<string, Places>();

/** Pixel centres on pixel centres. Worked out once for two sizes: most posters are of a few. */
function placesAlong(from: number, to: number): Places {
  const name = `${from} ${to}`;
  const known = placesOf.get(name);
  if (known !== undefined) return known;
  const places = { before: new Int32Array(to), after: new Int32Array(to), share: new Float64Array(to) };
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
    places.before[i] = Math.floor(at);
    places.after[i] = Math.min(places.before[i] + 1, from - 1);
    places.share[i] = at - places.before[i];
  }
  if (placesOf.size >= 1000) placesOf.clear();
  placesOf.set(name, places);
  return places;
}

/** Pixels, RGB interleaved, on longer sides: bilinear, pixel centres on pixel centres; sides that are as wanted stay as they are. */
export function enlarge(
  rgb: Uint8Array,
  fromWidth: number,
  fromHeight: number,
  width: number,
  height: number,
): Uint8Array {
  if (fromWidth === width && fromHeight === height) return rgb;
  const down = placesAlong(fromHeight, height);
  const across = placesAlong(fromWidth, width);
  const row = new Float64Array(fromWidth * 3);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const top = down.before[y] * fromWidth * 3;
    const bottom = down.after[y] * fromWidth * 3;
    const lower = down.share[y];
    for (let i = 0; i < row.length; i++) row[i] = rgb[top + i] + (rgb[bottom + i] - rgb[top + i]) * lower;
    let to = y * width * 3;
    for (let x = 0; x < width; x++) {
      const left = across.before[x] * 3;
      const right = across.after[x] * 3;
      const share = across.share[x];
      // Storing into bytes cuts off: with a half added, that rounds.
      out[to++] = row[left] + (row[right] - row[left]) * share + 0.5;
      out[to++] = row[left + 1] + (row[right + 1] - row[left + 1]) * share + 0.5;
      out[to++] = row[left + 2] + (row[right + 2] - row[left + 2]) * share + 0.5;
    }
  }
  return out;
}
