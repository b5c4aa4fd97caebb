/** Motion motifs: lines towards a point, and something fast. */
import { between, circle, halo, mix, n, path, pick, polar, polygon, rect, type Scene } from "./draw-kit.js";

/** Three fast things, each drawn around the origin and heading right. */
function car({ p }: Scene): string {
  const body = polygon(
    [
      [150, 22],
      [70, -12],
      [10, -42],
      [-70, -44],
      [-120, -16],
      [-150, 24],
    ],
    p.deep,
  );
  const glass = polygon(
    [
      [62, -12],
      [8, -34],
      [-30, -36],
      [-34, -14],
    ],
    p.accent,
  );
  const wheels = [-84, 84].map((x) => circle(x, 26, 27, p.deep) + circle(x, 26, 12, p.light));
  return body + glass + wheels.join("");
}

function jet({ p }: Scene): string {
  const body = path("M168 0C120 -16 60 -20 -110 -14L-140 -58H-116L-74 -12V14L-120 16Q80 22 168 0Z", p.deep);
  return (
    body +
    polygon(
      [
        [40, -2],
        [-70, 76],
        [-34, 78],
        [88, 2],
      ],
      mix(p.deep, p.mid, 0.5),
    ) +
    path("M112 -8Q92 -24 56 -15Q84 -9 112 -8Z", p.accent)
  );
}

function runner({ p }: Scene): string {
  const limb = (d: string, width: number): string =>
    `<path d="${d}" fill="none" stroke="${p.deep}" stroke-width="${width}" stroke-linejoin="round" stroke-linecap="round"/>`;
  const legs = limb("M-8 20L44 44L30 104M-8 20L-40 72L-104 84", 25);
  return (
    legs +
    limb("M20 -62L-34 -34L-58 4M24 -60L66 -22L104 -42", 18) +
    limb("M22 -58L-8 18", 40) +
    circle(48, -102, 25, p.deep)
  );
}

export function speed(scene: Scene): string {
  const { random, box, p } = scene;
  const vx = box.x + box.w * pick(random, [0.08, 0.92]);
  const vy = box.y + box.h * between(random, 0.25, 0.4);
  let out = rect(box.x, box.y, box.w, box.h, scene.shade(p.sky, p.far));
  out += halo(scene, vx, vy, box.w * 0.95, p.glow, 0.95);
  const reach = Math.hypot(box.w, box.h) * 1.1;
  for (let i = 0; i < 46; i++) {
    const a = random() * Math.PI * 2;
    const start = box.w * between(random, 0.12, 0.6);
    const w = between(random, 0.006, 0.05);
    out += polygon(
      [polar(vx, vy, start, a), polar(vx, vy, reach, a - w), polar(vx, vy, reach, a + w)],
      pick(random, [p.deep, p.mid, p.accent, p.far, p.light, p.deep]),
      'opacity=".92"',
    );
  }
  const sign = vx > box.x + box.w / 2 ? -1 : 1;
  const cx = box.x + box.w * 0.5;
  const cy = box.y + box.h * 0.66;
  const thing = pick(random, [car, jet, runner])(scene);
  out += `<g transform="translate(${n(cx)} ${n(cy)}) rotate(${sign * 14}) scale(${sign} 1)">${thing}${rect(-300, -6, 130, 5, p.light)}${rect(-260, 10, 96, 4, p.accent)}</g>`;
  return out;
}
