/** Space motifs: planets and stars. */
import { between, circle, halo, middle, mix, n, path, pick, rect, ring, type Scene } from "./draw-kit.js";

function stars(scene: Scene, count: number): string {
  const { random, box, p } = scene;
  let out = "";
  for (let i = 0; i < count; i++)
    out += circle(
      box.x + random() * box.w,
      box.y - 80 + random() * (box.h + 120),
      between(random, 0.5, 1.7),
      p.light,
      `opacity="${n(between(random, 0.4, 1))}"`,
    );
  return out;
}

export function planets(scene: Scene): string {
  const { random, p, soft } = scene;
  const { x, y, r } = middle(scene);
  const big = r * between(random, 0.62, 0.8);
  const cx = x + between(random, -30, 30);
  const cy = y + between(random, -10, 20);
  let out = stars(scene, 70) + halo(scene, cx, cy, big * 2, p.glow, 0.7);
  const tilt = between(random, -28, 28);
  const hasRing = random() < 0.6;
  const ringPath = (front: boolean): string =>
    `<path d="M${n(cx - big * 1.6)} ${n(cy)}A${n(big * 1.6)} ${n(big * 0.4)} 0 0 ${front ? 0 : 1} ${n(cx + big * 1.6)} ${n(cy)}" fill="none" stroke="${p.light}" stroke-width="${n(big * 0.1)}" opacity=".9" transform="rotate(${n(tilt)} ${n(cx)} ${n(cy)})"/>`;
  if (hasRing) out += ringPath(false);
  const clip = scene.define(
    (id) => `<clipPath id="${id}"><circle cx="${n(cx)}" cy="${n(cy)}" r="${n(big)}"/></clipPath>`,
  );
  let body = circle(cx, cy, big, p.accent);
  if (!hasRing || random() < 0.5) {
    for (let i = 0; i < 6; i++)
      body += rect(
        cx - big,
        cy - big + (i * big) / 3 + between(random, 0, 12),
        big * 2,
        between(random, 5, big * 0.2),
        i % 2 === 0 ? mix(p.accent, p.light, 0.4) : mix(p.accent, p.far, 0.4),
        `transform="rotate(${n(tilt)} ${n(cx)} ${n(cy)})"`,
      );
  }
  // Night falls from the right: in flat style a second disc, in soft style a gradient.
  body += soft
    ? circle(
        cx,
        cy,
        big,
        scene.define(
          (id) =>
            `<radialGradient id="${id}" cx=".3" cy=".28" r=".85"><stop offset=".25" stop-color="${p.deep}" stop-opacity="0"/><stop offset=".95" stop-color="${p.deep}" stop-opacity=".95"/></radialGradient>`,
        ),
      )
    : path(
        `M${n(cx)} ${n(cy - big)}A${n(big)} ${n(big)} 0 0 1 ${n(cx)} ${n(cy + big)}A${n(big * 1.4)} ${n(big * 1.4)} 0 0 0 ${n(cx)} ${n(cy - big)}Z`,
        p.deep,
        'opacity=".55"',
      );
  out += `<g clip-path="${clip}">${body}</g>`;
  if (hasRing) out += ringPath(true);
  const a = between(random, 2.4, 4);
  const mx = cx + big * 1.45 * Math.cos(a);
  const my = cy + big * 1.3 * Math.sin(a);
  out +=
    circle(mx, my, big * 0.16, scene.shade(p.light, p.far)) +
    circle(cx + big * 1.2, cy + big * 1.05, big * 0.09, p.far);
  return out;
}

export function orbit(scene: Scene): string {
  const { random, p } = scene;
  const { x, y, r } = middle(scene);
  let out = stars(scene, 46) + halo(scene, x, y, r * 1.2, p.glow, 0.9);
  for (let i = 1; i <= 5; i++) {
    const radius = r * (0.24 + i * 0.17);
    out += ring(x, y, radius, p.light, 1.3, 'opacity=".55"');
    const a = random() * 6.28;
    const size = between(random, 5, 17);
    out += circle(
      x + radius * Math.cos(a),
      y + radius * Math.sin(a),
      size,
      pick(random, [p.light, p.far, p.accent, mix(p.accent, p.far, 0.5)]),
    );
  }
  return out + circle(x, y, r * 0.22, scene.shade(p.light, p.accent, "radial"));
}
