// Preloaded into a server with --import: how long its event loop stood still, told to the bench when it asks.
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 1;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();

process.on("message", (message) => {
  if (message !== "gaps") return;
  const ms = (/** @type {number} */ ns) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  process.send?.({ gaps: { p99: ms(histogram.percentile(99)), max: ms(histogram.max) } });
  histogram.reset();
});
