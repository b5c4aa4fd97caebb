/** The motifs by name, and where each one can stand. */
import type { Scene } from "./draw-kit.js";
import * as earth from "./earth.js";
import * as face from "./face.js";
import * as geometry from "./geometry.js";
import * as green from "./green.js";
import * as love from "./love.js";
import * as motion from "./motion.js";
import * as pattern from "./pattern.js";
import * as room from "./room.js";
import * as sky from "./sky.js";
import * as space from "./space.js";
import * as thing from "./thing.js";
import * as town from "./town.js";
import * as war from "./war.js";

/**
 * `land` ends below in the colour `deep`, `float` has sky all around, `full` covers its box from edge to edge:
 * that decides what may lie beside it.
 */
export type Footing = "land" | "float" | "full";

interface Motif {
  footing: Footing;
  draw: (scene: Scene) => string;
}

function all<Name extends string>(
  footing: Footing,
  drawings: Record<Name, (scene: Scene) => string>,
): Record<Name, Motif> {
  const entries = Object.entries<(scene: Scene) => string>(drawings).map(([name, draw]) => [name, { footing, draw }]);
  return Object.fromEntries(entries) as Record<Name, Motif>;
}

const { blinds, door, windowPane, ...rooms } = room;
const { couple, ...hearts } = love;
const { rays, shards, ...centred } = geometry;
const { bars, ...patterns } = pattern;
const { keys, ...things } = thing;

export const motifs = {
  ...all("land", { ...earth, ...green, ...sky, ...town, ...rooms, ...war, couple }),
  ...all("float", { ...space, ...face, ...things, ...hearts, ...centred, bars }),
  ...all("full", { ...patterns, ...motion, blinds, door, window: windowPane, rays, shards, keys }),
};

export type MotifName = keyof typeof motifs;
