/** Earth motifs: landscapes of rock and sand on the lower edge of the box, in the colour `deep`. */
import {
  between,
  disc,
  filled,
  line,
  mix,
  n,
  type Point,
  path,
  polygon,
  rect,
  ridge,
  type Scene,
  swell,
} from "./draw-kit.js";

export function peaks(scene: Scene): string {
  const { random, box, p } = scene;
  const cx = box.x + box.w * between(random, 0.3, 0.7);
  let out = disc(scene, cx, box.y + box.h * 0.3, box.w * between(random, 0.12, 0.2));
  out += filled(
    scene,
    ridge(scene, box.y + box.h * 0.62, box.h * 0.18, 0.55),
    scene.shade(p.far, mix(p.far, p.glow, 0.45)),
  );
  // The mountain: two faces, the lit one with snow.
  const top: Point = [box.x + box.w * between(random, 0.38, 0.62), box.y + box.h * between(random, 0.26, 0.36)];
  const foot = box.y + box.h;
  const spread = box.w * between(random, 0.46, 0.6);
  const kink: Point = [top[0] + spread * 0.06, top[1] + box.h * 0.2];
  out += polygon([top, [top[0] + spread, foot], [top[0] - spread, foot]], scene.shade(mix(p.mid, p.deep, 0.3), p.mid));
  out += polygon(
    [top, kink, [top[0] - spread * 0.1, top[1] + box.h * 0.42], [top[0] + spread * 0.1, foot], [top[0] - spread, foot]],
    scene.shade(mix(p.mid, p.far, 0.7), p.mid),
  );
  const slope = spread / (foot - top[1]);
  const snow = box.h * 0.15;
  out += polygon(
    [
      top,
      [top[0] + slope * snow, top[1] + snow],
      [top[0] + slope * snow * 0.4, top[1] + snow * 0.72],
      [top[0], top[1] + snow * 1.15],
      [top[0] - slope * snow * 0.45, top[1] + snow * 0.7],
      [top[0] - slope * snow, top[1] + snow],
    ],
    p.light,
  );
  out += filled(
    scene,
    ridge(scene, box.y + box.h * 0.84, box.h * 0.12, 0.5),
    scene.shade(mix(p.mid, p.deep, 0.35), mix(p.mid, p.deep, 0.6)),
  );
  return out + filled(scene, ridge(scene, box.y + box.h * 0.96, box.h * 0.09, 0.5), p.deep);
}

export function dunes(scene: Scene): string {
  const { random, box, p } = scene;
  let out = disc(
    scene,
    box.x + box.w * between(random, 0.25, 0.75),
    box.y + box.h * 0.3,
    box.w * between(random, 0.13, 0.22),
  );
  const flip = random() < 0.5;
  for (let layer = 0; layer < 4; layer++) {
    const y = box.y + box.h * (0.56 + layer * 0.12);
    const crest = (layer % 2 === 0) === flip ? 0.3 : 0.7;
    const px = box.x + box.w * (crest + between(random, -0.12, 0.12));
    const py = y - box.h * 0.11;
    const base = [p.far, mix(p.far, p.mid, 0.6), p.mid, p.deep][layer];
    const left = box.x - 2;
    const right = box.x + box.w + 2;
    const bottom = box.y + box.h + 2;
    out += path(
      `M${n(left)} ${n(y + 12)}C${n(left + 90)} ${n(y)} ${n(px - 70)} ${n(py)} ${n(px)} ${n(py)}C${n(px + 70)} ${n(py + 4)} ${n(right - 60)} ${n(y + 20)} ${n(right)} ${n(y + 8)}V${n(bottom)}H${n(left)}Z`,
      scene.shade(mix(base, p.glow, layer < 3 ? 0.35 : 0.08), base),
    );
    if (layer < 3)
      out += path(
        `M${n(px)} ${n(py)}C${n(px - 30)} ${n(py + 50)} ${n(px + 80)} ${n(py + 60)} ${n(px + 20)} ${n(bottom)}H${n(right)}V${n(y + 8)}C${n(right - 60)} ${n(y + 20)} ${n(px + 70)} ${n(py + 4)} ${n(px)} ${n(py)}Z`,
        mix(base, p.deep, 0.28),
      );
  }
  return out;
}

export function mesa(scene: Scene): string {
  const { random, box, p } = scene;
  const horizon = box.y + box.h * 0.74;
  const sunX = box.x + box.w * between(random, 0.3, 0.7);
  let out = disc(scene, sunX, horizon - box.h * between(random, 0.1, 0.26), box.w * between(random, 0.2, 0.28));
  const butte = (x: number, w: number, h: number, fill: string, side: string): string => {
    const t = horizon + 4;
    return (
      polygon(
        [
          [x - w * 0.8, t],
          [x - w * 0.5, t - h * 0.34],
          [x - w * 0.42, t - h * 0.38],
          [x - w * 0.36, t - h],
          [x + w * 0.1, t - h * 1.02],
          [x + w * 0.34, t - h * 0.96],
          [x + w * 0.42, t - h * 0.38],
          [x + w * 0.5, t - h * 0.34],
          [x + w * 0.85, t],
        ],
        fill,
      ) +
      polygon(
        [
          [x + w * 0.08, t - h * 1.02],
          [x + w * 0.34, t - h * 0.96],
          [x + w * 0.42, t - h * 0.38],
          [x + w * 0.5, t - h * 0.34],
          [x + w * 0.85, t],
          [x + w * 0.22, t],
        ],
        side,
      )
    );
  };
  const side = random() < 0.5 ? 0.2 : 0.8;
  out += butte(box.x + box.w * (1 - side), 70, box.h * 0.17, p.far, mix(p.far, p.mid, 0.6));
  out += butte(box.x + box.w * side, 128, box.h * 0.36, mix(p.far, p.mid, 0.7), p.mid);
  out += rect(box.x, horizon, box.w, box.h * 0.3, scene.shade(mix(p.mid, p.far, 0.4), p.mid));
  out += swell(scene, box.y + box.h * 0.92, box.h * 0.018, 1.1, random(), p.deep);
  const cx = box.x + box.w * (1 - side) + between(random, -30, 30);
  const foot = box.y + box.h * 0.95;
  const cactus = `M${n(cx)} ${n(foot)}v-92M${n(cx)} ${n(foot - 34)}h-14q-8 0 -8 -9v-18M${n(cx)} ${n(foot - 46)}h13q8 0 8 -9v-20`;
  return `${out}<path d="${cactus}" fill="none" stroke="${p.deep}" stroke-width="11" stroke-linecap="round"/>`;
}

export function road(scene: Scene): string {
  const { random, box, p } = scene;
  const horizon = box.y + box.h * 0.52;
  const vx = box.x + box.w * between(random, 0.36, 0.64);
  const bottom = box.y + box.h + 2;
  let out = disc(scene, vx, horizon - box.h * 0.04, box.w * between(random, 0.22, 0.3));
  out += filled(scene, ridge(scene, horizon + 2, box.h * 0.08, 0.5), p.far);
  out += rect(box.x, horizon, box.w, box.h * 0.5, scene.shade(p.mid, mix(p.mid, p.deep, 0.7)));
  out += polygon(
    [
      [vx - 3, horizon],
      [vx + 3, horizon],
      [box.x + box.w * 0.86, bottom],
      [box.x + box.w * 0.14, bottom],
    ],
    p.deep,
  );
  const middle = box.x + box.w * 0.5;
  for (let i = 0, t = 0.04; i < 7; i++) {
    const u = t * 1.42 + 0.02;
    const point = (s: number): [number, number] => [vx + (middle - vx) * s, horizon + (bottom - horizon) * s];
    const [x1, y1] = point(t);
    const [x2, y2] = point(Math.min(u, 0.93));
    out += polygon(
      [
        [x1 - 6 * t, y1],
        [x1 + 6 * t, y1],
        [x2 + 6 * u, y2],
        [x2 - 6 * u, y2],
      ],
      p.accent,
    );
    t = u * 1.16;
    if (t > 0.8) break;
  }
  const side = random() < 0.5 ? -1 : 1;
  let wire = "";
  for (let i = 0; i < 5; i++) {
    const s = 0.06 * 2 ** i;
    const x = vx + side * (14 + s * 250);
    const y = horizon + (bottom - horizon) * s * 0.75;
    const h = 26 + s * 300;
    out +=
      line(x, y, x, y - h, p.deep, 1 + s * 6) +
      line(x - h * 0.13, y - h * 0.88, x + h * 0.13, y - h * 0.88, p.deep, 1 + s * 4);
    wire += `${i === 0 ? "M" : "L"}${n(x)} ${n(y - h * 0.88)}`;
  }
  return `${out}<path d="${wire}" fill="none" stroke="${p.deep}" stroke-width="1.2"/>`;
}
