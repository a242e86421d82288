import { type Call, paced, saturate } from "./load";
import { type Line, median, percentile } from "./report";
import type { Stage } from "./stage";

const ROUNDS = 5;
const SECONDS = 4;
const RATE = 100;
const WARM_UP = 1_000;

/** G12: 500 members who ask for a page each five seconds, against as many requests for a bare page. */
export async function pace(stage: Stage): Promise<Line[]> {
  const [foyer, plain] = [await stage.foyer(), await stage.peer("plain")];
  const cookies = (await stage.members()).map(({ cookie }) => cookie);
  const calls: Record<"bare" | "guarded" | "home", Call> = {
    bare: { url: `${plain.url}/bare` },
    guarded: { url: `${foyer.url}/bench/guarded`, cookies },
    home: { url: `${foyer.url}/members`, cookies },
  };
  const seen = { bare: track(), guarded: track(), home: track() };
  for (const call of Object.values(calls)) await saturate(call, WARM_UP);
  for (let round = 1; round <= ROUNDS; round++) {
    stage.say(`G12: ${RATE} requests a second, round ${round} of ${ROUNDS}`);
    const latencies = { bare: [] as number[], guarded: [] as number[], home: [] as number[] };
    for (const name of ["bare", "guarded", "home", "home", "guarded", "bare"] as const) {
      const run = await paced(calls[name], { rate: RATE, seconds: SECONDS });
      latencies[name].push(...run.latencies);
      seen[name].errors += run.errors;
    }
    for (const name of ["bare", "guarded", "home"] as const) {
      seen[name].p50.push(percentile(latencies[name], 0.5));
      seen[name].p99.push(percentile(latencies[name], 0.99));
    }
  }
  const line = (what: string, name: "guarded" | "home", share: "p50" | "p99"): Line => {
    const ratio = median(seen[name][share].map((value, round) => value / (seen.bare[share][round] ?? Number.NaN)));
    const peer = median(seen.bare[share]);
    return { id: "G12", what, ours: peer * ratio, peer, unit: "ms" };
  };
  return [
    { ...line("100/s: p99 of an authenticated page / a bare page", "guarded", "p99"), goal: { most: 1.5, of: "ratio" } },
    line("  p50", "guarded", "p50"),
    line("  p99 of /members, with all it shows", "home", "p99"),
    line("  p50 of /members", "home", "p50"),
    { id: "G12", what: "errors of the authenticated page", ours: seen.guarded.errors, unit: "", goal: { most: 0, of: "ours" } },
    { id: "G12", what: "  errors of /members", ours: seen.home.errors, unit: "" },
  ];
}

function track(): { p50: number[]; p99: number[]; errors: number } {
  return { p50: [], p99: [], errors: 0 };
}
