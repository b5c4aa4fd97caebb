/**
 * Draws a poster from a film's title, year and genres, always the same for the same facts. Used in the demo data set, and
 * for movies without a poster.
 */
import sharp from "sharp";
import { type ShownFormat, shownAvif } from "../images/resize-poster.js";
import {
  type Box,
  contrast,
  hashText,
  mix,
  type Palette,
  pick,
  type Random,
  readable,
  rect,
  type Scene,
  seededRandom,
} from "../motifs/draw-kit.js";
import { type Footing, type MotifName, motifs } from "../motifs/motifs.js";
import { brightMoods, chooseLettering, type Era, eraPalette, getEra, paper } from "./draw-eras.js";
import { getMoods, getMotifs, getPalettes, type Mood } from "./draw-moods.js";
import { drawCredits, drawTitle, shownTitle, type TitleLayout } from "./draw-title.js";

export interface PosterFacts {
  title: string;
  year?: number | null;
  /** As MovieLens names them; unknown ones are ignored. */
  genres: readonly string[];
}

const sheetWidth = 400;
const sheetHeight = 600;

/** Motifs that reach up through the sky: a title above would lie on them. */
const tallMotifs: ReadonlySet<MotifName> = new Set<MotifName>(["forest"]);

interface Plan {
  sheet: Box;
  zone: Box;
  art: Box;
  /** Where the motif's own colours end: below it lies `ground`. */
  ground?: { box: Box; fill: string };
  titleOn: string;
  creditsY: number;
  creditsOn: string;
}

/** Height of the title zone: long titles and big letters get more. */
function zoneHeight(title: string, layout: TitleLayout): number {
  const length = shownTitle(title).length;
  if (layout === "small") return length > 40 ? 120 : 96;
  const base = layout === "giant" ? 150 : layout === "stack" ? 148 : 120;
  return base + Math.min(60, Math.max(0, length - 14) * 2.2);
}

/** Lays out a poster: the title above or below, the motif in the rest, and the background colour of each. */
function planLayout(
  random: Random,
  era: Era,
  name: MotifName,
  footing: Footing,
  layout: TitleLayout,
  title: string,
  p: Palette,
  top: string,
  bottom: string,
): Plan {
  const tall = zoneHeight(title, layout);
  const above = random() < (layout === "stack" || layout === "small" ? 0.5 : 0.32) && !tallMotifs.has(name);
  const side = layout === "stack" || layout === "small" ? 30 : 34;
  const text = { x: side, w: sheetWidth - 2 * side };
  if (era === "print") {
    const edge = 20;
    const art = {
      x: edge,
      y: above ? tall + 12 : edge,
      w: sheetWidth - 2 * edge,
      h: sheetHeight - tall - edge - 12 - 34,
    };
    const y = above ? 14 : art.y + art.h + 4;
    return {
      sheet: art,
      art,
      zone: { ...text, y, h: tall - 6 },
      titleOn: paper,
      creditsY: sheetHeight - 27,
      creditsOn: paper,
    };
  }
  const foot = 44;
  const zone = above ? { ...text, y: 26, h: tall } : { ...text, y: sheetHeight - foot - tall, h: tall };
  const free = above ? { y: zone.y + tall + 8, end: sheetHeight - foot } : { y: 24, end: zone.y - 6 };
  const sheet = { x: 0, y: 0, w: sheetWidth, h: sheetHeight };
  if (footing === "land") {
    const art = { x: 0, y: free.y, w: sheetWidth, h: free.end - free.y };
    return {
      sheet,
      art,
      zone,
      ground: { box: { x: 0, y: free.end, w: sheetWidth, h: sheetHeight - free.end }, fill: p.deep },
      titleOn: above ? top : p.deep,
      creditsY: sheetHeight - 30,
      creditsOn: p.deep,
    };
  }
  if (footing === "full") {
    const fill = pick(random, [p.deep, p.deep, era === "flat" || era === "clean" ? p.light : p.deep]);
    const art = above
      ? { x: 0, y: zone.y + tall + 8, w: sheetWidth, h: sheetHeight - zone.y - tall - 8 - foot }
      : { x: 0, y: 0, w: sheetWidth, h: zone.y - 6 };
    const box = above ? sheet : { x: 0, y: art.h, w: sheetWidth, h: sheetHeight - art.h };
    return { sheet: art, art, zone, ground: { box, fill }, titleOn: fill, creditsY: sheetHeight - 30, creditsOn: fill };
  }
  const shrink = era === "clean" ? 0.2 : 0.04;
  const h = free.end - free.y;
  const art = {
    x: sheetWidth * (0.06 + shrink / 2),
    y: free.y + h * (shrink / 2),
    w: sheetWidth * (0.88 - shrink),
    h: h * (1 - shrink),
  };
  return { sheet, art, zone, titleOn: above ? top : bottom, creditsY: sheetHeight - 30, creditsOn: bottom };
}

function chooseMotif(random: Random, moods: Mood[]): MotifName {
  const [first, second] = moods;
  return second && random() < 0.36 ? pick(random, getMotifs(second)) : pick(random, getMotifs(first));
}

/** Film grain: a tile of noise of 128 pixels, repeated; a sheet of noise would cost ten times as much. */
function grain(seed: number, strength: number): string {
  return `<filter id="grain" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB"><feTurbulence type="fractalNoise" x="0" y="0" width="128" height="128" baseFrequency=".85" numOctaves="2" stitchTiles="stitch" seed="${seed % 997}"/><feColorMatrix x="0" y="0" width="128" height="128" values="0 0 0 0 .06 0 0 0 0 .05 0 0 0 0 .04 0 0 0 2.4 -1.05"/><feTile/></filter><rect width="${sheetWidth}" height="${sheetHeight}" filter="url(#grain)" opacity="${strength}"/>`;
}

/** An SVG of 400 × 600, with no text element and no font: the letters are paths. */
export function drawPoster(facts: PosterFacts): string {
  const year = facts.year ?? undefined;
  const seed = hashText(`${facts.title}|${year ?? ""}`);
  const random = seededRandom(seed);
  const moods = getMoods(facts.genres);
  const mood = moods[0];
  const era = getEra(year);
  const { p, top, bottom } = eraPalette(era, pick(random, getPalettes(mood)), mood);
  const name = chooseMotif(random, moods);
  const { layout, font, capitals } = chooseLettering(random, era, mood);
  const footing = motifs[name].footing;
  const plan = planLayout(random, era, name, footing, layout, facts.title, p, top, bottom);

  const definitions: string[] = [];
  const define = (element: (id: string) => string): string => {
    const id = `d${definitions.length}`;
    definitions.push(element(id));
    return `url(#${id})`;
  };
  const gradient = (from: string, to: string, kind: "down" | "across" | "radial"): string =>
    define((id) => {
      const stops = `<stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/>`;
      if (kind === "radial") return `<radialGradient id="${id}">${stops}</radialGradient>`;
      return `<linearGradient id="${id}" x1="0" y1="0" ${kind === "down" ? 'x2="0" y2="1"' : 'x2="1" y2="0"'}>${stops}</linearGradient>`;
    });
  const soft = era === "neon" || era === "light";
  const scene: Scene = {
    random,
    p,
    box: plan.art,
    soft,
    define,
    shade: (from, to, kind = "down") => (soft ? gradient(from, to, kind) : to),
  };

  const sky = top === bottom ? top : gradient(top, bottom, "down");
  const clip = define(
    (id) => `<clipPath id="${id}">${rect(plan.sheet.x, plan.sheet.y, plan.sheet.w, plan.sheet.h, "#000")}</clipPath>`,
  );
  let art = era === "print" ? rect(0, 0, sheetWidth, sheetHeight, paper) : "";
  if (plan.ground && footing === "full")
    art += rect(plan.ground.box.x, plan.ground.box.y, plan.ground.box.w, plan.ground.box.h, plan.ground.fill);
  art += `<g clip-path="${clip}">${rect(plan.sheet.x, plan.sheet.y, plan.sheet.w, plan.sheet.h, sky)}${motifs[name].draw(scene)}</g>`;
  if (plan.ground && footing === "land")
    art += rect(plan.ground.box.x, plan.ground.box.y, plan.ground.box.w, plan.ground.box.h, plan.ground.fill);
  if (soft) {
    const edges = define(
      (id) =>
        `<radialGradient id="${id}" cx=".5" cy=".45" r=".8"><stop offset=".5" stop-color="${p.deep}" stop-opacity="0"/><stop offset="1" stop-color="${p.deep}" stop-opacity="${brightMoods.has(mood) ? 0.18 : 0.5}"/></radialGradient>`,
    );
    art += rect(0, 0, sheetWidth, sheetHeight, edges);
  }

  const ink = readable(plan.titleOn, p.light, p.deep, paper);
  const accent = contrast(plan.titleOn, p.accent) >= 2 ? p.accent : ink;
  const shine = mix(p.accent, p.glow, 0.5);
  const fill = era === "neon" && contrast(plan.titleOn, shine) >= 4 ? gradient(p.light, shine, "down") : undefined;
  const title = drawTitle({ title: facts.title, year, zone: plan.zone, layout, font, ink, accent, fill, capitals });
  const leftAligned = layout === "stack" || layout === "small";
  const credits = drawCredits(
    random,
    plan.zone.x,
    plan.creditsY,
    plan.zone.w,
    readable(plan.creditsOn, p.light, p.deep, paper),
    leftAligned ? "start" : "middle",
  );
  const texture = grain(seed, era === "print" ? 0.3 : era === "clean" ? 0.14 : 0.23);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sheetWidth}" height="${sheetHeight}" viewBox="0 0 ${sheetWidth} ${sheetHeight}"><defs>${definitions.join("")}</defs>${art}${title}${credits}${texture}</svg>`;
}

const codings = { png: {}, jpeg: { quality: 84 }, webp: { quality: 84, effort: 2 }, avif: shownAvif };

/** The drawn poster as a picture, half as high again as it is wide. @param width pixels */
export function renderPoster(facts: PosterFacts, width = 300, format: ShownFormat = "webp"): Promise<Buffer> {
  // 72 dots to the inch draw the sheet's 400 units as 400 pixels: nothing is resized afterwards.
  return sharp(Buffer.from(drawPoster(facts)), { density: (72 * width) / sheetWidth })
    .flatten({ background: "#000" })
    .toFormat(format, codings[format])
    .toBuffer();
}
