/** Green motifs: hills, woods and a tree, on the lower edge of the box. */
import { between, circle, disc, line, mix, n, person, pick, polygon, rect, type Scene, swell } from "./draw-kit.js";

export function hills(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * pick(random, [0.25, 0.72]);
  const y = box.y + box.h * 0.28;
  let out = "";
  for (let ray = 0; ray < 16; ray++) {
    const a = (ray * Math.PI) / 8;
    out += line(
      x + 62 * Math.cos(a),
      y + 62 * Math.sin(a),
      x + 84 * Math.cos(a),
      y + 84 * Math.sin(a),
      p.accent,
      8,
      'stroke-linecap="round"',
    );
  }
  out += circle(x, y, 48, p.accent);
  const cloud = (cx: number, cy: number, s: number): string =>
    circle(cx - 24 * s, cy, 16 * s, p.light) +
    circle(cx, cy - 10 * s, 24 * s, p.light) +
    circle(cx + 26 * s, cy, 18 * s, p.light) +
    rect(cx - 40 * s, cy, 84 * s, 18 * s, p.light, `rx="${n(9 * s)}"`);
  out += cloud(box.x + box.w * (x > box.x + box.w / 2 ? 0.26 : 0.76), box.y + box.h * between(random, 0.18, 0.34), 0.9);
  out += cloud(box.x + box.w * between(random, 0.4, 0.6), box.y + box.h * between(random, 0.44, 0.5), 0.55);
  out += swell(scene, box.y + box.h * 0.66, box.h * 0.06, 0.9, random(), p.far);
  out += swell(scene, box.y + box.h * 0.78, box.h * 0.06, 0.8, random(), p.mid);
  const foot = box.y + box.h * 0.84;
  for (let tree = 0; tree < 3; tree++) {
    const tx = box.x + box.w * (0.16 + tree * 0.3) + between(random, -20, 20);
    out +=
      rect(tx - 3, foot - 30, 6, 44, p.deep) +
      circle(tx, foot - 44, between(random, 18, 28), pick(random, [p.accent, p.light, p.far]));
  }
  return out + swell(scene, box.y + box.h * 0.92, box.h * 0.035, 1, random(), p.deep);
}

export function forest(scene: Scene): string {
  const { random, box, p, soft } = scene;
  const mx = box.x + box.w * between(random, 0.35, 0.65);
  let out = disc(scene, mx, box.y + box.h * 0.34, box.w * between(random, 0.16, 0.24));
  const bare = random() < 0.5;
  for (let layer = 0; layer < 3; layer++) {
    const colour = [mix(p.far, p.glow, 0.25), p.mid, p.deep][layer];
    const count = bare ? [12, 9, 6][layer] : [13, 10, 8][layer];
    const base = box.y + box.h * (0.8 + layer * 0.1);
    for (let i = 0; i < count; i++) {
      const x = box.x + (box.w * (i + between(random, 0.1, 0.9))) / count;
      if (layer === 2 && Math.abs(x - mx) < 50) continue;
      const w = [5, 9, 17][layer] * between(random, 0.7, 1.3);
      if (bare) {
        out += polygon(
          [
            [x - w * 0.35, box.y - 80],
            [x + w * 0.35, box.y - 80],
            [x + w * 0.6, base + 20],
            [x - w * 0.6, base + 20],
          ],
          colour,
        );
        const by = box.y + box.h * between(random, 0.1, 0.5);
        const way = random() < 0.5 ? -1 : 1;
        out += polygon(
          [
            [x, by],
            [x + way * w * 3.2, by - w * 2.6],
            [x, by + w * 0.7],
          ],
          colour,
        );
      } else {
        const h = box.h * [0.3, 0.38, 0.48][layer] * between(random, 0.75, 1.15);
        for (let tier = 0; tier < 3; tier++) {
          const ty = base + 10 - h + (h * tier) / 3.6;
          const half = w * (1.1 + tier * 0.75);
          out += polygon(
            [
              [x, ty],
              [x + half, ty + h * 0.46],
              [x - half, ty + h * 0.46],
            ],
            colour,
          );
        }
      }
    }
    out += swell(scene, base, 6, 1.2, random(), colour);
    if (soft && layer < 2)
      out += rect(
        box.x,
        base - box.h * 0.3,
        box.w,
        box.h * 0.3 + 40,
        scene.define(
          (id) =>
            `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${p.glow}" stop-opacity="0"/><stop offset="1" stop-color="${p.glow}" stop-opacity=".38"/></linearGradient>`,
        ),
      );
  }
  return out + person(mx + between(random, -14, 14), box.y + box.h * 0.99, box.h * 0.15, p.deep);
}

export function tree(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.4, 0.6);
  const foot = box.y + box.h * 0.93;
  let out = disc(scene, x + between(random, -40, 40), box.y + box.h * 0.42, box.w * between(random, 0.3, 0.37));
  let leaves = "";
  const leafy = random() < 0.6;
  const branch = (bx: number, by: number, length: number, angle: number, width: number, depth: number): void => {
    const ex = bx + length * Math.cos(angle);
    const ey = by + length * Math.sin(angle);
    out += line(bx, by, ex, ey, p.deep, width, 'stroke-linecap="round"');
    if (depth === 0) {
      if (leafy)
        leaves += circle(ex, ey, between(random, 6, 13), pick(random, [p.mid, p.light, p.mid, p.far]), 'opacity=".92"');
      return;
    }
    for (const turn of [-1, 1])
      branch(
        ex,
        ey,
        length * between(random, 0.66, 0.84),
        angle + turn * between(random, 0.24, 0.6),
        width * 0.66,
        depth - 1,
      );
  };
  branch(x, foot + 10, box.h * 0.2, -Math.PI / 2 + between(random, -0.1, 0.1), 13, 5);
  out += leaves + swell(scene, foot, 8, 0.6, random(), p.deep);
  return out + person(x + box.w * pick(random, [-0.24, 0.24]), foot + 4, box.h * 0.13, p.deep, "dress");
}
