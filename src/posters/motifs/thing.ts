/** Object motifs: things to play, to hear, to drink, to look through. */
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

export function vinyl(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  let out = halo(scene, x, y, r * 1.6, p.glow, 0.8) + circle(x, y, r * 1.02, p.deep);
  for (let i = 0; i < 13; i++)
    out += ring(x, y, r * (0.96 - i * 0.044), mix(p.deep, p.glow, i % 4 === 3 ? 0.55 : 0.22), 1.4);
  const a = random() * Math.PI;
  for (const turn of [0, Math.PI])
    out += path(
      `M${n(x)} ${n(y)}L${n(x + r * Math.cos(a + turn))} ${n(y + r * Math.sin(a + turn))}A${n(r)} ${n(r)} 0 0 1 ${n(x + r * Math.cos(a + turn + 0.34))} ${n(y + r * Math.sin(a + turn + 0.34))}Z`,
      p.light,
      'opacity=".16"',
    );
  out +=
    circle(x, y, r * 0.38, p.accent) +
    circle(x, y, r * 0.3, p.mid) +
    path(`M${n(x - r * 0.3)} ${n(y)}A${n(r * 0.3)} ${n(r * 0.3)} 0 0 1 ${n(x + r * 0.3)} ${n(y)}Z`, p.light) +
    circle(x, y, r * 0.045, p.deep);
  return (
    out +
    `<path d="M${n(x + r * 1.02)} ${n(y - r * 1.0)}V${n(y + r * 0.12)}L${n(x + r * 0.56)} ${n(y + r * 0.6)}" fill="none" stroke="${p.light}" stroke-width="7" stroke-linejoin="round" stroke-linecap="round"/>` +
    circle(x + r * 1.02, y - r * 1.0, 15, p.accent) +
    `<g transform="rotate(44 ${n(x + r * 0.56)} ${n(y + r * 0.6)})">${rect(x + r * 0.56 - 8, y + r * 0.6 - 6, 16, 30, p.light)}</g>`
  );
}

export function keys(scene: Scene): string {
  const { random, box, p } = scene;
  const count = 9;
  const w = box.w / count;
  const phase = random() * 6;
  const top = (i: number): number => box.y + box.h * (0.34 + 0.13 * Math.sin(i * 0.72 + phase));
  let out = halo(scene, box.x + box.w / 2, box.y + box.h * 0.3, box.w * 0.75, p.glow, 0.9);
  for (let i = 0; i < count; i++)
    out += polygon(
      [
        [box.x + i * w + 1, top(i)],
        [box.x + (i + 1) * w - 1, top(i + 1)],
        [box.x + (i + 1) * w - 1, box.y + box.h + 2],
        [box.x + i * w + 1, box.y + box.h + 2],
      ],
      i === 4 ? p.accent : p.light,
    );
  for (let i = 1; i < count; i++)
    if (i % 7 !== 3 && i % 7 !== 0)
      out += polygon(
        [
          [box.x + (i - 0.3) * w, top(i - 0.3) - 4],
          [box.x + (i + 0.3) * w, top(i + 0.3) - 4],
          [box.x + (i + 0.3) * w, box.y + box.h * 0.74],
          [box.x + (i - 0.3) * w, box.y + box.h * 0.74],
        ],
        p.deep,
      );
  const nx = box.x + box.w * between(random, 0.3, 0.6);
  const ny = box.y + box.h * 0.1;
  return (
    out +
    `<g fill="${p.accent}"><ellipse cx="${n(nx)}" cy="${n(ny + 50)}" rx="15" ry="11" transform="rotate(-20 ${n(nx)} ${n(ny + 50)})"/><ellipse cx="${n(nx + 62)}" cy="${n(ny + 40)}" rx="15" ry="11" transform="rotate(-20 ${n(nx + 62)} ${n(ny + 40)})"/></g>` +
    polygon(
      [
        [nx + 10, ny + 48],
        [nx + 10, ny - 10],
        [nx + 76, ny - 22],
        [nx + 76, ny + 38],
        [nx + 71, ny + 38],
        [nx + 71, ny - 4],
        [nx + 15, ny + 6],
        [nx + 15, ny + 48],
      ],
      p.accent,
    )
  );
}

export function lens(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const blades = pick(random, [6, 7, 8]);
  let out = circle(x, y, r * 1.02, p.deep) + ring(x, y, r * 0.92, p.accent, 3);
  const open = r * between(random, 0.28, 0.4);
  for (let i = 0; i < blades; i++) {
    const a = (i * 2 * Math.PI) / blades;
    const b = a + (2 * Math.PI) / blades;
    const point = (radius: number, angle: number): [number, number] => [
      x + radius * Math.cos(angle),
      y + radius * Math.sin(angle),
    ];
    out += polygon(
      [point(open, a), point(open, b), point(r * 0.84, b + 0.5), point(r * 0.84, a + 0.5)],
      mix(p.mid, p.far, i / blades),
      `stroke="${p.deep}" stroke-width="2"`,
    );
  }
  return (
    out +
    circle(x, y, open * 0.92, scene.shade(p.light, p.accent, "radial")) +
    circle(x - open * 0.26, y - open * 0.3, open * 0.18, p.light, 'opacity=".9"')
  );
}

export function balloons(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w / 2;
  const knot = box.y + box.h * 0.8;
  let out = "";
  const colours = [p.accent, p.mid, p.far, p.light, p.deep, p.accent, p.mid];
  colours.forEach((colour, i) => {
    const bx = x + (i - 3) * box.w * 0.1 + between(random, -12, 12);
    const by = box.y + box.h * (0.2 + 0.05 * Math.abs(i - 3)) + (i % 2) * box.h * 0.17;
    const s = between(random, 30, 40);
    out = `<path d="M${n(bx)} ${n(by + s)}Q${n(bx + (x - bx) * 0.2)} ${n((by + knot) / 2)} ${n(x)} ${n(knot)}" fill="none" stroke="${p.deep}" stroke-width="1.4"/>${out}`;
    out +=
      `<ellipse cx="${n(bx)}" cy="${n(by)}" rx="${n(s * 0.84)}" ry="${n(s)}" fill="${colour}"/>` +
      polygon(
        [
          [bx, by + s - 2],
          [bx - 6, by + s + 9],
          [bx + 6, by + s + 9],
        ],
        colour,
      ) +
      `<ellipse cx="${n(bx - s * 0.3)}" cy="${n(by - s * 0.38)}" rx="${n(s * 0.14)}" ry="${n(s * 0.24)}" fill="${p.light}" opacity=".7" transform="rotate(24 ${n(bx - s * 0.3)} ${n(by - s * 0.38)})"/>`;
  });
  return out + person(x + 12, box.y + box.h * 0.98, box.h * 0.24, p.deep, "dress");
}

export function umbrella(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const ribs = [-1, -0.5, 0, 0.5, 1];
  const top = y - r * 0.8;
  const edge = y + r * 0.12;
  let out = "";
  for (let i = 0; i < 4; i++) {
    const [left, right] = [x + ribs[i] * r, x + ribs[i + 1] * r];
    const bend = (side: number): string => `${n(side)} ${n(top + r * 0.3)}`;
    const d = `M${n(x)} ${n(top)}Q${bend(left)} ${n(left)} ${n(edge)}Q${n((left + right) / 2)} ${n(edge - r * 0.16)} ${n(right)} ${n(edge)}Q${bend(right)} ${n(x)} ${n(top)}Z`;
    out += path(d, i % 2 === 0 ? p.accent : p.light);
  }
  out += `<path d="M${n(x)} ${n(top - 14)}V${n(y + r * 0.86)}a18 18 0 0 0 36 0" fill="none" stroke="${p.deep}" stroke-width="7" stroke-linecap="round"/>`;
  for (let drop = 0; drop < 16; drop++) {
    const dx = x + between(random, -1.08, 1.08) * r;
    const dy = y + between(random, 0.3, 1) * r;
    if (Math.abs(dx - x) > 46)
      out += path(`M${n(dx)} ${n(dy - 13)}q-8 15 0 18q8 -3 0 -18Z`, drop % 3 === 0 ? p.mid : p.deep);
  }
  return out;
}

export function cocktail(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  const half = r * 0.78;
  const rim = y - r * 0.5;
  const bottom = y + r * 0.92;
  const glass: [number, number][] = [
    [x - half, rim],
    [x + half, rim],
    [x, y + r * 0.26],
  ];
  let out = circle(x, y, r, scene.shade(p.glow, mix(p.glow, p.far, 0.4)));
  out +=
    polygon(glass, p.light) +
    polygon(
      [
        [x - half * 0.76, rim + r * 0.18],
        [x + half * 0.76, rim + r * 0.18],
        [x, y + r * 0.26],
      ],
      p.accent,
    );
  out +=
    line(x, y + r * 0.2, x, bottom, p.deep, 9) +
    path(`M${n(x - r * 0.4)} ${n(bottom + 5)}Q${n(x)} ${n(bottom - 16)} ${n(x + r * 0.4)} ${n(bottom + 5)}Z`, p.deep);
  out += polygon(glass, "none", `stroke="${p.deep}" stroke-width="7" stroke-linejoin="round"`);
  const lean = random() < 0.5 ? -1 : 1;
  out +=
    line(x - lean * half * 0.2, y - r * 0.06, x + lean * half * 0.72, rim - r * 0.42, p.deep, 4) +
    circle(x + lean * half * 0.1, y - r * 0.2, r * 0.13, p.mid) +
    circle(x + lean * half * 0.14, y - r * 0.23, r * 0.045, p.deep);
  for (let i = 0; i < 7; i++)
    out += circle(
      x + between(random, -0.6, 0.6) * half,
      rim - between(random, 0.06, 0.4) * r,
      between(random, 2.5, 7),
      i % 2 === 0 ? p.light : p.mid,
    );
  return out;
}
