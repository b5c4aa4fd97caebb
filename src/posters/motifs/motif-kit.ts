/** What several motifs share: a disc in the sky, ridges, swells of hills, points on a circle. */
import { between, circle, halo, mix, n, path, polygon, type Scene } from "./draw-kit.js";

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
