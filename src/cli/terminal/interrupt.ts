/** Ctrl-C in a long command: a signal to stop early, and how a training ends that was stopped. */
import { AppError } from "../../errors.js";
import { say } from "./output.js";

/** A signal that Ctrl-C (or a termination) aborts; a second one ends the process at once. */
export function interruptSignal(message: string): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    say(`\n${message}`);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}

/**
 * The error that ends an interrupted training that saved a model: it does not serve on its own, and the exit status is
 * that of any interrupted command.
 */
export function partialModel(name: string, progress: string): AppError {
  return new AppError(
    "INTERRUPTED",
    `interrupted: ${name} is partial (${progress}) and does not serve: to let it serve, run marquee models use ${name}; to train a whole one, run marquee train again`,
  );
}
