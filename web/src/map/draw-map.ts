/** Draws the part of the map that is in the window. */
import type { ZoomTransform } from "d3-zoom";
import type { PosterMap } from "../api/map.js";
import { type Arrangement, ratio } from "./arrange.js";

export interface Marks {
  /** The loved movies, in the order of their colours. */
  loved: ReadonlyMap<number, number>;
  suggested: ReadonlySet<number>;
}

export interface Scene {
  map: PosterMap;
  atlas: ImageBitmap;
  arrangement: Arrangement;
  /** Pixels of the window for a unit of the arrangement, before any zoom. */
  scale: number;
  transform: ZoomTransform;
  marks: Marks;
  /** The poster under the pointer or chosen by keys. */
  chosen: number | undefined;
  /** A sharper picture of a poster, where it is there already. */
  getSharp(index: number): HTMLImageElement | undefined;
}

/** Posters that are wider than this on the screen are drawn from pictures of their own, unless there are too many to keep. */
const sharpFrom = 64;
const maxSharp = 250;
/** Of a poster, the rest is the gap to the next. */
const filled = 0.94;
const maxLabels = 14;

export interface Colours {
  ink: string;
  raised: string;
  tints: string[];
}

export function readColours(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  // A custom property keeps `light-dark()` as it is written: only a colour of an element is worked out.
  const probe = document.createElement("span");
  element.append(probe);
  const get = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { ink: style.color, raised: get("--raised"), tints: [0, 1, 2].map((i) => get(`--tint-${i}`)) };
  probe.remove();
  return colours;
}

/** Width of a poster on the screen, with the gap to the next. */
export function getPosterSize({ arrangement, transform, scale }: Scene): number {
  return scale * transform.k ** arrangement.growth;
}

/** The indices of the posters that are in the window. */
export function getVisible(
  { arrangement: { x, y }, transform, scale }: Scene,
  width: number,
  height: number,
): number[] {
  const unit = scale * transform.k;
  const [left, top] = [-transform.x / unit, -transform.y / unit];
  const [right, bottom] = [left + width / unit, top + height / unit];
  const visible: number[] = [];
  for (let i = 0; i < x.length; i++) {
    if (x[i] > left - 0.5 && x[i] < right + 0.5 && y[i] > top - ratio / 2 && y[i] < bottom + ratio / 2) visible.push(i);
  }
  return visible;
}

/** Tiles between two looks at the clock. */
const tilesAtOnce = 50;

/** Draws the posters that are in the window, and yields every now and then: without a graphics card thousands take longer than a frame. */
export function* drawPosters(
  context: CanvasRenderingContext2D,
  scene: Scene,
  width: number,
  height: number,
): Generator<undefined> {
  let drawn = 0;
  const visible = getVisible(scene, width, height);
  for (const i of visible) {
    drawPoster(context, scene, i, visible.length);
    if (++drawn % tilesAtOnce === 0) yield;
  }
}

/** Draws what lies over the posters: outlines of the loved, of the suggested and of the chosen one, and the names of clusters. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  width: number,
  height: number,
  colours: Colours,
): void {
  const { map, marks, chosen } = scene;
  const thickness = Math.max(2, Math.min(5, getPosterSize(scene) / 14));
  const visible = getVisible(scene, width, height);
  const outline = (i: number, colour: string, lineWidth: number) => {
    const { left, top, w, h } = drawPoster(context, scene, i, visible.length);
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.strokeRect(left, top, w, h);
  };
  context.clearRect(0, 0, width, height);
  for (const i of visible) {
    const movieId = map.movieIds[i];
    const loved = marks.loved.get(movieId);
    if (loved !== undefined) outline(i, colours.tints[loved], thickness * 1.8);
    else if (marks.suggested.has(movieId)) outline(i, colours.ink, thickness);
  }
  drawLabels(context, scene, colours);
  if (chosen !== undefined) outline(chosen, colours.ink, thickness * 1.5);
}

/** @param visible number of posters in the window */
function drawPoster(
  context: CanvasRenderingContext2D,
  scene: Scene,
  i: number,
  visible: number,
): { left: number; top: number; w: number; h: number } {
  const { map, atlas, arrangement, transform, scale, getSharp } = scene;
  const { columns, tileWidth, tileHeight } = map;
  const unit = scale * transform.k;
  const size = getPosterSize(scene);
  const [w, h] = [size * filled, size * ratio * filled];
  const left = transform.x + arrangement.x[i] * unit - w / 2;
  const top = transform.y + arrangement.y[i] * unit - h / 2;
  const sharp = w >= sharpFrom && visible <= maxSharp ? getSharp(i) : undefined;
  if (sharp !== undefined) context.drawImage(sharp, left, top, w, h);
  else {
    const [x, y] = [(i % columns) * tileWidth, Math.floor(i / columns) * tileHeight];
    context.drawImage(atlas, x, y, tileWidth, tileHeight, left, top, w, h);
  }
  return { left, top, w, h };
}

/** The names of the largest clusters, until one is near enough to see what they are. */
function drawLabels(
  context: CanvasRenderingContext2D,
  { map, arrangement, transform, scale }: Scene,
  colours: Colours,
): void {
  if (transform.k > 3) return;
  const unit = scale * transform.k;
  const sums = map.clusters.map(() => ({ x: 0, y: 0, n: 0 }));
  map.cluster.forEach((cluster, i) => {
    const sum = sums[cluster];
    if (sum === undefined) return;
    sum.x += arrangement.x[i];
    sum.y += arrangement.y[i];
    sum.n++;
  });
  const largest = [...map.clusters.keys()]
    .sort((a, b) => map.clusters[b].size - map.clusters[a].size)
    .slice(0, maxLabels);
  context.font = "600 13px Inter, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const boxes: { x: number; y: number; width: number }[] = [];
  for (const c of largest) {
    const { x, y, n } = sums[c];
    if (n === 0) continue;
    const text = map.clusters[c].name;
    const box = {
      x: transform.x + (x / n) * unit,
      y: transform.y + (y / n) * unit,
      width: context.measureText(text).width + 18,
    };
    // Where two would overlap, that of the larger cluster stands.
    if (
      boxes.some((other) => Math.abs(other.x - box.x) < (other.width + box.width) / 2 && Math.abs(other.y - box.y) < 28)
    )
      continue;
    boxes.push(box);
    context.globalAlpha = 0.9;
    context.fillStyle = colours.raised;
    context.beginPath();
    context.roundRect(box.x - box.width / 2, box.y - 12, box.width, 24, 12);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = colours.ink;
    context.fillText(text, box.x, box.y + 1);
  }
}
