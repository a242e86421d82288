import { Agent } from "node:http";
import { startFoyer } from "./foyer";
import { saturate, send } from "./load";
import { startPeer } from "./peers";
import type { Running } from "./process";
import { type Line, median } from "./report";
import type { Stage } from "./stage";

const ROUNDS = 5;
const REQUESTS = 30_000;
const MB = 1_000_000;

/** G11: how long a production start takes until somebody signed in has their page, and the memory that many pages leave behind. */
export async function footprint(stage: Stage): Promise<Line[]> {
  const [{ url }, tree, members] = [await stage.database(), await stage.tree(), await stage.members()];
  // The first is warmed by nobody; and its packages are built by then.
  await stage.peer("plain");
  const cookies = members.map(({ cookie }) => cookie);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    stage.say(`G11: start, round ${round} of ${ROUNDS}`);
    ours.push(await untilAnswered(() => startFoyer(tree, url), "/bench/guarded", cookies[0]));
    theirs.push(await untilAnswered(() => startPeer("plain", url), "/bare"));
  }
  const ratio = median(ours.map((ms, round) => ms / (theirs[round] ?? Number.NaN)));
  const foyer = await startFoyer(tree, url);
  try {
    stage.say(`G11: memory after ${REQUESTS} pages`);
    await saturate({ url: `${foyer.url}/bench/guarded`, cookies }, 1_000);
    const early = foyer.memory();
    await saturate({ url: `${foyer.url}/bench/guarded`, cookies }, REQUESTS - 1_000);
    const late = foyer.memory();
    const peer = median(theirs);
    return [
      {
        id: "G11",
        what: "start to the first authenticated 200 / a bare site's",
        ours: peer * ratio,
        peer,
        unit: "ms",
        goal: { most: 1.25, of: "ratio" },
      },
      { id: "G11", what: `memory after ${REQUESTS} requests`, ours: late / MB, unit: "MB", goal: { most: 200, of: "ours" } },
      { id: "G11", what: "  after 1000", ours: early / MB, unit: "MB" },
    ];
  } finally {
    await foyer.stop();
  }
}

/** Milliseconds from the start of a process until its page is answered. */
async function untilAnswered(start: () => Promise<Running>, path: string, cookie?: string): Promise<number> {
  const agent = new Agent();
  const began = performance.now();
  const server = await start();
  const { status } = await send(agent, server.url + path, { headers: cookie ? { cookie } : {} });
  const ms = performance.now() - began;
  agent.destroy();
  await server.stop();
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  return ms;
}
