/** Sparse feature groups of users and movies for the Bayesian model. */
import type { SparseRows } from "../data/rating-matrix.js";

/**
 * Features of one kind that entities of one side (users or items) have: their own id, what they rated, a label.
 * Every feature that an entity has enters with the entity's one weight.
 */
export interface FeatureGroup {
  name: string;
  features: number;
  /** Offsets into `entities` of each feature; length features + 1. */
  indptr: Int32Array;
  /** Entities that have the feature, feature by feature. */
  entities: Int32Array;
  /** Weight of an entity's features of this group; undefined: 1 for all. */
  weights?: Float32Array;
}

/** One feature an entity: its own id. */
export function idGroup(entities: number): FeatureGroup {
  const indptr = Int32Array.from({ length: entities + 1 }, (_, row) => row);
  return { name: "id", features: entities, indptr, entities: indptr.slice(0, entities) };
}

/**
 * What an entity rated (or was rated by), weighing 1/√n each.
 * @param own ratings by entity; @param other the same by what is rated
 */
export function implicitGroup(own: SparseRows, other: SparseRows): FeatureGroup {
  const weights = new Float32Array(own.rows);
  for (let row = 0; row < own.rows; row++) {
    const n = own.indptr[row + 1] - own.indptr[row];
    weights[row] = n === 0 ? 0 : 1 / Math.sqrt(n);
  }
  return { name: "implicit", features: other.rows, indptr: other.indptr, entities: other.indices, weights };
}

/**
 * Labels, each entity's weighing 1/√(how many it has).
 * @param labels rows of the label list of each entity; none where it has no label
 */
export function labelGroup(name: string, features: number, labels: readonly (readonly number[])[]): FeatureGroup {
  const indptr = new Int32Array(features + 1);
  for (const rows of labels) for (const row of rows) indptr[row + 1]++;
  for (let f = 0; f < features; f++) indptr[f + 1] += indptr[f];
  const next = indptr.slice();
  const entities = new Int32Array(indptr[features]);
  const weights = new Float32Array(labels.length);
  labels.forEach((rows, entity) => {
    for (const row of rows) entities[next[row]++] = entity;
    weights[entity] = rows.length === 0 ? 0 : 1 / Math.sqrt(rows.length);
  });
  const single = weights.every((weight) => weight === 1);
  return { name, features, indptr, entities, weights: single ? undefined : weights };
}
