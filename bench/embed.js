/**
 * Posters per second of the whole pipeline from bytes to embeddings, as in `marquee posters embed`, and of the bare network on
 * tensors in memory: the overhead of decoding and of the worker. Both run in one process, in alternating rounds.
 * `node bench/embed.js <folder of posters> <classifier.onnx> [rounds]`
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { addEncoder } from "../dist/posters/encoders/add-encoder.js";
import { createEmbedder, maxBatch } from "../dist/posters/encoders/embedder.js";
import { loadEncoder, openSession } from "../dist/posters/encoders/encoder-store.js";
import { decodeToPlanes } from "../dist/posters/images/preprocessing.js";

const [, , folder, network] = process.argv;
const rounds = Number(process.argv[4] ?? 3);
const encodersFolder = mkdtempSync(join(tmpdir(), "marquee-bench-"));
const { manifest } = await addEncoder(encodersFolder, network, { name: "net" });
const { graph } = await loadEncoder(encodersFolder, "net");
const images = readdirSync(folder)
  .filter((name) => /\.(?:jpe?g|png|webp)$/i.test(name))
  .map((name) => readFileSync(join(folder, name)));
const threads = Math.min(4, availableParallelism());
const session = await openSession(graph, threads);
const embedder = createEmbedder({ encodersFolder, manifest, threads });
const step = manifest.input.batch ?? maxBatch;
const area = 3 * manifest.input.size[1] * manifest.input.size[2];

// Reuses the tensors of the first posters: those of all would take 1.5 GB.
const kept = 256;
const tensors = [];
for (let from = 0; from + step <= kept; from += step) {
  const planes = new Float32Array(step * area);
  for (let i = 0; i < step; i++) planes.set(await decodeToPlanes(images[from + i], manifest.preprocessing), i * area);
  tensors.push(planes);
}

async function bare() {
  for (let done = 0, batch = 0; done < images.length; done += step, batch++) {
    const planes = tensors[batch % tensors.length];
    await session.run({ [manifest.input.name]: new Tensor("float32", planes, [step, ...manifest.input.size]) });
  }
}

async function whole() {
  const results = await embedder.embed(images);
  if (!results.every((result) => result.length === manifest.dimension)) throw new Error("a poster was not embedded");
}

const times = { bare: [], whole: [] };
const sides = { bare, whole };
await embedder.embed(images.slice(0, 64));
for (let round = 0; round < rounds; round++) {
  for (const name of round % 2 === 0 ? ["bare", "whole"] : ["whole", "bare"]) {
    const started = performance.now();
    await sides[name]();
    times[name].push((performance.now() - started) / 1000);
  }
}
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const perSecond = (name) => images.length / median(times[name]);
console.log(
  `node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}; ${images.length} posters, ${threads} threads`,
);
for (const name of ["bare", "whole"]) {
  console.log(
    `${name.padEnd(6)} ${perSecond(name).toFixed(1)} posters/s (s per round: ${times[name].map((t) => t.toFixed(1)).join(" ")})`,
  );
}
console.log(`ratio  ${(perSecond("whole") / perSecond("bare")).toFixed(3)} of the bare network's rate`);
await embedder.close();
rmSync(encodersFolder, { recursive: true });
process.exit(0);
