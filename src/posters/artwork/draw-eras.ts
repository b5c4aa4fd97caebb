/** Adapts a drawn poster to the era of its film: print, colours, light, lettering. */

import type { FontName } from "../lettering/lettering-glyphs.js";
import { luminance, mix, type Palette, pick, type Random } from "../motifs/draw-kit.js";
import type { Mood } from "./draw-moods.js";
import type { TitleLayout } from "./draw-title.js";

/**
 * `print` is cream paper and two inks (before 1960), `flat` cut paper (to 1979), `neon` the 1980s, `light` the 1990s
 * and 2000s, `clean` what came after.
 */
export type Era = "print" | "flat" | "neon" | "light" | "clean";

export function getEra(year: number | undefined): Era {
  if (year === undefined) return "light";
  if (year < 1960) return "print";
  if (year < 1980) return "flat";
  if (year < 1990) return "neon";
  return year < 2010 ? "light" : "clean";
}

/** Moods whose posters stay bright whatever the decade. */
export const brightMoods: ReadonlySet<Mood> = new Set<Mood>(["kids", "comedy", "romance", "documentary", "western"]);

function saturation(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  const c = [value >> 16, (value >> 8) & 255, value & 255];
  return (Math.max(...c) - Math.min(...c)) / 255;
}

export const paper = "#f1e7d0";

/** The palette as two inks on cream paper: the mood's strongest colour, muted, and a warm black. */
function twoInks(p: Palette): Palette {
  const strongest = [p.accent, p.mid, p.far].sort((a, b) => saturation(b) - saturation(a))[0];
  const ink = mix("#1c1815", p.deep, 0.5);
  const strong = luminance(strongest) > 0.5 ? mix(strongest, "#7a5a20", 0.35) : strongest;
  const key = mix(strong, "#94866c", 0.2);
  const brightness = luminance(p.sky);
  if (brightness > 0.42)
    return {
      sky: mix(paper, key, 0.16),
      glow: paper,
      far: mix(key, paper, 0.42),
      mid: key,
      deep: ink,
      accent: key,
      light: "#faf4e4",
    };
  if (brightness > 0.1)
    return {
      sky: key,
      glow: mix(key, paper, 0.4),
      far: mix(key, paper, 0.3),
      mid: mix(key, ink, 0.45),
      deep: ink,
      accent: paper,
      light: "#faf4e4",
    };
  return {
    sky: mix(ink, key, 0.24),
    glow: mix(key, paper, 0.3),
    far: mix(ink, key, 0.62),
    mid: mix(ink, key, 0.36),
    deep: mix(ink, "#000000", 0.3),
    accent: saturation(key) > 0.25 ? key : paper,
    light: paper,
  };
}

function neon(p: Palette, bright: boolean): Palette {
  const hot = mix(p.glow, "#ff2f92", bright ? 0.25 : 0.42);
  return {
    sky: bright ? p.sky : mix(p.sky, "#170a3a", 0.4),
    glow: hot,
    far: mix(p.far, "#5a1f8f", bright ? 0.15 : 0.32),
    mid: mix(p.mid, "#2c1064", bright ? 0.15 : 0.32),
    deep: mix(p.deep, "#0b0322", 0.5),
    accent: mix(p.accent, "#ffe14d", 0.2),
    light: p.light,
  };
}

/** The palette of the era, and the sky's colour at the top and at the bottom of the sheet. */
export function eraPalette(era: Era, p: Palette, mood: Mood): { p: Palette; top: string; bottom: string } {
  const bright = brightMoods.has(mood);
  switch (era) {
    case "print": {
      const inks = twoInks(p);
      return { p: inks, top: inks.sky, bottom: inks.sky };
    }
    case "flat":
      return { p, top: p.sky, bottom: p.sky };
    case "neon": {
      const lit = neon(p, bright);
      return {
        p: lit,
        top: bright ? mix(lit.sky, lit.glow, 0.1) : mix(lit.sky, lit.deep, 0.45),
        bottom: mix(lit.sky, lit.glow, bright ? 0.5 : 0.62),
      };
    }
    case "light":
      return { p, top: mix(p.sky, p.deep, bright ? 0.08 : 0.5), bottom: mix(p.sky, p.glow, bright ? 0.5 : 0.42) };
    default: {
      const pale = luminance(p.sky) > 0.3;
      const sky = pale ? mix(p.light, p.sky, 0.3) : mix(p.sky, p.deep, 0.2);
      return { p: { ...p, sky, glow: pale ? p.light : p.glow }, top: sky, bottom: sky };
    }
  }
}

interface Lettering {
  layout: TitleLayout;
  font: FontName;
  capitals: boolean;
}

function set(layout: TitleLayout, font: FontName, capitals = true): Lettering {
  return { layout, font, capitals };
}

const ofEra: Record<Era, Lettering[]> = {
  print: [
    set("rules", "playfairBlack"),
    set("rules", "playfair", false),
    set("giant", "oswald"),
    set("italic", "playfairItalic", false),
  ],
  flat: [
    set("stack", "interBlack", false),
    set("giant", "bebas"),
    set("stack", "bebas"),
    set("giant", "oswald"),
    set("stack", "interBold", false),
  ],
  neon: [set("giant", "bebas"), set("giant", "oswald"), set("wide", "oswald"), set("italic", "playfairItalic", false)],
  light: [
    set("wide", "oswaldLight"),
    set("rules", "playfair"),
    set("giant", "bebas"),
    set("wide", "playfair"),
    set("giant", "oswald"),
    set("stack", "oswald"),
  ],
  clean: [
    set("small", "interBold", false),
    set("wide", "interLight"),
    set("small", "interLight", false),
    set("wide", "oswaldLight"),
  ],
};

/** Letters that belong to a mood; half of its films have them. */
const ofMood: Partial<Record<Mood, Lettering[]>> = {
  horror: [set("giant", "bebas"), set("rules", "playfairBlack"), set("wide", "playfair")],
  sciFi: [set("wide", "oswaldLight"), set("wide", "interLight"), set("giant", "bebas")],
  western: [set("rules", "playfairBlack"), set("giant", "playfairBlack")],
  noir: [set("giant", "oswald"), set("rules", "playfair")],
  war: [set("giant", "bebas"), set("stack", "oswald")],
  kids: [set("stack", "interBlack", false), set("giant", "interBlack", false)],
  romance: [set("italic", "playfairItalic", false), set("rules", "playfair", false)],
  musical: [set("italic", "playfairItalic", false), set("giant", "playfairBlack", false)],
  comedy: [set("stack", "interBlack", false), set("giant", "interBlack", false), set("giant", "bebas")],
  action: [set("giant", "bebas"), set("giant", "oswald")],
  fantasy: [set("rules", "playfair"), set("wide", "playfair")],
  documentary: [set("stack", "interBold", false), set("small", "interBold", false)],
};

export function chooseLettering(random: Random, era: Era, mood: Mood): Lettering {
  const own = ofMood[mood];
  return own && random() < 0.5 ? pick(random, own) : pick(random, ofEra[era]);
}
