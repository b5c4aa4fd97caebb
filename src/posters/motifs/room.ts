/** Room motifs, with a person in the light: stairs, a door, a window, blinds. */
import { between, circle, halo, mix, n, path, person, pick, polygon, rect, type Scene } from "./draw-kit.js";

export function stairs(scene: Scene): string {
  const { random, box, p } = scene;
  const steps = 9;
  const up = random() < 0.5;
  let out = "";
  const top = box.y + box.h * 0.34;
  const w = box.w / steps;
  const h = (box.y + box.h - top) / steps;
  const doorX = up ? box.x + box.w - w * 1.1 : box.x + w * 1.1;
  out += halo(scene, doorX, top - 50, box.w * 0.62, p.glow, 0.9);
  out += rect(doorX - 26, top - 110, 52, 112, scene.shade(p.light, p.accent));
  for (let i = 0; i < steps; i++) {
    const x = up ? box.x + i * w : box.x + box.w - (i + 1) * w;
    const y = box.y + box.h - (i + 1) * h;
    out +=
      rect(x - 0.5, y, w + 1, box.y + box.h - y + 2, mix(p.deep, p.mid, i / steps)) +
      rect(x - 0.5, y, w + 1, h * 0.22, mix(p.far, p.light, 0.15 + (0.5 * i) / steps));
  }
  out += polygon(
    [
      [doorX - 26, top],
      [doorX + 26, top],
      [up ? box.x + box.w * 0.4 : box.x + box.w * 0.7, box.y + box.h],
      [up ? box.x + box.w * 0.3 : box.x + box.w * 0.6, box.y + box.h],
    ],
    p.light,
    'opacity=".12"',
  );
  const step = 4;
  const px = up ? box.x + (step + 0.5) * w : box.x + box.w - (step + 0.5) * w;
  return (
    out + person(px, box.y + box.h - (step + 1) * h + 1, box.h * 0.19, p.deep, pick(random, ["coat", "hat"] as const))
  );
}

export function door(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.38, 0.62);
  const floor = box.y + box.h * 0.7;
  const w = between(random, 64, 84);
  const top = box.y + box.h * 0.2;
  const bottom = box.y + box.h + 2;
  let out =
    rect(box.x, box.y - 200, box.w, floor - box.y + 200, scene.shade(p.deep, mix(p.mid, p.deep, 0.35))) +
    rect(box.x, floor, box.w, bottom - floor, scene.shade(mix(p.mid, p.deep, 0.6), p.deep));
  out += halo(scene, x, (top + floor) / 2, box.w * 0.55, p.glow, 0.7);
  out += polygon(
    [
      [x - w / 2, floor - 1],
      [x + w / 2, floor - 1],
      [x + w * 1.5, bottom],
      [x - w * 1.2, bottom],
    ],
    scene.shade(p.accent, mix(p.deep, p.accent, scene.soft ? 0.12 : 0.8)),
  );
  out += rect(x - w / 2, top, w, floor - top, scene.shade(p.light, p.accent));
  out += polygon(
    [
      [x - 7, floor],
      [x + 7, floor],
      [x + 24, bottom],
      [x - 6, bottom],
    ],
    p.deep,
    'opacity=".85"',
  );
  return out + person(x, floor + 3, (floor - top) * 0.62, p.deep, pick(random, ["coat", "hat", "dress"] as const));
}

export function windowPane(scene: Scene): string {
  const { random, box, p } = scene;
  const w = box.w * 0.56;
  const h = box.h * 0.6;
  const x = box.x + (box.w - w) / 2;
  const y = box.y + box.h * 0.12;
  const clip = scene.define(
    (id) => `<clipPath id="${id}"><rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}"/></clipPath>`,
  );
  let out = rect(box.x, box.y - 200, box.w, box.h + 202, scene.shade(mix(p.mid, p.deep, 0.5), p.deep));
  let view = rect(x, y, w, h, scene.shade(p.sky, p.glow));
  view += circle(x + w * between(random, 0.3, 0.7), y + h * 0.38, w * 0.2, p.accent);
  view += path(
    `M${n(x)} ${n(y + h)}V${n(y + h * 0.72)}Q${n(x + w * 0.3)} ${n(y + h * 0.56)} ${n(x + w * 0.6)} ${n(y + h * 0.74)}T${n(x + w)} ${n(y + h * 0.68)}V${n(y + h)}Z`,
    p.far,
  );
  view += path(
    `M${n(x)} ${n(y + h)}V${n(y + h * 0.86)}Q${n(x + w * 0.5)} ${n(y + h * 0.74)} ${n(x + w)} ${n(y + h * 0.88)}V${n(y + h)}Z`,
    p.mid,
  );
  out += `<g clip-path="${clip}">${view}</g>`;
  const bar = `fill="none" stroke="${p.light}" stroke-width="6"`;
  out += `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" ${bar}/><path d="M${n(x + w / 2)} ${n(y)}V${n(y + h)}M${n(x)} ${n(y + h / 3)}H${n(x + w)}M${n(x)} ${n(y + (2 * h) / 3)}H${n(x + w)}" fill="none" stroke="${p.light}" stroke-width="4"/>`;
  out +=
    polygon(
      [
        [x, y + h + 14],
        [x + w, y + h + 14],
        [x + w + 70, box.y + box.h + 2],
        [x + 40, box.y + box.h + 2],
      ],
      p.glow,
      'opacity=".22"',
    ) + rect(x - 12, y + h + 2, w + 24, 10, p.light);
  return (
    out +
    person(x + w * between(random, 0.24, 0.76), y + h + 60, h * 0.62, p.deep, pick(random, ["coat", "dress"] as const))
  );
}

export function blinds(scene: Scene): string {
  const { random, box, p } = scene;
  const bottom = box.y + box.h + 2;
  const lightOn = mix(p.light, p.accent, 0.2);
  let out = rect(box.x, box.y - 2, box.w, box.h + 4, scene.shade(mix(p.mid, p.deep, 0.4), p.deep));
  const tilt = between(random, 18, 50) * (random() < 0.5 ? -1 : 1);
  const slats = 15;
  const gap = (box.h + 120) / slats;
  let bars = "";
  for (let i = 0; i < slats; i++) {
    const y = box.y - 50 + i * gap;
    bars += `M${n(box.x)} ${n(y)}L${n(box.x + box.w)} ${n(y + tilt)}v${n(gap * 0.46)}L${n(box.x)} ${n(y + gap * 0.46)}Z`;
  }
  out += path(bars, scene.soft ? scene.shade(lightOn, mix(p.far, p.mid, 0.4), "radial") : lightOn);
  // A man with a hat, from the front: the blinds fall on him too, dimmer.
  const cx = box.x + box.w * between(random, 0.4, 0.6);
  const u = box.h / 430;
  const cy = box.y + box.h * 0.5;
  const s = (dx: number, dy: number): string => `${n(cx + dx * u)} ${n(cy + dy * u)}`;
  const man = `M${s(-42, -60)}C${s(-46, 0)} ${s(-30, 52)} ${s(0, 58)}C${s(30, 52)} ${s(46, 0)} ${s(42, -60)}ZM${s(-28, 30)}L${s(-34, 82)}C${s(-90, 98)} ${s(-130, 110)} ${s(-142, 180)}L${s(-150, 400)}H${n(cx + 150 * u)}L${s(142, 180)}C${s(130, 110)} ${s(90, 98)} ${s(34, 82)}L${s(28, 30)}Z`;
  const hat = `M${s(-104, -52)}C${s(-70, -66)} ${s(-58, -70)} ${s(-54, -80)}C${s(-50, -130)} ${s(-40, -150)} ${s(-16, -148)}C${s(0, -138)} ${s(6, -146)} ${s(22, -149)}C${s(44, -148)} ${s(50, -120)} ${s(54, -80)}C${s(58, -70)} ${s(76, -66)} ${s(104, -52)}C${s(60, -36)} ${s(-60, -36)} ${s(-104, -52)}Z`;
  const clip = scene.define((id) => `<clipPath id="${id}"><path d="${man}"/></clipPath>`);
  const floor = scene.define(
    (id) =>
      `<clipPath id="${id}"><rect x="${n(box.x)}" y="${n(box.y - 2)}" width="${n(box.w)}" height="${n(bottom - box.y)}"/></clipPath>`,
  );
  out +=
    path(man, p.deep) +
    `<g clip-path="${clip}">${path(bars, mix(p.far, p.deep, 0.35), `transform="translate(0 ${n(gap * 0.3)})"`)}</g>`;
  out +=
    polygon(
      [
        [cx, cy + 84 * u],
        [cx - 30 * u, cy + 88 * u],
        [cx, cy + 190 * u],
        [cx + 30 * u, cy + 88 * u],
      ],
      p.light,
    ) +
    polygon(
      [
        [cx, cy + 92 * u],
        [cx - 9 * u, cy + 104 * u],
        [cx, cy + 186 * u],
        [cx + 9 * u, cy + 104 * u],
      ],
      p.deep,
    );
  return `<g clip-path="${floor}">${out}${path(hat, p.deep)}${path(`M${s(-54, -82)}C${s(-20, -70)} ${s(20, -70)} ${s(54, -82)}L${s(53, -96)}C${s(20, -84)} ${s(-20, -84)} ${s(-53, -96)}Z`, p.mid)}</g>`;
}

export function figure(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.3, 0.46);
  const foot = box.y + box.h * 0.62;
  const bottom = box.y + box.h + 2;
  let out = halo(scene, x, foot - box.h * 0.2, box.w * 0.6, p.glow, 0.85);
  out += polygon(
    [
      [box.x, foot - 30],
      [box.x + box.w, foot + 12],
      [box.x + box.w, bottom],
      [box.x, bottom],
    ],
    scene.shade(mix(p.mid, p.far, 0.5), p.mid),
  );
  out += polygon(
    [
      [x - 12, foot + 2],
      [x + 12, foot + 4],
      [x + box.w * 0.62, bottom],
      [x + box.w * 0.3, bottom],
    ],
    p.deep,
    'opacity=".9"',
  );
  out += `<rect x="${n(box.x)}" y="${n(bottom - 30)}" width="${n(box.w)}" height="32" fill="${p.deep}"/>`;
  return (
    out +
    person(x, foot + 4, box.h * 0.4, p.deep, pick(random, ["coat", "hat", "dress"] as const)) +
    circle(x + box.w * 0.36, box.y + box.h * 0.2, box.w * 0.09, p.accent)
  );
}
