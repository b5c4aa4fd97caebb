/** Love motifs: hearts and couples. */
import {
  between,
  circle,
  halo,
  middle,
  mix,
  n,
  path,
  person,
  pick,
  polar,
  rect,
  ring,
  type Scene,
} from "./draw-kit.js";

export function couple(scene: Scene): string {
  const { random, box, p, soft } = scene;
  const x = box.x + box.w * 0.5;
  const y = box.y + box.h * 0.5;
  const r = box.w * between(random, 0.33, 0.4);
  const foot = box.y + box.h * 0.92;
  let out =
    (soft ? halo(scene, x, y, r * 1.7, p.glow, 0.8) : "") +
    circle(x, y, r, scene.shade(mix(p.accent, p.light, 0.35), p.accent));
  out += ring(x, y, r + 12, p.light, 1.2, 'opacity=".6"') + rect(box.x, foot - 6, box.w, box.h * 0.1 + 8, p.deep);
  const gap = between(random, 16, 46);
  out +=
    person(x - gap, foot, box.h * 0.46, p.deep, "dress") +
    person(
      x + gap,
      foot,
      box.h * 0.5,
      soft ? p.deep : mix(p.deep, p.mid, 0.25),
      pick(random, ["coat", "hat"] as const),
    );
  return out;
}

export function hearts(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const heart = (s: number): string =>
    `M${n(x)} ${n(y + s * 0.92)}C${n(x - s * 1.5)} ${n(y - s * 0.05)} ${n(x - s * 0.86)} ${n(y - s * 1.12)} ${n(x)} ${n(y - s * 0.42)}C${n(x + s * 0.86)} ${n(y - s * 1.12)} ${n(x + s * 1.5)} ${n(y - s * 0.05)} ${n(x)} ${n(y + s * 0.92)}Z`;
  const kind = Math.floor(random() * 3);
  let out = halo(scene, x, y, r * 1.6, p.glow, 0.7);
  if (kind === 0) {
    [p.mid, p.far, p.accent, p.light, p.deep].forEach((colour, i) => {
      out += path(heart(r * (1.02 - i * 0.2)), colour);
    });
  } else if (kind === 1) {
    const half = scene.define(
      (id) => `<clipPath id="${id}"><rect x="${n(x)}" y="0" width="400" height="600"/></clipPath>`,
    );
    out +=
      path(heart(r), scene.shade(p.accent, mix(p.accent, p.mid, 0.5))) +
      `<g clip-path="${half}">${path(heart(r), p.deep)}</g>`;
    out +=
      person(x - r * 0.3, y + r * 0.34, r * 0.72, p.light, "dress") +
      person(x + r * 0.3, y + r * 0.34, r * 0.76, p.light);
  } else {
    const s = r * 0.66;
    out += `<g transform="translate(${n(-r * 0.28)} ${n(r * 0.1)}) rotate(-14 ${n(x)} ${n(y)})">${path(heart(s), p.accent)}</g><g transform="translate(${n(r * 0.34)} ${n(-r * 0.12)}) rotate(12 ${n(x)} ${n(y)})">${path(heart(s), p.deep, 'opacity=".86"')}</g>`;
  }
  return out;
}

export function circles(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const a = between(random, -0.5, 0.5);
  const d = r * 0.4;
  const s = r * 0.68;
  const [x1, y1] = polar(x, y, -d, a);
  const [x2, y2] = polar(x, y, d, a);
  const clip = scene.define(
    (id) => `<clipPath id="${id}"><circle cx="${n(x1)}" cy="${n(y1)}" r="${n(s)}"/></clipPath>`,
  );
  let out = halo(scene, x, y, r * 1.6, p.glow, 0.6);
  out +=
    circle(x1, y1, s, scene.shade(p.accent, mix(p.accent, p.mid, 0.4))) +
    circle(x2, y2, s, scene.shade(p.mid, mix(p.mid, p.deep, 0.3)));
  out +=
    `<g clip-path="${clip}">${circle(x2, y2, s, p.deep)}</g>` +
    ring(x1, y1, s + 11, p.light, 1.5, 'opacity=".8"') +
    ring(x2, y2, s + 11, p.light, 1.5, 'opacity=".8"');
  return (
    out +
    circle(...polar(x, y, r * 1.08, a + Math.PI / 2), 7, p.accent) +
    circle(...polar(x, y, -r * 1.08, a + Math.PI / 2), 7, p.light)
  );
}
