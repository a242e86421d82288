import { type Call, paced, saturate } from "./load";
import { type Line, median, percentile } from "./report";
import type { Stage } from "./stage";

const ROUNDS = 5;
const SECONDS = 4;
const RATE = 100;
const WARM_UP = 1_000;

interface Seen {
  p50: number[];
  p99: number[];
  errors: string[];
}

/**
 * G12: 500 members who ask for a page each five seconds, against as many requests for a bare page. /members comes after that: at
 * this rate it may take more than a process has, and what waits then would be counted as the others' time.
 */
export async function pace(stage: Stage): Promise<Line[]> {
  const [foyer, plain] = [await stage.foyer(), await stage.peer("plain")];
  const cookies = (await stage.members()).map(({ cookie }) => cookie);
  const bare: Call = { url: `${plain.url}/bare` };
  const [guarded, bareThen] = await sideBySide(stage, { url: `${foyer.url}/bench/guarded`, cookies }, bare);
  const [home, bareLater] = await sideBySide(stage, { url: `${foyer.url}/members`, cookies }, bare);
  const line = (what: string, share: "p50" | "p99", ours: Seen, theirs: Seen): Line => {
    const ratio = median(ours[share].map((value, round) => value / (theirs[share][round] ?? Number.NaN)));
    const peer = median(theirs[share]);
    return { id: "G12", what, ours: peer * ratio, peer, unit: "ms" };
  };
  return [
    { ...line("100/s: p99 of an authenticated page / a bare page", "p99", guarded, bareThen), goal: { most: 1.5, of: "ratio" } },
    line("  p50", "p50", guarded, bareThen),
    { id: "G12", what: "errors of the authenticated page", ours: guarded.errors.length, unit: "", goal: { most: 0, of: "ours" } },
    line("  p99 of /members, with all it shows", "p99", home, bareLater),
    line("  p50 of /members", "p50", home, bareLater),
    { id: "G12", what: "  errors of /members", ours: home.errors.length, unit: "" },
  ];
}

/** A-B-B-A in each round; what was no 200 is said at once, by its status. */
async function sideBySide(stage: Stage, ours: Call, theirs: Call): Promise<[Seen, Seen]> {
  const seen: [Seen, Seen] = [track(), track()];
  for (const call of [ours, theirs]) await saturate(call, WARM_UP);
  for (let round = 1; round <= ROUNDS; round++) {
    stage.say(`G12: ${new URL(ours.url).pathname}, ${RATE} requests a second, round ${round} of ${ROUNDS}`);
    const latencies: [number[], number[]] = [[], []];
    for (const which of [1, 0, 0, 1] as const) {
      const run = await paced(which === 0 ? ours : theirs, { rate: RATE, seconds: SECONDS });
      latencies[which].push(...run.latencies);
      seen[which].errors.push(...run.errors);
    }
    for (const which of [0, 1] as const) {
      seen[which].p50.push(percentile(latencies[which], 0.5));
      seen[which].p99.push(percentile(latencies[which], 0.99));
    }
  }
  for (const what of new Set(seen[0].errors))
    stage.say(`G12: ${new URL(ours.url).pathname}, ${seen[0].errors.filter((error) => error === what).length} times ${what}`);
  return seen;
}

function track(): Seen {
  return { p50: [], p99: [], errors: [] };
}
