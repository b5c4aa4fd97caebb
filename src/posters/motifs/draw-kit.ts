/** Shared by the drawings: seeded random numbers, colours, the scene that a motif draws into, and common shapes. */

import type { Random } from "../../random.js";

export { mulberry32 as seededRandom, type Random } from "../../random.js";

/** FNV-1a over UTF-16 units: the seed of a film. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)];
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** A coordinate as text: one decimal is a quarter of a pixel less than anyone sees. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** `#rrggbb` between two colours; `amount` 0 is the first, 1 the second. */
export function mix(a: string, b: string, amount: number): string {
  const to = channels(b);
  const mixed = channels(a).map((value, i) => Math.round(value + (to[i] - value) * amount));
  return `#${mixed.map((value) => Math.max(0, Math.min(255, value)).toString(16).padStart(2, "0")).join("")}`;
}

/** Relative luminance of WCAG 2, in [0, 1]. */
export function luminance(colour: string): number {
  const [r, g, b] = channels(colour).map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of WCAG 2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * The first of the inks that reads on the ground at 4.5 to 1; else cream or near black; else white or black, one of
 * which always does (4.58 at the least).
 */
export function readable(ground: string, ...inks: string[]): string {
  const dark = luminance(ground) < 0.18;
  const inOrder = [...inks, dark ? "#fdf8ee" : "#100e0d"];
  return inOrder.find((ink) => contrast(ground, ink) >= 4.5) ?? (dark ? "#ffffff" : "#000000");
}

/** Seven colours from far to near, as a landscape has them; every motif uses them by role. */
export interface Palette {
  sky: string;
  /** Light in the sky. */
  glow: string;
  far: string;
  mid: string;
  /** The nearest layer, close to black. */
  deep: string;
  accent: string;
  /** Paper, highlights, text on dark. */
  light: string;
}

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** What a motif gets. It draws inside `box`, over a sky that is already there. */
export interface Scene {
  random: Random;
  p: Palette;
  box: Box;
  /** Flat colour with hard edges, or soft light. */
  soft: boolean;
  /** A gradient from one colour (top, or centre) to another where the style is soft; the second where it is flat. */
  shade(from: string, to: string, kind?: "down" | "across" | "radial"): string;
  /** Defines an element (clip path, gradient) and returns its `url(#id)`. */
  define(element: (id: string) => string): string;
}

export function circle(x: number, y: number, r: number, fill: string, more = ""): string {
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" ${more}/>`;
}

export function ring(x: number, y: number, r: number, stroke: string, width: number, more = ""): string {
  return `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="none" stroke="${stroke}" stroke-width="${n(width)}" ${more}/>`;
}

export function rect(x: number, y: number, w: number, h: number, fill: string, more = ""): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}" ${more}/>`;
}

export function path(d: string, fill: string, more = ""): string {
  return `<path d="${d}" fill="${fill}" ${more}/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, width: number, more = ""): string {
  return `<path d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}" stroke="${stroke}" stroke-width="${n(width)}" fill="none" ${more}/>`;
}

export function polygon(points: readonly (readonly [number, number])[], fill: string, more = ""): string {
  return `<path d="M${points.map(([x, y]) => `${n(x)} ${n(y)}`).join("L")}Z" fill="${fill}" ${more}/>`;
}

/** A halo of light around a point: the soft style's lamp; nothing in the flat style. */
export function halo(scene: Scene, x: number, y: number, r: number, colour: string, strength = 0.8): string {
  if (!scene.soft) return "";
  const fill = scene.define(
    (id) =>
      `<radialGradient id="${id}"><stop offset="0" stop-color="${colour}" stop-opacity="${strength}"/><stop offset=".35" stop-color="${colour}" stop-opacity="${n(strength * 0.5)}"/><stop offset="1" stop-color="${colour}" stop-opacity="0"/></radialGradient>`,
  );
  return circle(x, y, r, fill);
}

/** A standing person seen from afar, feet at (x, y). Long coat, arms at the sides. */
export function person(
  x: number,
  y: number,
  height: number,
  fill: string,
  kind: "coat" | "dress" | "hat" = "coat",
): string {
  const u = height / 100;
  const point = (dx: number, dy: number): string => `${n(x + dx * u)} ${n(y - dy * u)}`;
  const head = circle(x, y - 91 * u, 7.5 * u, fill);
  const hat =
    kind === "hat"
      ? path(
          `M${point(-15, 94)}L${point(15, 94)}L${point(14, 97)}L${point(8, 97)}L${point(7, 106)}L${point(-7, 106)}L${point(-8, 97)}L${point(-14, 97)}Z`,
          fill,
        )
      : "";
  const body =
    kind === "dress"
      ? `M${point(-9, 80)}Q${point(0, 84)} ${point(9, 80)}L${point(6, 58)}L${point(21, 18)}L${point(7, 18)}L${point(6, 0)}L${point(2, 0)}L${point(1, 18)}L${point(-2, 18)}L${point(-3, 0)}L${point(-7, 0)}L${point(-7, 18)}L${point(-21, 18)}L${point(-6, 58)}Z`
      : `M${point(-6, 82)}Q${point(-15, 80)} ${point(-17, 70)}L${point(-18, 42)}L${point(-13, 40)}L${point(-15, 20)}L${point(-9, 20)}L${point(-9, 0)}L${point(-2, 0)}L${point(0, 22)}L${point(2, 0)}L${point(9, 0)}L${point(9, 20)}L${point(15, 20)}L${point(13, 40)}L${point(18, 42)}L${point(17, 70)}Q${point(15, 80)} ${point(6, 82)}Z`;
  return head + hat + path(body, fill);
}

export type Point = readonly [number, number];

export function polar(x: number, y: number, r: number, angle: number): Point {
  return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
}

/** Centre of the box and a radius that fits in it. */
export function middle(scene: Scene): { x: number; y: number; r: number } {
  const { box } = scene;
  return { x: box.x + box.w / 2, y: box.y + box.h / 2, r: Math.min(box.w, box.h) * 0.43 };
}

/** The disc that most landscapes have in their sky, with its halo where light is soft. */
export function disc(scene: Scene, x: number, y: number, r: number): string {
  const { p, soft } = scene;
  const fill = scene.shade(mix(p.accent, p.light, 0.45), p.accent);
  return (soft ? halo(scene, x, y, r * 2.6, mix(p.glow, p.light, 0.2), 0.75) : "") + circle(x, y, r, fill);
}

/** A ridge from the left edge to the right by midpoint displacement: points, ends included. */
export function ridge(scene: Scene, y: number, height: number, roughness: number): Point[] {
  const { random, box } = scene;
  let heights = [between(random, 0, 1), between(random, 0.2, 1), between(random, 0, 1)];
  let swing = 0.55;
  for (let round = 0; round < 4; round++) {
    heights = heights.flatMap((h, i) =>
      i === 0 ? [h] : [(heights[i - 1] + h) / 2 + between(random, -swing, swing), h],
    );
    swing *= roughness;
  }
  return heights.map((h, i) => [box.x + (box.w * i) / (heights.length - 1), y - h * height] as const);
}

export function filled(scene: Scene, points: Point[], fill: string): string {
  const { box } = scene;
  const bottom = box.y + box.h + 2;
  return polygon([...points, [box.x + box.w + 1, bottom], [box.x - 1, bottom]], fill);
}

/** A soft wave of hills as a smooth path. `drift` shifts its phase. */
export function swell(scene: Scene, y: number, height: number, periods: number, drift: number, fill: string): string {
  const { box } = scene;
  let d = `M${n(box.x - 2)} ${n(box.y + box.h + 2)}`;
  for (let i = 0; i <= 40; i++) {
    const t = i / 40;
    const up =
      Math.sin((t * periods + drift) * 2 * Math.PI) + 0.35 * Math.sin((t * periods * 2.3 + drift * 3) * 2 * Math.PI);
    d += `L${n(box.x - 2 + (box.w + 4) * t)} ${n(y - up * height)}`;
  }
  return path(`${d}L${n(box.x + box.w + 2)} ${n(box.y + box.h + 2)}Z`, fill);
}
