/** Worker thread that runs one Markov chain; started by `bayes-train.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import type { FactorSample } from "../factors/factor-sample.js";
import { BayesChain } from "./bayes-chain.js";
import type { ChainJob, ChainMessage } from "./bayes-train.js";

if (parentPort === null) throw new Error("bayes-worker runs as a worker thread only: see trainBayes");
const port = parentPort;
const {
  data,
  options,
  sweeps,
  burnIn,
  keep,
  validation,
  sums,
  flags,
  chain: index,
  least,
  most,
} = workerData as ChainJob;

const chain = new BayesChain(data, options);
const pairs = chain.pairs(validation.userIndices, validation.itemIndices, validation.drift);
const samples: FactorSample[] = [];
let averaged = 0;
while (chain.sweeps < sweeps && Atomics.load(flags, 0) === 0) {
  chain.sweep();
  const done = chain.sweeps - burnIn;
  if (done > 0) {
    averaged++;
    const predicted = chain.predict(pairs);
    for (let k = 0; k < sums.length; k++) sums[k] += Math.min(most, Math.max(least, predicted[k]));
    const after = Math.floor((done * keep) / (sweeps - burnIn));
    const before = Math.floor(((done - 1) * keep) / (sweeps - burnIn));
    if (after > before) samples.push(chain.sample());
  }
  post({ kind: "sweep", chain: index, sweeps: chain.sweeps, averaged, alpha: chain.alpha });
}
// Interrupted between the burn-in and the first sample: the current state is kept.
if (samples.length === 0 && averaged > 0) samples.push(chain.sample());
post({ kind: "done", chain: index, samples, averaged });

function post(message: ChainMessage): void {
  port.postMessage(message);
}
