/** Loaded before a measured process: writes its peak memory in MiB to the file BENCH_PEAK when it ends. */
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  writeFileSync(process.env.BENCH_PEAK, String(process.resourceUsage().maxRSS / 1024));
});
