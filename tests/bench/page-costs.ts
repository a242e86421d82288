import { type Call, saturate } from "./load";
import type { Running } from "./process";
import { type Line, median } from "./report";
import type { Stage } from "./stage";

const ROUNDS = 5;
const WARM_UP = 1_500;
const REQUESTS = 300;

interface Contender extends Call {
  server: Running;
  /** CPU microseconds per request, one a round. */
  costs: number[];
}

/** G1: CPU of an authenticated page against the same page without, and the peers' against theirs. */
export async function pageCosts(stage: Stage): Promise<Line[]> {
  const members = await stage.members();
  const theirs = await stage.peerCookies();
  const contender = (server: Running, path: string, ...cookies: string[]): Contender => ({
    server,
    url: server.url + path,
    cookies,
    costs: [],
  });
  const [foyer, plain, noop, doubled] = [
    await stage.foyer(),
    await stage.peer("plain"),
    await stage.peer("noop-proxy"),
    await stage.peer("auth-js-proxy"),
  ];
  const ours = members.slice(0, 50).map(({ cookie }) => cookie);
  const own = (name: string) => theirs[name] ?? "";
  const guarded = contender(foyer, "/bench/guarded", ...ours);
  const open = contender(foyer, "/bench/open", ...ours);
  const home = contender(foyer, "/members", ...ours);
  const bare = contender(plain, "/bare");
  const peers: [string, Contender][] = [
    ["a no-op proxy", contender(noop, "/bare")],
    ["Auth.js auth() in the page", contender(plain, "/auth-js", own("auth-js"))],
    ["Auth.js auth() in proxy and page", contender(doubled, "/auth-js", own("auth-js"))],
    ["Auth.js, sessions in the database", contender(plain, "/auth-js-database", own("auth-js-database"))],
    ["better-auth, sessions in the database", contender(plain, "/better-auth", own("better-auth"))],
    ["better-auth, cookie cache", contender(plain, "/better-auth-cookie", own("better-auth-cookie"))],
  ];
  await measure(stage, [bare, open, guarded, home, ...peers.map(([, peer]) => peer)]);
  return [
    { id: "G1", what: "an authenticated page / the same page open", ...pair(guarded, open), goal: { most: 1.1, of: "ratio" } },
    { id: "G1", what: "an authenticated page / a bare page, no proxy", ...pair(guarded, bare), goal: { most: 1.3, of: "ratio" } },
    { id: "G1", what: "  Foyer's open page / a bare page", ...pair(open, bare) },
    { id: "G1", what: "  /members, with all it shows / a bare page", ...pair(home, bare) },
    ...peers.map(([name, peer]) => ({ id: "G1", what: `  peer: ${name} / a bare page`, ...pair(peer, bare) })),
  ];
}

/** Forwards and then backwards in every round, so that a machine that grows slower meanwhile weighs on all alike. */
async function measure({ say }: Stage, contenders: Contender[]): Promise<void> {
  for (const contender of contenders) await saturate(contender, WARM_UP);
  for (let round = 1; round <= ROUNDS; round++) {
    say(`G1: CPU a request, round ${round} of ${ROUNDS}`);
    const sums = new Map<Contender, number>();
    for (const contender of [...contenders, ...contenders.toReversed()]) {
      const before = contender.server.cpu();
      await saturate(contender, REQUESTS);
      sums.set(contender, (sums.get(contender) ?? 0) + contender.server.cpu() - before);
    }
    for (const [contender, sum] of sums) contender.costs.push(sum / (2 * REQUESTS));
  }
}

/** The ratio is the median of the rounds' ratios: `ours` is `peer` times it. */
function pair(ours: Contender, peer: Contender): Pick<Line, "ours" | "peer" | "unit"> {
  const ratio = median(ours.costs.map((cost, round) => cost / (peer.costs[round] ?? Number.NaN)));
  const base = median(peer.costs);
  return { ours: base * ratio, peer: base, unit: "us" };
}
