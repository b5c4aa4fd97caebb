/** Evaluates a way of training by a named protocol: trains on a part of the data, tests on the rest, and saves nothing. */
import { AppError } from "../../errors.js";
import type { Services } from "../../services/services.js";
import { loadTrainingSet } from "../load-training-set.js";
import { type Progress, silent } from "../progress.js";
import { heldOutMoviesProtocol } from "./held-out-movies.js";
import { type Figures, meanFigures, type Protocol, type ProtocolOptions, type ProtocolResult } from "./protocol.js";
import { leaveOneOutProtocol, rankingProtocol } from "./ranking-protocols.js";
import { heldOutUsersProtocol, randomProtocol, timeProtocol } from "./star-protocols.js";

export const protocolNames = [
  "random-90-10",
  "held-out-users",
  "held-out-movies",
  "time-split",
  "ranking-80-20",
  "ncf-leave-one-out",
] as const;
export type ProtocolName = (typeof protocolNames)[number];

const protocols: Record<ProtocolName, Protocol> = {
  "random-90-10": randomProtocol,
  "held-out-users": heldOutUsersProtocol,
  "held-out-movies": heldOutMoviesProtocol,
  "time-split": timeProtocol,
  "ranking-80-20": rankingProtocol,
  "ncf-leave-one-out": leaveOneOutProtocol,
};

export interface RunProtocolOptions extends ProtocolOptions {
  protocol: ProtocolName;
}

export interface ProtocolReport extends ProtocolResult {
  dataset: string;
  /** Of each figure, over the runs. */
  mean: Figures;
}

/** @throws {AppError} DATA_EMPTY, DATA_FORMAT; as `trainFactors` */
export async function runProtocol(
  { store, encoders }: Services,
  { protocol, ...options }: RunProtocolOptions,
  progress: Progress = silent,
): Promise<ProtocolReport> {
  const { data, name } = await loadTrainingSet(store, "all", (await encoders.inUse()).key);
  const result = await protocols[protocol](data, options, progress);
  checkFigures(result);
  return { ...result, dataset: name, mean: meanFigures(result.runs) };
}

/** @throws {AppError} DATA_EMPTY where a figure is a mean over nothing, which JSON would show as null */
function checkFigures({ protocol, runs }: ProtocolResult): void {
  for (const { seed, figures } of runs) {
    for (const [name, value] of Object.entries(figures)) {
      if (Number.isFinite(value)) continue;
      throw new AppError(
        "DATA_EMPTY",
        `expected ratings held out by ${protocol} to measure ${name} on, received none with seed ${seed}: import more ratings`,
      );
    }
  }
}
