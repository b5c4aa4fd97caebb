/**
 * Lays posters out in two dimensions, similar ones near each other: UMAP (McInnes et al. 2018) over the exact nearest neighbours by
 * cosine, in a thread of its own.
 */
import { AppError } from "../../errors.js";
import { runWorker, sharedFloats } from "../../worker-thread.js";
import type { PosterIndex } from "./neighbours.js";

export interface LayoutJob {
  /** Its directions in shared memory. */
  index: PosterIndex;
  /** Of each poster, itself included. */
  neighbours: number;
  seed: number;
}

export type LayoutMessage = { kind: "epoch"; done: number } | { kind: "done"; points: Float32Array };

/** UMAP's usual number. */
const defaultNeighbours = 15;
/** All pairs are compared: the time grows with the square of their number. */
const maxLaidOut = 10_000;

/** A position in 0..1 in both directions for each poster. */
export interface Layout {
  x: Float32Array;
  y: Float32Array;
}

/**
 * @param onProgress called with the completed share, 0 to 1
 * @throws {AppError} INTERRUPTED after the signal; INVALID_ARGUMENT for more than `maxLaidOut`
 */
export async function layOutPosters(
  index: PosterIndex,
  {
    seed = 0,
    signal,
    onProgress = () => {},
  }: { seed?: number; signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<Layout> {
  const { ntotal: n } = index;
  if (n > maxLaidOut)
    throw new AppError("INVALID_ARGUMENT", `expected up to ${maxLaidOut} posters to lay out, received ${n}`);
  // Too few for neighbourhoods: side by side.
  if (n < 5) return { x: Float32Array.from({ length: n }, (_, i) => (i + 0.5) / n), y: new Float32Array(n).fill(0.5) };
  const job: LayoutJob = {
    index: { ...index, directions: sharedFloats(index.directions) },
    neighbours: Math.min(defaultNeighbours, n - 1),
    seed,
  };
  let points = new Float32Array(0);
  await runWorker<LayoutMessage>(
    "posters/vectors/layout-worker",
    job,
    (message) => {
      if (message.kind === "epoch") onProgress(message.done);
      else points = message.points as Float32Array<ArrayBuffer>;
    },
    signal,
  );
  return { x: scaled(points, 0), y: scaled(points, 1) };
}

/** One coordinate of interleaved points, from the least at 0 to the most at 1. */
function scaled(points: Float32Array, coordinate: 0 | 1): Float32Array {
  const values = Float32Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + coordinate]);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return values.map((value) => (most === least ? 0.5 : (value - least) / (most - least)));
}
