/** Town motifs: buildings on the lower edge of the box. */
import { between, circle, halo, line, mix, n, path, person, pick, polygon, rect, type Scene } from "./draw-kit.js";

export function city(scene: Scene): string {
  const { random, box, p, soft } = scene;
  const mx = box.x + box.w * between(random, 0.25, 0.75);
  const my = box.y + box.h * between(random, 0.26, 0.4);
  const r = box.w * between(random, 0.14, 0.24);
  let out = (soft ? halo(scene, mx, my, r * 2.8, p.glow, 0.8) : "") + circle(mx, my, r, p.accent);
  const bottom = box.y + box.h + 2;
  for (let layer = 0; layer < 3; layer++) {
    const colour = [p.far, p.mid, p.deep][layer];
    const fill = scene.shade(colour, mix(colour, p.glow, layer < 2 ? 0.45 : 0.05));
    for (let x = box.x - 6; x < box.x + box.w; ) {
      const w = between(random, 22, 52) * (1 + layer * 0.15);
      const middle = 1 - Math.abs((x + w / 2 - box.x) / box.w - 0.5);
      const h = box.h * ([0.4, 0.3, 0.19][layer] * between(random, 0.7, 1.35)) * middle * 1.35;
      const top = bottom - h;
      out += rect(x, top, w + 0.6, h, fill);
      const crown = random();
      if (crown < 0.25)
        out +=
          rect(x + w * 0.25, top - 12, w * 0.5, 13, fill) + line(x + w / 2, top - 12, x + w / 2, top - 34, colour, 1.6);
      else if (crown < 0.4)
        out += polygon(
          [
            [x, top + 1],
            [x + w / 2, top - w * 0.7],
            [x + w, top + 1],
          ],
          fill,
        );
      else if (crown < 0.55) out += rect(x + w * 0.3, top - 8, w * 0.3, 9, fill);
      if (layer > 0) {
        for (let wy = top + 9; wy < bottom - 8; wy += 11) {
          for (let wx = x + 5; wx < x + w - 6; wx += 9)
            if (random() < (layer === 2 ? 0.22 : 0.1))
              out += rect(wx, wy, 4, 5.5, layer === 2 ? p.accent : mix(p.accent, p.mid, 0.35));
        }
      }
      x += w + (random() < 0.2 ? between(random, 2, 10) : 0);
    }
  }
  return out;
}

export function tower(scene: Scene): string {
  const { random, box, p } = scene;
  const w = box.w * between(random, 0.34, 0.44);
  const x = box.x + box.w * pick(random, [0.3, 0.5, 0.7]) - w / 2;
  const top = box.y + box.h * 0.1;
  let out = halo(scene, x + w / 2, box.y + box.h * 0.4, box.w * 0.7, p.glow, 0.7);
  out +=
    rect(x, top, w, box.h, p.deep) +
    rect(x + w, top + 16, w * 0.2, box.h, mix(p.deep, p.mid, 0.6)) +
    rect(x + w * 0.4, top - 26, w * 0.2, 27, p.deep);
  const columns = 6;
  const rows = 11;
  const lit = Math.floor(between(random, 14, columns * rows - 14));
  for (let i = 0; i < columns * rows; i++) {
    const cw = (w - 16) / columns;
    const wx = x + 8 + (i % columns) * cw;
    const wy = top + 14 + Math.floor(i / columns) * ((box.h * 0.82) / rows);
    out += rect(wx + 3, wy, cw - 6, (box.h * 0.82) / rows - 11, i === lit ? p.accent : mix(p.deep, p.mid, 0.7));
    if (i === lit)
      out +=
        halo(scene, wx + cw / 2, wy + 12, 46, p.accent, 0.7) +
        person(wx + cw / 2, wy + (box.h * 0.82) / rows - 11, 19, p.deep);
  }
  return out + rect(box.x, box.y + box.h * 0.95, box.w, box.h * 0.06, p.deep);
}

export function house(scene: Scene): string {
  const { random, box, p, soft } = scene;
  const x = box.x + box.w * between(random, 0.42, 0.58);
  const ground = box.y + box.h * 0.78;
  const my = box.y + box.h * 0.36;
  const r = box.w * between(random, 0.27, 0.34);
  let out =
    (soft ? halo(scene, x, my, r * 1.9, p.glow, 0.8) : "") +
    circle(x + between(random, -30, 30), my, r, scene.shade(p.accent, mix(p.accent, p.glow, 0.4)));
  out += path(
    `M${n(box.x - 2)} ${n(box.y + box.h + 2)}V${n(ground + 60)}Q${n(x - 90)} ${n(ground + 30)} ${n(x)} ${n(ground - 6)}Q${n(x + 90)} ${n(ground + 20)} ${n(box.x + box.w + 2)} ${n(ground + 74)}V${n(box.y + box.h + 2)}Z`,
    p.deep,
  );
  const h = box.h * 0.2;
  out +=
    rect(x - 44, ground - h, 88, h + 14, p.deep) +
    polygon(
      [
        [x - 54, ground - h],
        [x, ground - h - 46],
        [x + 54, ground - h],
      ],
      p.deep,
    );
  out +=
    rect(x + 18, ground - h - 62, 30, 80, p.deep) +
    polygon(
      [
        [x + 12, ground - h - 60],
        [x + 33, ground - h - 104],
        [x + 54, ground - h - 60],
      ],
      p.deep,
    ) +
    rect(x - 34, ground - h - 52, 9, 40, p.deep);
  const lit = scene.soft ? mix(p.accent, p.light, 0.4) : p.light;
  out +=
    rect(x - 28, ground - h + 18, 15, 24, lit) +
    rect(x + 26, ground - h - 44, 13, 20, lit) +
    rect(x + 12, ground - h + 18, 15, 24, mix(p.deep, p.mid, 0.8));
  for (const side of [-1, 1]) {
    const tx = x + side * box.w * between(random, 0.34, 0.42);
    let d = `M${n(tx)} ${n(ground + 80)}C${n(tx + 6)} ${n(ground)} ${n(tx - 8)} ${n(ground - 60)} ${n(tx)} ${n(ground - 130)}`;
    for (let i = 0; i < 6; i++)
      d += `M${n(tx)} ${n(ground - 20 - i * 19)}q${n(-side * 14)} -10 ${n((i % 2 === 0 ? -1 : 1) * between(random, 26, 44))} ${n(-between(random, 26, 44))}`;
    out += `<path d="${d}" fill="none" stroke="${p.deep}" stroke-width="4.5" stroke-linecap="round"/>`;
  }
  return out;
}

export function castle(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * 0.5;
  const ground = box.y + box.h * 0.84;
  const r = box.w * between(random, 0.3, 0.36);
  let out =
    halo(scene, x, box.y + box.h * 0.42, r * 1.8, p.glow, 0.8) +
    circle(x, box.y + box.h * 0.42, r, scene.shade(mix(p.accent, p.light, 0.4), p.accent));
  for (let i = 0; i < 30; i++)
    out += circle(
      box.x + random() * box.w,
      box.y - 50 + random() * box.h * 0.7,
      between(random, 0.6, 1.7),
      p.light,
      'opacity=".85"',
    );
  const turret = (tx: number, w: number, h: number, colour: string): string => {
    const t = ground - h;
    return (
      rect(tx - w / 2, t, w, h + 30, colour) +
      rect(tx - w * 0.62, t, w * 1.24, 9, colour) +
      polygon(
        [
          [tx - w * 0.7, t + 1],
          [tx, t - w * 1.9],
          [tx + w * 0.7, t + 1],
        ],
        colour,
      ) +
      polygon(
        [
          [tx, t - w * 1.9 - 15],
          [tx + 15, t - w * 1.9 - 10],
          [tx, t - w * 1.9 - 4],
        ],
        p.light,
      ) +
      line(tx, t - w * 1.9 - 15, tx, t - w * 1.8, colour, 1.5) +
      rect(tx - 2.5, t + 18, 5, 11, p.accent, 'rx="2.5"')
    );
  };
  for (const dx of [-84, 88]) out += turret(x + dx, 24, box.h * between(random, 0.14, 0.22), p.far);
  for (const dx of [-52, 54]) out += turret(x + dx, 30, box.h * between(random, 0.22, 0.3), p.mid);
  out += turret(x + between(random, -8, 8), 40, box.h * between(random, 0.34, 0.42), p.deep);
  out += path(
    `M${n(box.x - 2)} ${n(box.y + box.h + 2)}V${n(ground + 40)}Q${n(x - 80)} ${n(ground + 20)} ${n(x - 60)} ${n(ground - 8)}H${n(x + 66)}Q${n(x + 90)} ${n(ground + 24)} ${n(box.x + box.w + 2)} ${n(ground + 34)}V${n(box.y + box.h + 2)}Z`,
    p.deep,
  );
  return out;
}
