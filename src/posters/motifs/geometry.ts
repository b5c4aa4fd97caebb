/** Geometric motifs around a centre: rays, rings, spirals, shards. */
import {
  between,
  circle,
  halo,
  middle,
  mix,
  n,
  type Point,
  path,
  person,
  pick,
  polar,
  polygon,
  rect,
  ring,
  type Scene,
} from "./draw-kit.js";

export function rays(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.4, 0.6);
  const y = box.y + box.h * between(random, 0.48, 0.62);
  const count = pick(random, [14, 18, 22]);
  const reach = Math.hypot(box.w, box.h);
  let out = rect(box.x, box.y, box.w, box.h, scene.shade(p.sky, mix(p.sky, p.far, 0.3)));
  for (let i = 0; i < count; i++) {
    const a = ((i + 0.25) * 2 * Math.PI) / count;
    out += polygon(
      [[x, y], polar(x, y, reach, a), polar(x, y, reach, a + Math.PI / count)],
      scene.soft ? mix(p.far, p.glow, 0.15) : p.far,
    );
  }
  out += halo(scene, x, y, box.w * 0.6, p.glow, scene.soft ? 0.95 : 0.01);
  const r = box.w * between(random, 0.19, 0.25);
  out += circle(x, y, r + 12, p.deep) + circle(x, y, r, p.accent);
  const mark: Point[] = Array.from({ length: 10 }, (_, i) =>
    polar(x, y, r * (i % 2 === 0 ? 0.66 : 0.26), (i * Math.PI) / 5 - Math.PI / 2),
  );
  return out + polygon(mark, p.light);
}

export function burst(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  let out = halo(scene, x, y, r * 1.7, p.glow, 0.8);
  for (let layer = 0; layer < 4; layer++) {
    const spikes = 15 + layer * 2;
    const size = r * (1.08 - layer * 0.24);
    const points: Point[] = Array.from({ length: spikes * 2 }, (_, i) =>
      polar(
        x,
        y,
        size * (i % 2 === 0 ? between(random, 0.86, 1.16) : between(random, 0.52, 0.62)),
        (i * Math.PI) / spikes + layer,
      ),
    );
    out += polygon(points, [p.deep, p.far, p.accent, p.light][layer]);
  }
  return out + person(x, y + r * 0.2, r * 0.42, p.deep);
}

export function target(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  let out = "";
  const rings = 5;
  for (let i = 0; i < rings; i++)
    out += circle(x, y, r * (1 - i / rings), i % 2 === 0 ? (i === 0 ? p.deep : p.accent) : p.light);
  out += `<path d="M${n(x - r * 1.15)} ${n(y)}H${n(x + r * 1.15)}M${n(x)} ${n(y - r * 1.15)}V${n(y + r * 1.15)}" stroke="${p.deep}" stroke-width="3"/>`;
  out += person(x, y + r * 0.52, r * 0.98, p.deep, pick(random, ["coat", "hat"] as const));
  for (let i = 0; i < 3; i++) {
    const [hx, hy] = polar(x, y, r * between(random, 0.5, 0.85), random() * 6.28);
    out += circle(hx, hy, 7, p.deep) + ring(hx, hy, 10, p.light, 1.5);
  }
  return out;
}

export function spiral(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const turns = between(random, 3.2, 4.4);
  const way = random() < 0.5 ? 1 : -1;
  let out = halo(scene, x, y, r * 1.5, p.glow, 0.6);
  for (let arm = 0; arm < 2; arm++) {
    const outer: Point[] = [];
    const inner: Point[] = [];
    for (let i = 0; i <= 150; i++) {
      const t = i / 150;
      const a = way * (t * turns * 2 * Math.PI + arm * Math.PI);
      const radius = r * 1.14 * t ** 1.25;
      outer.push(polar(x, y, radius, a));
      inner.unshift(polar(x, y, radius * 0.9 - 0.02, a + way * 0.28));
    }
    out += polygon([...outer, ...inner], arm === 0 ? p.accent : p.light);
  }
  return (
    out +
    `<g transform="rotate(${n(between(random, -40, 40))} ${n(x)} ${n(y)})">${person(x, y + r * 0.2, r * 0.42, p.deep)}</g>`
  );
}

export function shards(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.38, 0.62);
  const y = box.y + box.h * between(random, 0.4, 0.55);
  const count = 17;
  const angles = Array.from({ length: count }, (_, i) => ((i + between(random, -0.32, 0.32)) * 2 * Math.PI) / count);
  const radii = [0, box.w * 0.13, box.w * 0.34, Math.hypot(box.w, box.h)];
  const jitter = angles.map(() => radii.map((r, k) => (k === 3 ? r : r * between(random, 0.72, 1.28))));
  const colours = [p.deep, p.mid, p.far, p.mid, p.deep, mix(p.far, p.glow, 0.5), p.accent];
  let out = rect(box.x, box.y, box.w, box.h, p.deep);
  for (let k = 2; k >= 0; k--) {
    for (let i = 0; i < count; i++) {
      const j = (i + 1) % count;
      const fill = k === 0 ? p.light : k === 1 && random() < 0.3 ? p.accent : pick(random, colours);
      out += polygon(
        [
          polar(x, y, jitter[i][k], angles[i]),
          polar(x, y, jitter[i][k + 1], angles[i]),
          polar(x, y, jitter[j][k + 1], angles[j]),
          polar(x, y, jitter[j][k], angles[j]),
        ],
        fill,
        `stroke="${p.light}" stroke-width="1.1"`,
      );
    }
  }
  return out + circle(x, y, box.w * 0.05, p.deep);
}

export function claws(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const way = random() < 0.5 ? 1 : -1;
  let out = halo(scene, x, y, r * 1.6, p.glow, 0.7);
  for (let i = 0; i < 4; i++) {
    const cx = x + (i - 1.5) * r * 0.48;
    const top = y - r * between(random, 0.9, 1.15);
    const bottom = y + r * between(random, 0.85, 1.15);
    const bend = way * r * 0.36;
    const wide = r * between(random, 0.1, 0.16);
    out += path(
      `M${n(cx + bend)} ${n(top)}Q${n(cx - bend * 0.2 - wide)} ${n(y)} ${n(cx - bend)} ${n(bottom)}Q${n(cx - bend * 0.2 + wide)} ${n(y)} ${n(cx + bend)} ${n(top)}Z`,
      i === 1 ? p.light : p.accent,
    );
    out += circle(cx - bend + between(random, -4, 4), bottom + 14, between(random, 2, 5), p.accent);
  }
  return out;
}
