/** Pattern motifs, drawn from edge to edge. */
import {
  between,
  circle,
  line,
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
  type Scene,
} from "./draw-kit.js";

export function play(scene: Scene): string {
  const { random, box, p } = scene;
  const columns = 4;
  const size = box.w / columns;
  const rows = Math.ceil(box.h / size);
  const colours = [p.sky, p.far, p.mid, p.deep, p.accent, p.light];
  let out = rect(box.x, box.y, box.w, box.h, p.light);
  for (let i = 0; i < columns * rows; i++) {
    const x = box.x + (i % columns) * size;
    const y = box.y + Math.floor(i / columns) * size;
    const back = pick(random, colours);
    const front = pick(
      random,
      colours.filter((colour) => colour !== back),
    );
    const third = pick(
      random,
      colours.filter((colour) => colour !== back && colour !== front),
    );
    const turn = `transform="rotate(${pick(random, [0, 90, 180, 270])} ${n(x + size / 2)} ${n(y + size / 2)})"`;
    const kind = Math.floor(random() * 7);
    out += rect(x, y, size + 0.5, size + 0.5, back);
    if (kind === 0)
      out += path(`M${n(x)} ${n(y)}h${n(size)}a${n(size)} ${n(size)} 0 0 1 ${n(-size)} ${n(size)}Z`, front, turn);
    else if (kind === 1)
      out +=
        circle(x + size / 2, y + size / 2, size * 0.4, front) + circle(x + size / 2, y + size / 2, size * 0.18, third);
    else if (kind === 2)
      out += polygon(
        [
          [x, y + size],
          [x + size, y + size],
          [x + size / 2, y],
        ],
        front,
        turn,
      );
    else if (kind === 3)
      out +=
        path(`M${n(x)} ${n(y)}a${n(size / 2)} ${n(size / 2)} 0 0 0 ${n(size)} 0Z`, front, turn) +
        path(`M${n(x)} ${n(y + size / 2)}a${n(size / 2)} ${n(size / 2)} 0 0 0 ${n(size)} 0Z`, third, turn);
    else if (kind === 4)
      out += rect(x, y, size, size / 4, front, turn) + rect(x, y + size / 2, size, size / 4, front, turn);
    else if (kind === 5)
      out += polygon(
        [
          [x, y],
          [x + size, y],
          [x, y + size],
        ],
        front,
        turn,
      );
    else
      out +=
        circle(x + size / 2, y + size / 2, size * 0.42, p.light) +
        circle(x + size * 0.36, y + size * 0.42, size * 0.06, p.deep) +
        circle(x + size * 0.64, y + size * 0.42, size * 0.06, p.deep) +
        `<path d="M${n(x + size * 0.32)} ${n(y + size * 0.58)}q${n(size * 0.18)} ${n(size * 0.22)} ${n(size * 0.36)} 0" fill="none" stroke="${p.deep}" stroke-width="3.5" stroke-linecap="round"/>`;
  }
  return out;
}

export function stripes(scene: Scene): string {
  const { random, box, p } = scene;
  const colours = [p.mid, p.far, p.accent, p.light, p.deep];
  const w = between(random, 19, 25);
  const mirrored = random() < 0.5;
  const x = box.x + box.w * 0.16;
  const y = box.y + box.h * between(random, 0.14, 0.26);
  let out = "";
  colours.forEach((colour, i) => {
    const r = 40 + (4 - i) * w;
    const left = x + i * w;
    out += `<path d="M${n(left)} ${n(box.y + box.h + 2)}V${n(y + i * w + r)}a${n(r)} ${n(r)} 0 0 1 ${n(r)} ${n(-r)}H${n(box.x + box.w + 30)}" fill="none" stroke="${colour}" stroke-width="${n(w + 0.5)}"/>`;
  });
  const turn = mirrored ? ` transform="translate(${n(2 * box.x + box.w)} 0) scale(-1 1)"` : "";
  return `<g${turn}>${out}${circle(box.x + box.w * 0.76, box.y + box.h * 0.8, box.w * 0.13, p.accent)}${circle(box.x + box.w * 0.76, box.y + box.h * 0.8, box.w * 0.06, p.light)}</g>`;
}

/** Rows of arches, as wallpaper of 1970 has them. */
export function bows(scene: Scene): string {
  const { random, box, p } = scene;
  const columns = pick(random, [2, 3]);
  const size = box.w / columns;
  const colours = [p.deep, p.mid, p.accent, p.far, p.light];
  let out = rect(box.x, box.y, box.w, box.h, p.sky);
  for (let row = 0; row * size * 0.5 < box.h + size; row++) {
    for (let column = -1; column <= columns; column++) {
      const x = box.x + (column + 0.5 + (row % 2) * 0.5) * size;
      const y = box.y + (row + 1) * size * 0.5;
      const shift = (row + column + 9) % 3;
      for (let i = 0; i < 5; i++) out += circle(x, y, size * 0.5 * (1 - i * 0.2), colours[(i + shift) % 5]);
    }
  }
  return out;
}

/** Bars cut from paper with scissors, coming down on a small man. */
export function cutout(scene: Scene): string {
  const { random, box, p } = scene;
  const count = 6;
  let out = "";
  const w = box.w / count;
  const manAt = Math.floor(between(random, 1, 5));
  for (let i = 0; i < count; i++) {
    const x = box.x + i * w;
    const j = (spread: number): number => between(random, -spread, spread);
    const h = box.h * (i === manAt ? between(random, 0.28, 0.36) : between(random, 0.5, 0.92));
    const colour = [p.deep, p.accent, p.mid, p.deep, p.far, p.deep][(i + manAt) % 6];
    out += polygon(
      [
        [x + 3 + j(3), box.y - 4],
        [x + w - 3 + j(3), box.y - 4],
        [x + w - 4 + j(5), box.y + h * 0.45],
        [x + w - 5 + j(6), box.y + h + j(16)],
        [x + w * 0.4, box.y + h + j(8)],
        [x + 5 + j(6), box.y + h + j(16)],
        [x + 2 + j(5), box.y + h * 0.5],
      ],
      colour,
    );
  }
  return out + person(box.x + (manAt + 0.5) * w, box.y + box.h * 0.96, box.h * 0.4, p.deep, "hat");
}

export function contour(scene: Scene): string {
  const { random, box, p } = scene;
  const { x, y, r } = middle(scene);
  const phases = [random() * 6, random() * 6, random() * 6];
  let out = rect(box.x, box.y, box.w, box.h, scene.shade(p.sky, mix(p.sky, p.glow, 0.4)));
  for (let i = 14; i >= 1; i--) {
    const points: Point[] = Array.from({ length: 60 }, (_, k) => {
      const a = (k * Math.PI) / 30;
      const wobble =
        1 +
        0.14 * Math.sin(2 * a + phases[0]) +
        0.1 * Math.sin(3 * a + phases[1] + i * 0.12) +
        0.05 * Math.sin(5 * a + phases[2]);
      return polar(x, y, r * 0.105 * i * wobble, a);
    });
    out += polygon(
      points,
      i === 1 ? p.accent : i < 6 ? mix(p.mid, p.far, i / 6) : "none",
      `stroke="${i < 6 ? p.light : p.mid}" stroke-width="1.6"`,
    );
  }
  return `<g>${out}</g>${line(x, y - r * 0.02, x, y - r * 0.5, p.deep, 3)}${polygon(
    [
      [x, y - r * 0.5],
      [x + 34, y - r * 0.42],
      [x, y - r * 0.34],
    ],
    p.accent,
  )}`;
}

export function bars(scene: Scene): string {
  const { random, box, p } = scene;
  const rows = 9;
  const h = box.h / rows;
  let out = "";
  for (let row = 0; row < rows; row++) {
    let x = box.x;
    while (x < box.x + box.w) {
      const w = Math.min(box.w * between(random, 0.08, 0.5), box.x + box.w - x);
      if (random() < 0.72)
        out += rect(x, box.y + row * h, w - 5, h - 5, pick(random, [p.far, p.mid, p.deep, p.accent, p.mid]));
      x += w;
    }
  }
  return out;
}
