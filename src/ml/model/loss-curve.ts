/** How the error of a model fell while it was trained: the file `losses.csv` in its folder. */
import { parse } from "csv-parse/sync";
import * as z from "zod";
import { AppError } from "../../errors.js";

export const lossesFile = "losses.csv";

export const lossUnits = ["epoch", "sweep", "iteration"] as const;

export interface LossPoint {
  /** Number of units done, from 1. */
  step: number;
  /** Stars, on the ratings trained on; null where it was not computed. */
  trainRmse: number | null;
  /** Stars, on the ratings held out; null where none were. */
  validationRmse: number | null;
  /** Time that an epoch took. */
  seconds?: number;
}

export interface LossCurve {
  unit: (typeof lossUnits)[number];
  points: LossPoint[];
}

const stars = z
  .literal("")
  .transform(() => null)
  .or(z.coerce.number());
const rows = z.array(z.object({ step: z.coerce.number().int(), train_rmse: stars, validation_rmse: stars })).min(1);

/** One line for each point, under a header that begins with the unit; a number that there is none of, or that is not finite, is empty. */
export function toLossesCsv({ unit, points }: LossCurve): Uint8Array {
  const isTimed = points.every(({ seconds }) => seconds !== undefined);
  const header = [unit, "train_rmse", "validation_rmse", ...(isTimed ? ["seconds"] : [])];
  const lines = points.map(({ step, trainRmse, validationRmse, seconds }) => [
    step,
    toCell(trainRmse),
    toCell(validationRmse),
    ...(isTimed ? [seconds] : []),
  ]);
  return new TextEncoder().encode(`${[header, ...lines].map((cells) => cells.join(",")).join("\n")}\n`);
}

function toCell(value: number | null): string {
  return value === null || !Number.isFinite(value) ? "" : String(value);
}

/** @throws {AppError} MODEL_INVALID */
export function parseLossesCsv(text: string): LossCurve {
  const unit = lossUnits.find((name) => text.startsWith(`${name},`));
  const parsed = rows.safeParse(parseRows(text));
  if (unit === undefined || !parsed.success) {
    throw new AppError(
      "MODEL_INVALID",
      `expected ${lossesFile} to have the columns ${lossUnits.join(" or ")}, train_rmse and validation_rmse, with numbers in them`,
    );
  }
  const points = parsed.data.map(({ step, train_rmse, validation_rmse }) => ({
    step,
    trainRmse: train_rmse,
    validationRmse: validation_rmse,
  }));
  return { unit, points };
}

/** Undefined where it is no CSV. */
function parseRows(text: string): unknown {
  try {
    return parse(text, { columns: (header: string[]) => ["step", ...header.slice(1)] });
  } catch {
    return undefined;
  }
}
