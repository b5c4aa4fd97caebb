/** Training of the Bayesian model: one Markov chain in each worker thread, their samples pooled. */
import { AppError } from "../../errors.js";
import { runWorker, sharedFloats, sharedInts } from "../../worker-thread.js";
import type { SparseRows } from "../data/rating-matrix.js";
import type { FactorSample } from "../factors/factor-sample.js";
import { type ChainData, type ChainOptions, chainDefaults } from "./bayes-chain.js";
import type { Drift, DriftPairs } from "./bayes-drift.js";

export interface BayesOptions extends ChainOptions {
  sweeps: number;
  /** Sweeps of each chain that are not averaged or kept. */
  burnIn: number;
  chains: number;
  /** Samples kept in all, evenly spaced over the chains. */
  samples: number;
}

export const bayesDefaults: BayesOptions = { ...chainDefaults, sweeps: 600, burnIn: 60, chains: 2, samples: 40 };

/** Ratings that judge a training: parallel arrays by row. */
export interface HeldOut {
  userIndices: Int32Array;
  itemIndices: Int32Array;
  stars: Float32Array;
  /** Of data with times. */
  drift?: DriftPairs;
}

/** What a chain's thread is started with. */
export interface ChainJob {
  chain: number;
  data: ChainData;
  options: ChainOptions;
  sweeps: number;
  burnIn: number;
  /** Samples that this chain keeps. */
  keep: number;
  least: number;
  most: number;
  validation: Pick<HeldOut, "userIndices" | "itemIndices" | "drift">;
  /** Sums of the clipped predictions of the validation ratings, in shared memory. */
  sums: Float64Array;
  /** Shared memory: [0] is 1 once the training is to stop. */
  flags: Int32Array;
}

export type ChainMessage =
  | { kind: "sweep"; chain: number; sweeps: number; averaged: number; alpha: number }
  | { kind: "done"; chain: number; samples: FactorSample[]; averaged: number };

export interface SweepReport {
  /** Sweeps done, of all chains together. */
  done: number;
  of: number;
  /** RMSE of the predictions averaged so far, in stars; undefined before the end of the burn-in or without ratings held out. */
  validationRmse?: number;
}

export interface BayesRun {
  samples: FactorSample[];
  /** Mean over sweeps and chains of the clipped predictions of the ratings held out, in stars. */
  validationPredictions: Float32Array;
  /** Of each chain. */
  sweeps: number[];
  stopped: "all sweeps" | "interrupted";
}

/** Sweeps between computations of the running RMSE, which reads every held-out rating. */
const reportEvery = 10;

/**
 * Reproducible for the same data, options and number of chains, unless it is interrupted.
 * @throws {AppError} INTERRUPTED before the burn-in is over; TRAINING_FAILED where the samples are not finite
 */
export async function trainBayes(
  data: ChainData,
  heldOut: HeldOut,
  scale: { least: number; most: number },
  options: BayesOptions,
  hooks: { signal?: AbortSignal; onSweep?: (report: SweepReport) => void } = {},
): Promise<BayesRun> {
  const { chains, samples, sweeps, burnIn } = options;
  const size = heldOut.stars.length;
  const flags = new Int32Array(new SharedArrayBuffer(4));
  const stop = () => Atomics.store(flags, 0, 1);
  hooks.signal?.addEventListener("abort", stop);
  if (hooks.signal?.aborted) stop();
  const shared = withSharedRatings(data);
  const sums = Array.from({ length: chains }, () => new Float64Array(new SharedArrayBuffer(size * 8)));
  const averaged = new Array<number>(chains).fill(0);
  const done = new Array<number>(chains).fill(0);
  const kept = Array.from({ length: chains }, (): FactorSample[] => []);
  const onMessage = (message: ChainMessage) => {
    averaged[message.chain] = message.averaged;
    if (message.kind === "done") {
      kept[message.chain] = message.samples;
      return;
    }
    done[message.chain] = message.sweeps;
    const all = done.reduce((a, b) => a + b, 0);
    const isReported = all % reportEvery === 0 && size > 0 && averaged.some((n) => n > 0);
    const validationRmse = isReported ? rmseOfMean(sums, averaged, heldOut.stars) : undefined;
    hooks.onSweep?.({ done: all, of: sweeps * chains, validationRmse });
  };
  try {
    await Promise.all(
      sums.map((own, chain) => {
        const keep = Math.floor(((chain + 1) * samples) / chains) - Math.floor((chain * samples) / chains);
        const job: ChainJob = {
          chain,
          data: shared,
          // Chains of neighbouring seeds must not be the same ones.
          options: { ...options, seed: options.seed * 1009 + chain },
          sweeps,
          burnIn,
          keep,
          ...scale,
          validation: { userIndices: heldOut.userIndices, itemIndices: heldOut.itemIndices, drift: heldOut.drift },
          sums: own,
          flags,
        };
        return runWorker<ChainMessage>("ml/bayes/bayes-worker", job, onMessage);
      }),
    );
  } catch (error) {
    stop();
    throw error;
  } finally {
    hooks.signal?.removeEventListener("abort", stop);
  }
  const pooled = kept.flat();
  if (pooled.length === 0) {
    throw new AppError(
      "INTERRUPTED",
      `interrupted before the first sample was kept, after ${burnIn} sweeps of burn-in: nothing was changed`,
    );
  }
  if (!pooled.every(({ items, w0 }) => Number.isFinite(w0) && items.every(Number.isFinite))) {
    throw new AppError("TRAINING_FAILED", "expected finite samples, but the chain diverged: train with another --seed");
  }
  return {
    samples: pooled,
    validationPredictions: meanPredictions(sums, averaged),
    sweeps: done,
    stopped: done.every((n) => n === sweeps) ? "all sweeps" : "interrupted",
  };
}

function withSharedRatings({ users, items, drift }: ChainData): ChainData {
  const share = (rows: SparseRows): SparseRows => ({
    ...rows,
    indptr: sharedInts(rows.indptr),
    indices: sharedInts(rows.indices),
    data: sharedFloats(rows.data),
  });
  return {
    users: { ...users, ratings: share(users.ratings) },
    items: { ...items, ratings: share(items.ratings) },
    drift: drift && withSharedFeatures(drift),
  };
}

function withSharedFeatures(drift: Drift): Drift {
  const share = (group: Drift["item"]) => ({ ...group, featureIndices: sharedInts(group.featureIndices) });
  return { ...drift, item: share(drift.item), day: share(drift.day), itemPositions: sharedInts(drift.itemPositions) };
}

function meanPredictions(sums: readonly Float64Array[], averaged: readonly number[]): Float32Array {
  const total = averaged.reduce((a, b) => a + b, 0);
  return Float32Array.from(sums[0], (_, k) => sums.reduce((sum, own) => sum + own[k], 0) / total);
}

function rmseOfMean(sums: readonly Float64Array[], averaged: readonly number[], truth: Float32Array): number {
  const total = averaged.reduce((a, b) => a + b, 0);
  let squares = 0;
  for (let k = 0; k < truth.length; k++) {
    let sum = 0;
    for (const own of sums) sum += own[k];
    squares += (sum / total - truth[k]) ** 2;
  }
  return Math.sqrt(squares / truth.length);
}
