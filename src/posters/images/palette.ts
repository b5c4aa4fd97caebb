/** Names a poster's colours, such as `black`, `dark blue`, `cream`. */

/** A colour and the share of the picture that it covers. */
export interface NamedColour {
  name: string;
  /** Mean of the pixels of this name, such as `#1a2b3c`. */
  hex: string;
  /** In 0..1. */
  share: number;
}

/** Colours that cover less are left out. */
const minShare = 0.06;

/**
 * The main colours of a picture, largest share first.
 * @param rgb interleaved, three bytes a pixel
 */
export function namedColours(rgb: Uint8Array): NamedColour[] {
  const sums = new Map<string, { count: number; red: number; green: number; blue: number }>();
  for (let offset = 0; offset + 2 < rgb.length; offset += 3) {
    const [red, green, blue] = [rgb[offset], rgb[offset + 1], rgb[offset + 2]];
    const name = colourName(red, green, blue);
    const sum = sums.get(name) ?? { count: 0, red: 0, green: 0, blue: 0 };
    sums.set(name, sum);
    sum.count++;
    sum.red += red;
    sum.green += green;
    sum.blue += blue;
  }
  const pixels = rgb.length / 3;
  return [...sums]
    .map(([name, { count, red, green, blue }]) => ({
      name,
      hex: toHex(red / count, green / count, blue / count),
      share: count / pixels,
    }))
    .filter(({ share }) => share >= minShare)
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
}

function toHex(...channels: number[]): string {
  return `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
}

/** The name of one colour: of its hue where it has one, else of its lightness. @param red, green, blue 0..255 */
export function colourName(red: number, green: number, blue: number): string {
  const max = Math.max(red, green, blue);
  const min = Math.min(red, green, blue);
  const chroma = max - min;
  const lightness = (max + min) / 510;
  if (max < 45) return "black";
  if (chroma < 26)
    return lightness > 0.85 ? "white" : lightness > 0.6 ? "light grey" : lightness > 0.3 ? "grey" : "black";
  const sixth =
    max === red
      ? ((green - blue) / chroma + 6) % 6
      : max === green
        ? (blue - red) / chroma + 2
        : (red - green) / chroma + 4;
  const hue = sixth * 60;
  const vivid = chroma > 90;
  if (hue >= 15 && hue < 50) {
    if (lightness > 0.78) return "cream";
    if (!vivid || lightness < 0.4) return "brown";
    return "orange";
  }
  const name =
    hue < 15 || hue >= 345
      ? "red"
      : hue < 70
        ? "yellow"
        : hue < 165
          ? "green"
          : hue < 200
            ? "teal"
            : hue < 255
              ? "blue"
              : hue < 290
                ? "purple"
                : "pink";
  if (name === "red" && lightness > 0.7) return "pink";
  if (lightness < 0.27) return `dark ${name}`;
  if (lightness > 0.78) return `pale ${name}`;
  return name;
}

/** Colours that two posters share, by the smaller of their shares, largest first. */
export function sharedColours(
  one: readonly Pick<NamedColour, "name" | "share">[],
  other: readonly Pick<NamedColour, "name" | "share">[],
): string[] {
  const shares = new Map(other.map(({ name, share }) => [name, share]));
  return one
    .flatMap(({ name, share }) => (shares.has(name) ? [{ name, share: Math.min(share, shares.get(name)!) }] : []))
    .sort((a, b) => b.share - a.share)
    .map(({ name }) => name);
}
