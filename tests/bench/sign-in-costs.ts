import { Agent } from "node:http";
import bcrypt from "bcryptjs";
import { type Member, makeMembers, startFoyer } from "./foyer";
import { paced, saturate } from "./load";
import { type Line, median, percentile } from "./report";
import { keepSigningIn, PASSWORD, signIn, signInForm } from "./sign-in";
import type { Stage } from "./stage";

const ROUNDS = 5;
/** BCRYPT_COST's default, which the server is started with. */
const COST = 11;
const BROWSERS = 16;
const SIGN_INS_A_ROUND = 24;
/** Before anything is measured: what a process does first is compiled as it is done. */
const WARM_UP_ROUNDS = 5;
const PAGES = { rate: 25, seconds: 6 };

/** G4: how long a member's page takes, and how long the event loop stands still, while 16 people sign in without pause. */
export async function crowd(stage: Stage): Promise<Line[]> {
  const { url, client } = await stage.database();
  const foyer = await startFoyer(await stage.tree(), url, { gaps: true });
  try {
    const people = await makeMembers(client, 64, bcrypt.hashSync(PASSWORD, COST));
    const call = { url: `${foyer.url}/members`, cookies: people.map(({ cookie }) => cookie) };
    const form = await signInForm(foyer);
    await saturate(call, 1_000);
    const seen = { quiet: [] as number[], busy: [] as number[], gaps: [] as number[], rates: [] as number[], errors: 0, refused: 0 };
    for (let round = 1; round <= ROUNDS; round++) {
      stage.say(`G4: a member's page during sign-ins, round ${round} of ${ROUNDS}`);
      const before = await paced(call, PAGES);
      const signingIn = keepSigningIn(BROWSERS, form, foyer, people);
      await foyer.gaps();
      const during = await paced(call, PAGES);
      seen.gaps.push((await foyer.gaps()).p99);
      const { count, refused } = await signingIn.stop();
      seen.rates.push(count / PAGES.seconds);
      seen.refused += refused;
      const after = await paced(call, PAGES);
      seen.quiet.push(percentile([...before.latencies, ...after.latencies], 0.99));
      seen.busy.push(percentile(during.latencies, 0.99));
      seen.errors += before.errors.length + during.errors.length + after.errors.length;
    }
    const peer = median(seen.quiet);
    const ours = peer * median(seen.busy.map((value, round) => value / (seen.quiet[round] ?? Number.NaN)));
    return [
      { id: "G4", what: "p99 of /members during 16 sign-ins at once / without", ours, peer, unit: "ms", goal: { most: 1.5, of: "ratio" } },
      { id: "G4", what: "event-loop gap p99 meanwhile", ours: median(seen.gaps), unit: "ms", goal: { most: 20, of: "ours" } },
      { id: "G4", what: "errors of the page", ours: seen.errors, unit: "", goal: { most: 0, of: "ours" } },
      { id: "G4", what: "  sign-ins a second meanwhile", ours: median(seen.rates), unit: "" },
      { id: "G4", what: "  sign-ins told to come back, too many waiting", ours: seen.refused, unit: "" },
    ];
  } finally {
    await foyer.stop();
  }
}

/** G5: CPU of a whole sign-in by password, form to cookie, against its hash alone. */
export async function wholeSignIn(stage: Stage): Promise<Line[]> {
  const foyer = await stage.foyer();
  const hash = bcrypt.hashSync(PASSWORD, COST);
  const people: Member[] = await makeMembers((await stage.database()).client, SIGN_INS_A_ROUND, hash);
  const form = await signInForm(foyer);
  const agent = new Agent({ keepAlive: true });
  const everybody = async (newDevice: boolean) => {
    const began = foyer.cpu();
    for (const person of people)
      if (!(await signIn(agent, form, foyer, person, newDevice))) throw new Error("a sign-in was refused, though nobody else was there");
    return (foyer.cpu() - began) / SIGN_INS_A_ROUND;
  };
  for (let round = 1; round <= WARM_UP_ROUNDS; round++) await everybody(round === 1);
  const ratios = { known: [] as number[], fresh: [] as number[] };
  const hashes: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    stage.say(`G5: a whole sign-in, round ${round} of ${ROUNDS}`);
    const before = rawHash(hash);
    const [known, fresh] = [await everybody(false), await everybody(true)];
    const raw = (before + rawHash(hash)) / 2;
    hashes.push(raw);
    ratios.known.push(known / raw);
    ratios.fresh.push(fresh / raw);
  }
  agent.destroy();
  const peer = median(hashes) / 1_000;
  const what = `CPU of a whole password sign-in / its bcrypt hash (cost ${COST})`;
  return [
    { id: "G5", what, ours: peer * median(ratios.known), peer, unit: "ms", goal: { most: 1.15, of: "ratio" } },
    { id: "G5", what: "  on a new device, with the mail about it", ours: peer * median(ratios.fresh), peer, unit: "ms" },
  ];
}

/** CPU microseconds of one comparison, in this process. */
function rawHash(hash: string): number {
  const count = SIGN_INS_A_ROUND / 2;
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) bcrypt.compareSync(PASSWORD, hash);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
