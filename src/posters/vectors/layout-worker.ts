/** Worker thread that lays posters out in two dimensions; started by `layout.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { UMAP } from "umap-js";
import { mulberry32 } from "../../random.js";
import type { LayoutJob, LayoutMessage } from "./layout.js";

if (parentPort === null) throw new Error("layout-worker runs as a worker thread only: see layOutPosters");
const port = parentPort;
const { directions, d, neighbours, seed } = workerData as LayoutJob;
const n = directions.length / d;

const { indices, distances } = findNeighbours();
const umap = new UMAP({ nComponents: 2, nNeighbors: neighbours, minDist: 0.15, random: mulberry32(seed) });
umap.setPrecomputedKNN(indices, distances);
// With the neighbours given, the rows count by their number alone.
const epochs = umap.initializeFit(Array.from({ length: n }, () => [0]));
for (let epoch = 1; epoch <= epochs; epoch++) {
  umap.step();
  if (epoch % 10 === 0) post({ kind: "epoch", done: epoch / epochs });
}
post({ kind: "done", points: Float32Array.from(umap.getEmbedding().flat()) });

/** The nearest rows of each, itself first, by cosine distance; exact. */
function findNeighbours(): { indices: number[][]; distances: number[][] } {
  const all = { indices: [] as number[][], distances: [] as number[][] };
  const distance = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let dot = 0;
      for (let k = 0; k < d; k++) dot += directions[i * d + k] * directions[j * d + k];
      distance[j] = j === i ? -1 : Math.max(0, 1 - dot);
    }
    const nearest = Array.from(distance.keys())
      .sort((a, b) => distance[a] - distance[b])
      .slice(0, neighbours);
    all.indices.push(nearest);
    all.distances.push(nearest.map((j) => Math.max(0, distance[j])));
  }
  return all;
}

function post(message: LayoutMessage): void {
  port.postMessage(message);
}
