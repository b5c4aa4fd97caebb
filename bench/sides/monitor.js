/** Loaded before a measured server: tells on request how long its event loop was blocked, and its memory. */
import { monitorEventLoopDelay } from "node:perf_hooks";

const resolution = 1;
const delay = monitorEventLoopDelay({ resolution });
delay.enable();
process.on("message", () => {
  // The histogram has the time between two timers, which is the resolution where nothing blocks.
  const block = delay.max / 1e6 - resolution;
  process.send({ blockMs: block, memoryMiB: process.memoryUsage.rss() / 2 ** 20 });
  delay.reset();
});
process.channel?.unref();
