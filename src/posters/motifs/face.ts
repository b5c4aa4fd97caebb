/** Face motifs: eyes, keyholes, a hat with a moustache. */
import {
  between,
  circle,
  halo,
  line,
  middle,
  mix,
  n,
  path,
  person,
  pick,
  polygon,
  rect,
  ring,
  type Scene,
} from "./draw-kit.js";

export function eye(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const w = r * 1.12;
  const h = w * between(random, 0.62, 0.78);
  const lid = `M${n(x - w)} ${n(y)}Q${n(x)} ${n(y - h * 1.55)} ${n(x + w)} ${n(y)}Q${n(x)} ${n(y + h * 1.55)} ${n(x - w)} ${n(y)}Z`;
  const clip = scene.define((id) => `<clipPath id="${id}"><path d="${lid}"/></clipPath>`);
  let out = halo(scene, x, y, r * 1.7, p.glow, 0.6);
  const lashes = pick(random, [0, 13, 17]);
  for (let i = 0; i < lashes; i++) {
    const a = -Math.PI + ((i + 0.5) * Math.PI) / lashes;
    out += line(
      x + w * 0.62 * Math.cos(a),
      y + w * 0.62 * Math.sin(a),
      x + w * 1.14 * Math.cos(a),
      y + w * 1.0 * Math.sin(a),
      p.accent,
      4,
      'stroke-linecap="round"',
    );
  }
  const iris = h * 0.66;
  let inner =
    path(lid, p.light) +
    circle(x, y, iris, p.deep) +
    circle(x, y, iris * 0.92, scene.shade(mix(p.accent, p.light, 0.25), p.accent, "radial"));
  for (let i = 0; i < 40; i++) {
    const a = (i * Math.PI) / 20;
    inner += line(
      x + iris * 0.42 * Math.cos(a),
      y + iris * 0.42 * Math.sin(a),
      x + iris * between(random, 0.66, 0.9) * Math.cos(a),
      y + iris * between(random, 0.66, 0.9) * Math.sin(a),
      p.mid,
      1.6,
    );
  }
  inner += circle(x, y, iris * 0.46, p.deep) + circle(x + iris * 0.3, y - iris * 0.34, iris * 0.13, p.light);
  out +=
    `<g clip-path="${clip}">${inner}</g>` +
    path(lid, "none", `stroke="${p.deep}" stroke-width="7" stroke-linejoin="round"`);
  if (random() < 0.5) out += path(`M${n(x)} ${n(y + h * 0.74)}q-15 34 0 46q15 -12 0 -46Z`, p.accent);
  return out;
}

export function keyhole(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const s = r * 0.6;
  const d = `M${n(x - s * 0.5)} ${n(y)}A${n(s * 0.82)} ${n(s * 0.82)} 0 1 1 ${n(x + s * 0.5)} ${n(y)}L${n(x + s * 0.86)} ${n(y + s * 1.6)}H${n(x - s * 0.86)}Z`;
  const clip = scene.define((id) => `<clipPath id="${id}"><path d="${d}"/></clipPath>`);
  let out =
    halo(scene, x, y, r * 1.7, p.glow, 0.7) +
    path(
      d,
      "none",
      `stroke="${p.accent}" stroke-width="3" transform="translate(${n(x)} ${n(y)}) scale(1.14) translate(${n(-x)} ${n(-y)})"`,
    );
  let view = path(d, scene.shade(p.light, p.accent)) + circle(x, y - s * 0.55, s * 0.4, mix(p.accent, p.light, 0.6));
  view +=
    rect(x - r, y + s * 1.05, r * 2, s, p.far) +
    person(x, y + s * 1.42, s * 1.5, p.deep, pick(random, ["coat", "hat", "dress"] as const));
  out += `<g clip-path="${clip}">${view}</g>`;
  return out;
}

export function hat(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  let out = circle(x, y + r * 0.05, r * 0.98, scene.shade(p.light, mix(p.light, p.glow, 0.6)));
  out +=
    path(
      `M${n(x - r * 0.5)} ${n(y - r * 0.26)}C${n(x - r * 0.52)} ${n(y - r * 0.98)} ${n(x + r * 0.52)} ${n(y - r * 0.98)} ${n(x + r * 0.5)} ${n(y - r * 0.26)}Z`,
      p.deep,
    ) + rect(x - r * 0.5, y - r * 0.42, r, r * 0.13, p.accent);
  out += path(
    `M${n(x - r * 0.82)} ${n(y - r * 0.34)}C${n(x - r * 0.5)} ${n(y - r * 0.14)} ${n(x + r * 0.5)} ${n(y - r * 0.14)} ${n(x + r * 0.82)} ${n(y - r * 0.34)}C${n(x + r * 0.66)} ${n(y - r * 0.04)} ${n(x - r * 0.66)} ${n(y - r * 0.04)} ${n(x - r * 0.82)} ${n(y - r * 0.34)}Z`,
    p.deep,
  );
  const low = random();
  if (low < 0.5)
    out += path(
      `M${n(x)} ${n(y + r * 0.3)}C${n(x - r * 0.12)} ${n(y + r * 0.16)} ${n(x - r * 0.34)} ${n(y + r * 0.2)} ${n(x - r * 0.5)} ${n(y + r * 0.44)}C${n(x - r * 0.28)} ${n(y + r * 0.5)} ${n(x - r * 0.1)} ${n(y + r * 0.46)} ${n(x)} ${n(y + r * 0.36)}C${n(x + r * 0.1)} ${n(y + r * 0.46)} ${n(x + r * 0.28)} ${n(y + r * 0.5)} ${n(x + r * 0.5)} ${n(y + r * 0.44)}C${n(x + r * 0.34)} ${n(y + r * 0.2)} ${n(x + r * 0.12)} ${n(y + r * 0.16)} ${n(x)} ${n(y + r * 0.3)}Z`,
      p.deep,
    );
  else
    out += path(
      `M${n(x - r * 0.4)} ${n(y + r * 0.34)}Q${n(x)} ${n(y + r * 0.78)} ${n(x + r * 0.4)} ${n(y + r * 0.34)}Z`,
      p.accent,
    );
  out +=
    polygon(
      [
        [x, y + r * 0.78],
        [x - r * 0.3, y + r * 0.64],
        [x - r * 0.3, y + r * 0.94],
      ],
      p.accent,
    ) +
    polygon(
      [
        [x, y + r * 0.78],
        [x + r * 0.3, y + r * 0.64],
        [x + r * 0.3, y + r * 0.94],
      ],
      p.accent,
    ) +
    circle(x, y + r * 0.79, r * 0.07, p.deep);
  return out;
}

export function glasses(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const s = r * 0.42;
  const tilt = between(random, -8, 8);
  let out = "";
  for (const side of [-1, 1]) {
    const cx = x + side * s * 1.16;
    out +=
      circle(cx, y - s * 0.3, s, scene.shade(p.light, mix(p.light, p.far, 0.3))) + ring(cx, y - s * 0.3, s, p.deep, 15);
    out += circle(cx + s * 0.2, y - s * 0.2, s * 0.3, p.deep) + circle(cx + s * 0.3, y - s * 0.32, s * 0.09, p.light);
    out += line(cx + side * s, y - s * 0.4, cx + side * s * 1.5, y - s * 0.75, p.deep, 12, 'stroke-linecap="round"');
    out += `<path d="M${n(cx - s * 0.7)} ${n(y - s * 1.62)}q${n(s * 0.7)} ${n(-s * 0.5)} ${n(s * 1.4)} 0" fill="none" stroke="${p.mid}" stroke-width="14" stroke-linecap="round"/>`;
  }
  out += `<path d="M${n(x - s * 0.24)} ${n(y - s * 0.4)}q${n(s * 0.24)} ${n(-s * 0.3)} ${n(s * 0.48)} 0" fill="none" stroke="${p.deep}" stroke-width="11"/>`;
  out +=
    path(`M${n(x - s)} ${n(y + s * 1.1)}Q${n(x)} ${n(y + s * 2.5)} ${n(x + s)} ${n(y + s * 1.1)}Z`, p.accent) +
    path(
      `M${n(x - s * 0.86)} ${n(y + s * 1.1)}H${n(x + s * 0.86)}L${n(x + s * 0.7)} ${n(y + s * 1.36)}H${n(x - s * 0.7)}Z`,
      p.light,
    );
  return `<g transform="rotate(${n(tilt)} ${n(x)} ${n(y)})">${out}</g>`;
}
