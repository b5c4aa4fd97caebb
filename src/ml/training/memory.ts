/** Estimates the memory of a training, which is refused at the start if it cannot fit. */
import { freemem } from "node:os";
import { AppError } from "../../errors.js";

export interface TrainingSize {
  ratings: number;
  users: number;
  items: number;
  factors: number;
  /** Of bayes; 1 for matrix factorization. */
  chains: number;
  samples: number;
  /** Whether an item-to-item matrix is trained. */
  ease: boolean;
}

/**
 * Rough peak memory of a training in bytes: what a chain allocates for each rating (residuals, indices and
 * implicit features of both sides) and each user and item (three vectors and the statistics of a block); the ratings as
 * the other threads have them, with their times; the samples, as kept and as files; three matrices of items × items.
 */
export function trainingBytes({ ratings, users, items, factors, chains, samples, ease }: TrainingSize): number {
  const vector = 4 * (factors + 4);
  const chain = 24 * ratings + (users + items) * (3 * vector + 160);
  const sample = 2 * items * 4 * (factors + 1);
  return 100 * ratings + chains * chain + 2 * samples * sample + (ease ? 3 * 4 * items ** 2 : 0);
}

/**
 * @param free bytes that can be had; by default what the machine has free
 * @throws {AppError} TRAINING_FAILED where the training would not fit
 */
export function checkTrainingFits(size: TrainingSize, free = freemem()): void {
  const needed = trainingBytes(size);
  if (needed <= free) return;
  const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new AppError(
    "TRAINING_FAILED",
    `expected ${gb(needed)} GB of free memory for ${size.ratings} ratings, received ${gb(free)} GB: ` +
      "train with fewer --samples, --chains or --factors, or --ranker ials",
  );
}
