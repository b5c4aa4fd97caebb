/** Sky motifs: sun, moon and water: the sky leads, the ground is a strip of `deep`. */
import {
  between,
  circle,
  disc,
  halo,
  line,
  mix,
  n,
  person,
  pick,
  polygon,
  rect,
  ring,
  type Scene,
  swell,
} from "./draw-kit.js";

export function waves(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.35, 0.65);
  let out = disc(scene, x, box.y + box.h * 0.36, box.w * between(random, 0.2, 0.27));
  const layers = 7;
  for (let i = 0; i < layers; i++) {
    const t = i / (layers - 1);
    const y = box.y + box.h * (0.48 + 0.47 * t);
    if (i === 2) {
      const bx = box.x + box.w * between(random, 0.25, 0.7);
      out +=
        polygon(
          [
            [bx - 30, y - 24],
            [bx + 32, y - 24],
            [bx + 20, y],
            [bx - 20, y],
          ],
          p.deep,
        ) +
        polygon(
          [
            [bx, y - 28],
            [bx, y - 96],
            [bx + 34, y - 32],
          ],
          p.light,
        ) +
        polygon(
          [
            [bx - 4, y - 30],
            [bx - 4, y - 82],
            [bx - 26, y - 32],
          ],
          p.accent,
        );
    }
    const colour = t < 0.5 ? mix(p.far, p.mid, t * 2) : mix(p.mid, p.deep, t * 2 - 1);
    out += swell(scene, y, 7 + 5 * t, 2.5 - t, random(), scene.shade(mix(colour, p.glow, 0.3 * (1 - t)), colour));
  }
  return out;
}

export function horizon(scene: Scene): string {
  const { random, box, p } = scene;
  const y = box.y + box.h * between(random, 0.66, 0.74);
  const x = box.x + box.w * between(random, 0.3, 0.7);
  let out = disc(scene, x, y - box.h * 0.02, box.w * between(random, 0.26, 0.34));
  out += rect(box.x, y, box.w, box.y + box.h - y + 2, scene.shade(mix(p.mid, p.far, 0.3), p.mid));
  for (let i = 0; i < 9; i++) {
    const w = box.w * between(random, 0.08, 0.42) * (1 - i * 0.07);
    out += rect(
      x - w / 2 + between(random, -14, 14),
      y + 7 + i * i * 0.9 + i * 4,
      w,
      2 + i * 0.35,
      p.accent,
      'rx="1.5" opacity=".8"',
    );
  }
  out += swell(scene, box.y + box.h * 0.97, box.h * 0.02, 0.7, random(), p.deep);
  return (
    out +
    person(
      box.x + box.w * (x > box.x + box.w / 2 ? 0.24 : 0.76),
      box.y + box.h * 0.985,
      box.h * 0.2,
      p.deep,
      pick(random, ["coat", "dress", "hat"] as const),
    )
  );
}

export function moonlit(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.35, 0.65);
  const y = box.y + box.h * 0.34;
  const r = box.w * between(random, 0.18, 0.25);
  let out = halo(scene, x, y, r * 2.4, p.glow, 0.6);
  for (let i = 0; i < 40; i++)
    out += circle(
      box.x + random() * box.w,
      box.y - 60 + random() * (box.h * 0.6 + 60),
      between(random, 0.6, 1.8),
      p.light,
      'opacity=".8"',
    );
  const m = scene.define(
    (id) =>
      `<mask id="${id}"><rect x="0" y="0" width="400" height="600" fill="#fff"/><circle cx="${n(x + r * 0.42)}" cy="${n(y - r * 0.16)}" r="${n(r * 0.86)}" fill="#000"/></mask>`,
  );
  out += circle(x, y, r, scene.shade(p.light, p.accent), `mask="${m}"`);
  for (let i = 0; i < 3; i++)
    out += swell(
      scene,
      box.y + box.h * (0.68 + i * 0.12),
      box.h * 0.045,
      0.8 + i * 0.2,
      random(),
      [p.far, p.mid, p.deep][i],
    );
  const px = box.x + box.w * between(random, 0.3, 0.7);
  return (
    out +
    person(px, box.y + box.h * 0.94, box.h * 0.15, p.deep, "dress") +
    (random() < 0.6 ? person(px + 22, box.y + box.h * 0.94, box.h * 0.165, p.deep) : "")
  );
}

export function suns(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * 0.5;
  const y = box.y + box.h * between(random, 0.5, 0.58);
  const rings = pick(random, [5, 6]);
  const colours = [
    mix(p.far, p.glow, 0.2),
    p.far,
    mix(p.far, p.accent, 0.5),
    p.accent,
    mix(p.accent, p.light, 0.5),
    p.light,
  ];
  let out = "";
  for (let i = 0; i < rings; i++) out += circle(x, y, box.w * (0.47 - (i * 0.38) / rings), colours[i + (6 - rings)]);
  out += ring(x, y, box.w * 0.5, p.light, 1, 'opacity=".5"');
  for (let i = 0; i < 3; i++)
    out += swell(
      scene,
      box.y + box.h * (0.76 + i * 0.09),
      box.h * 0.022,
      0.9,
      random(),
      [p.mid, mix(p.mid, p.deep, 0.55), p.deep][i],
    );
  return (
    out +
    person(
      x + between(random, -50, 50),
      box.y + box.h * 0.95,
      box.h * 0.13,
      p.deep,
      pick(random, ["coat", "dress"] as const),
    )
  );
}

export function grid(scene: Scene): string {
  const { random, box, p } = scene;
  const horizon = box.y + box.h * 0.6;
  const cx = box.x + box.w / 2;
  const r = box.w * between(random, 0.24, 0.32);
  let out = halo(scene, cx, horizon - r * 0.5, r * 2.2, p.glow, 0.7);
  for (let i = 0; i < 34; i++)
    out += circle(
      box.x + random() * box.w,
      box.y - 60 + random() * box.h * 0.6,
      between(random, 0.5, 1.5),
      p.light,
      'opacity=".8"',
    );
  const clip = scene.define((id) => {
    let bands = "";
    for (let y = horizon - 2 * r - 20, gap = 0; y < horizon; y += 17, gap += 0.62)
      bands += `<rect x="0" y="${n(y)}" width="400" height="${n(Math.max(3, 17 - gap))}"/>`;
    return `<clipPath id="${id}">${bands}</clipPath>`;
  });
  out += `<g clip-path="${clip}">${circle(cx, horizon - r * 0.62, r, scene.shade(mix(p.accent, p.light, 0.5), p.accent))}</g>`;
  out +=
    rect(box.x, horizon, box.w, box.h * 0.42, scene.shade(p.mid, p.deep)) +
    line(box.x, horizon, box.x + box.w, horizon, p.light, 2);
  let lines = "";
  for (let i = -14; i <= 14; i++) lines += `M${n(cx + i * 9)} ${n(horizon)}L${n(cx + i * 62)} ${n(box.y + box.h + 2)}`;
  for (let i = 1; i < 9; i++) lines += `M${n(box.x)} ${n(horizon + (i * i * box.h * 0.4) / 64)}H${n(box.x + box.w)}`;
  const clipFloor = scene.define(
    (id) =>
      `<clipPath id="${id}"><rect x="${n(box.x)}" y="${n(horizon)}" width="${n(box.w)}" height="${n(box.y + box.h - horizon)}"/></clipPath>`,
  );
  return (
    out +
    `<path d="${lines}" stroke="${mix(p.accent, p.glow, 0.5)}" stroke-width="1.3" fill="none" opacity=".75" clip-path="${clipFloor}"/>`
  );
}
