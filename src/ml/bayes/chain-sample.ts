/** Copies the state of a Markov chain into a sample that a factor model keeps. */
import type { FactorSample } from "../factors/factor-sample.js";
import type { Arena, Slice } from "../linalg/kernels.js";
import type { DriftSampler } from "./bayes-drift.js";
import { type Side, width } from "./chain-side.js";

interface ChainState {
  w0: number;
  alpha: number;
  users: Side;
  items: Side;
  drift?: DriftSampler;
}

/** A copy of the state that predictions follow from. */
export function takeSample(
  arena: Arena,
  factors: number,
  { w0, alpha, users, items, drift }: ChainState,
): FactorSample {
  const labels = (side: Side) => side.groups.slice(2);
  return {
    factors,
    w0,
    alpha,
    items: toRows(arena, factors, items.rows, items.blocks),
    itemPrecisions: arena.f32(items.precision).slice(),
    implicit: toRows(arena, factors, users.groups[1].features, users.groups[1].V),
    userMean: withBias(factors, users.groups[0].mu),
    userLambda: withBias(factors, users.groups[0].lambda),
    userLabels: concatenated(labels(users).map((group) => toRows(arena, factors, group.features, group.V))),
    itemMean: withBias(factors, items.groups[0].mu),
    itemLambda: withBias(factors, items.groups[0].lambda),
    itemLabels: concatenated(labels(items).map((group) => toRows(arena, factors, group.features, group.V))),
    drift: drift?.takeSample(),
  };
}

/** Rows of four-dimensional blocks, the linear one first, as rows of all factors with the bias last. */
function toRows(arena: Arena, factors: number, rows: number, blocks: readonly Slice[]): Float32Array {
  const stride = factors + 1;
  const out = new Float32Array(rows * stride);
  blocks.forEach((slice, block) => {
    const view = arena.f32(slice);
    for (let row = 0; row < rows; row++) {
      if (block === 0) out[row * stride + factors] = view[row * width];
      else for (let k = 0; k < width; k++) out[row * stride + (block - 1) * width + k] = view[row * width + k];
    }
  });
  return out;
}

function withBias(factors: number, values: Float64Array): Float32Array {
  const out = new Float32Array(factors + 1);
  out.set(values.subarray(width));
  out[factors] = values[0];
  return out;
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
