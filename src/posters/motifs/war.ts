/** War motifs: planes and wire over a low sun. */
import { between, circle, halo, mix, n, path, person, polygon, rect, type Scene } from "./draw-kit.js";

/** Bombers in formation over a low sun. */
export function squadron(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.4, 0.6);
  const y = box.y + box.h * 0.62;
  const r = box.w * between(random, 0.3, 0.38);
  let out =
    halo(scene, x, y, r * 1.8, p.glow, 0.7) + circle(x, y, r, scene.shade(mix(p.accent, p.glow, 0.3), p.accent));
  const plane = (px: number, py: number, s: number): string =>
    `<path transform="translate(${n(px)} ${n(py)}) scale(${n(s)})" d="M0 -30q5 8 5 18l44 14v7l-44 -4l-3 20l15 8v5l-17 -3l-17 3v-5l15 -8l-3 -20l-44 4v-7l44 -14q0 -10 5 -18Z" fill="${p.deep}"/>`;
  const lead = { x: x + between(random, -20, 20), y: box.y + box.h * 0.2 };
  out += plane(lead.x, lead.y, 1.2);
  for (let i = 1; i <= 2; i++)
    for (const side of [-1, 1]) out += plane(lead.x + side * i * 66, lead.y + i * 52, 1.2 - i * 0.2);
  let ground = `M${n(box.x - 2)} ${n(box.y + box.h + 2)}`;
  for (let i = 0; i <= 20; i++)
    ground += `L${n(box.x - 2 + ((box.w + 4) * i) / 20)} ${n(box.y + box.h * 0.9 - between(random, 0, 16))}`;
  out += path(`${ground}L${n(box.x + box.w + 2)} ${n(box.y + box.h + 2)}Z`, p.deep);
  for (let i = 0; i < 4; i++)
    out += person(
      x - 78 + i * 48 + between(random, -9, 9),
      box.y + box.h * 0.92,
      box.h * between(random, 0.14, 0.17),
      p.deep,
      "hat",
    );
  return out;
}

export function wire(scene: Scene): string {
  const { random, box, p } = scene;
  const x = box.x + box.w * between(random, 0.3, 0.7);
  let out =
    halo(scene, x, box.y + box.h * 0.4, box.w * 0.8, p.glow, 0.7) +
    circle(
      x,
      box.y + box.h * 0.42,
      box.w * between(random, 0.22, 0.3),
      scene.shade(mix(p.accent, p.glow, 0.3), p.accent),
    );
  const ground = box.y + box.h * 0.86;
  out +=
    rect(box.x, ground, box.w, box.h * 0.2, p.deep) +
    path(
      `M${n(box.x)} ${n(ground + 2)}Q${n(box.x + box.w * 0.4)} ${n(ground - 50)} ${n(box.x + box.w)} ${n(ground + 2)}Z`,
      mix(p.mid, p.deep, 0.3),
    );
  out += person(x, ground - 12, box.h * 0.24, p.deep, "hat") + rect(box.x, ground + 1, box.w, box.h * 0.2, p.deep);
  for (const post of [0.1, 0.5, 0.9])
    out += polygon(
      [
        [box.x + box.w * post - 5, box.y + box.h * 0.5],
        [box.x + box.w * post + 5, box.y + box.h * 0.49],
        [box.x + box.w * post + 7, box.y + box.h],
        [box.x + box.w * post - 7, box.y + box.h],
      ],
      p.deep,
    );
  for (let row = 0; row < 4; row++) {
    const y = box.y + box.h * (0.54 + row * 0.1);
    out += `<path d="M${n(box.x)} ${n(y)}Q${n(box.x + box.w * 0.3)} ${n(y + 11)} ${n(box.x + box.w * 0.5)} ${n(y)}T${n(box.x + box.w)} ${n(y)}" fill="none" stroke="${p.deep}" stroke-width="2.4"/>`;
    for (let i = 0; i < 9; i++) {
      const bx = box.x + (box.w * (i + 0.5 + (row % 2) * 0.3)) / 9;
      out += `<path d="M${n(bx - 6)} ${n(y - 5)}L${n(bx + 6)} ${n(y + 11)}M${n(bx + 6)} ${n(y - 5)}L${n(bx - 6)} ${n(y + 11)}" stroke="${p.deep}" stroke-width="2"/>`;
    }
  }
  return out;
}
