/**
 * Converts the texts of a chart to paths. It reads the SVG that Vega 6 writes (`View.toSVG`): attributes in double quotes, several
 * lines as `<tspan>` with `x` and `dy`; it is no parser of any other SVG.
 */
import { type Anchor, type FontName, textOutline } from "../../posters/lettering/lettering-glyphs.js";

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

function attributes(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(/([\w:-]+)="([^"]*)"/g), ([, name, value]) => [name, value]));
}

/** Vega's font weights, in numbers or words, as the three cuts of Inter that charts use. */
function interVariant(weight: string | undefined): FontName {
  if (weight === "bold" || Number(weight) >= 600) return "interBold";
  return weight === "lighter" || Number(weight) <= 300 ? "interLight" : "inter";
}

/** Consumed by the outline itself, hence not carried over to the path. */
const ofText = /^(?:text-anchor|font-.*|x|y|dx|dy|letter-spacing|xml:space|dominant-baseline)$/;

function toPath(head: string, content: string): string {
  const given = attributes(head);
  const number = (value: string | undefined): number => Number.parseFloat(value ?? "0") || 0;
  const size = number(given.get("font-size")) || 11;
  const font = interVariant(given.get("font-weight"));
  const anchor = (given.get("text-anchor") ?? "start") as Anchor;
  const x = number(given.get("x")) + number(given.get("dx"));
  let y = number(given.get("y")) + number(given.get("dy"));
  const spans = Array.from(content.matchAll(/<tspan((?:[^>"]|"[^"]*")*)>([^<]*)<\/tspan>/g), ([, of, text]) => ({
    of,
    text,
  }));
  const lines = spans.length > 0 ? spans : [{ of: "", text: content.replace(/<[^>]*>/g, "") }];
  let outline = "";
  for (const line of lines) {
    const own = attributes(line.of);
    y += number(own.get("dy"));
    const lineX = own.has("x") ? number(own.get("x")) : x;
    outline += textOutline({ text: unescapeXml(line.text), font, size, x: lineX, y, anchor });
  }
  if (outline === "") return "";
  const kept = Array.from(given, ([name, value]) => (ofText.test(name) ? "" : ` ${name}="${value}"`)).join("");
  return `<path d="${outline}"${kept}/>`;
}

/** The same SVG with every `<text>` drawn as a path in Inter, so that it renders the same on every machine. */
export function svgTextToPaths(svg: string): string {
  return svg.replace(/<text\b((?:[^>"]|"[^"]*")*?)(?:\/>|>([\s\S]*?)<\/text>)/g, (_, head, content) =>
    toPath(head, content ?? ""),
  );
}
