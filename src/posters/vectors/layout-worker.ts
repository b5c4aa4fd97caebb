/** Worker thread that lays posters out in two dimensions; started by `layout.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { UMAP } from "umap-js";
import { mulberry32 } from "../../random.js";
import type { LayoutJob, LayoutMessage } from "./layout.js";
import { nearestPosters } from "./neighbours.js";

if (parentPort === null) throw new Error("layout-worker runs as a worker thread only: see layOutPosters");
const port = parentPort;
const { index, neighbours, seed } = workerData as LayoutJob;

const { indices, distances } = await findNeighbours();
const umap = new UMAP({ nComponents: 2, nNeighbors: neighbours, minDist: 0.15, random: mulberry32(seed) });
umap.setPrecomputedKNN(indices, distances);
// With the neighbours given, the rows count by their number alone.
const epochs = umap.initializeFit(Array.from({ length: index.ntotal }, () => [0]));
for (let epoch = 1; epoch <= epochs; epoch++) {
  umap.step();
  if (epoch % 10 === 0) post({ kind: "epoch", done: epoch / epochs });
}
post({ kind: "done", points: Float32Array.from(umap.getEmbedding().flat()) });

/** The nearest posters of each, itself first, by cosine distance; exact. */
async function findNeighbours(): Promise<{ indices: number[][]; distances: number[][] }> {
  const all = { indices: [] as number[][], distances: [] as number[][] };
  for (let i = 0; i < index.ntotal; i++) {
    const own = index.directions.subarray(i * index.d, (i + 1) * index.d);
    const nearest = await nearestPosters(index, own, neighbours - 1, new Set([i]));
    all.indices.push([i, ...nearest.indices]);
    all.distances.push([0, ...Array.from(nearest.similarities, (similarity) => Math.max(0, 1 - similarity))]);
  }
  return all;
}

function post(message: LayoutMessage): void {
  port.postMessage(message);
}
