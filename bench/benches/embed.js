/**
 * Posters per second from files to embeddings, as `marquee posters embed` computes them, and through the bare network on tensors in memory: what decoding
 * and the worker cost. Skipped where the posters and the network beside the repository are absent.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Tensor } from "onnxruntime-node";
import { addEncoder } from "../../dist/posters/encoders/add-encoder.js";
import { createEmbedder, maxBatch } from "../../dist/posters/encoders/embedder.js";
import { loadEncoder, openSession } from "../../dist/posters/encoders/encoder-store.js";
import { decodeToPlanes } from "../../dist/posters/images/preprocessing.js";
import { alternate, toRateResult } from "../measure.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = here("../../../shared/data/posters");
const network = here("../../../shared/models/mobilenetv2-12-int8.onnx");
/** Tensors are those of the first posters, again and again: those of all would take 1.5 GB. */
const maxTensors = 256;

export async function embed({ quick }) {
  if (!existsSync(folder) || !existsSync(network)) {
    return { name: "embed", skipped: "the posters or the network are absent" };
  }
  const encodersFolder = mkdtempSync(join(tmpdir(), "marquee-bench-"));
  const { manifest } = await addEncoder(encodersFolder, network, { name: "net" });
  const { graph } = await loadEncoder(encodersFolder, "net");
  const names = readdirSync(folder).filter((name) => /\.(?:jpe?g|png|webp)$/i.test(name));
  const images = (quick ? names.slice(0, 64) : names).map((name) => readFileSync(join(folder, name)));
  const threads = Math.min(4, availableParallelism());
  const session = await openSession(graph, threads);
  const embedder = createEmbedder({ encodersFolder, manifest, threads });
  const step = manifest.input.batch ?? maxBatch;
  const area = 3 * manifest.input.size[1] * manifest.input.size[2];
  const tensors = [];
  for (let from = 0; from + step <= Math.min(maxTensors, images.length); from += step) {
    const planes = new Float32Array(step * area);
    for (let i = 0; i < step; i++) planes.set(await decodeToPlanes(images[from + i], manifest.preprocessing), i * area);
    tensors.push(planes);
  }
  const perSecond = (started) => (1000 * images.length) / (performance.now() - started);
  await embedder.embed(images.slice(0, 64));
  const rounds = await alternate(quick ? 1 : 3, {
    ours: async () => {
      const started = performance.now();
      const results = await embedder.embed(images);
      if (!results.every((result) => result.length === manifest.dimension))
        throw new Error("a poster was not embedded");
      return perSecond(started);
    },
    yardstick: async () => {
      const started = performance.now();
      for (let done = 0, batch = 0; done < images.length; done += step, batch++) {
        const planes = tensors[batch % tensors.length];
        await session.run({ [manifest.input.name]: new Tensor("float32", planes, [step, ...manifest.input.size]) });
      }
      return perSecond(started);
    },
  });
  await embedder.close();
  rmSync(encodersFolder, { recursive: true });
  return toRateResult("embed", "posters/s", 0.6, rounds);
}
