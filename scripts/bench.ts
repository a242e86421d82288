import { availableParallelism, loadavg } from "node:os";
import { authorisation } from "../tests/bench/authorisation";
import { decoding } from "../tests/bench/decoding";
import { fileList } from "../tests/bench/file-list";
import { footprint } from "../tests/bench/footprint";
import { freshness } from "../tests/bench/freshness";
import { pace } from "../tests/bench/pace";
import { pageCosts } from "../tests/bench/page-costs";
import { peopleList } from "../tests/bench/people";
import { jsonLine, type Line, table } from "../tests/bench/report";
import { scriptWeight } from "../tests/bench/script-weight";
import { crowd, wholeSignIn } from "../tests/bench/sign-in-costs";
import { openStage, type Stage } from "../tests/bench/stage";
import { transfer } from "../tests/bench/transfer";
import { UserError } from "./terminal.mjs";

type Part = (stage: Stage) => Promise<Line[]>;

const BENCHES: Record<string, Record<string, Part>> = {
  sessions: { G1: pageCosts, G2: decoding, G3: freshness, G12: pace },
  signin: { G4: crowd, G5: wholeSignIn },
  weight: { G10: scriptWeight, G11: footprint },
  storage: { G7: fileList, transfer },
  // Last: a million people stay in the database until the end.
  admin: { G8: authorisation, G6: peopleList },
};

/** `npm run bench [NAME|GOAL ...] [-- --json]`: measures against the peers and prints a table. A missed goal fails nothing. */
export async function main(args: string[]): Promise<number> {
  if (process.platform !== "linux") throw new UserError("The benches read CPU times from /proc, which only Linux has.");
  const json = args.includes("--json");
  const parts = chosen(args.filter((arg) => !arg.startsWith("--")));
  // Whatever a bench started ends by an exit hook, which a signal alone would skip.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
  const say = (text: string) => void process.stderr.write(`  ${text}\n`);
  const stage = openStage(say);
  const lines: Line[] = [];
  try {
    for (const part of parts) {
      say(load());
      const measured = await part(stage);
      lines.push(...measured);
      if (json) for (const line of measured) if (line.goal) process.stdout.write(`${jsonLine(line)}\n`);
    }
  } finally {
    // What was measured before something failed took minutes, and is worth as much.
    if (!json) process.stdout.write(`\n${table(lines)}\n`);
    await stage.close();
  }
  say(load());
  return 0;
}

/** The parts of the benches or goals that were named; all when none was. */
function chosen(names: string[]): Part[] {
  const all: Record<string, Part> = Object.assign({}, ...Object.values(BENCHES));
  if (names.length === 0) return Object.values(all);
  return names.flatMap((name) => {
    const own = Object.hasOwn(BENCHES, name) ? Object.values(BENCHES[name] ?? {}) : Object.hasOwn(all, name) ? [all[name]] : [];
    if (own.length === 0)
      throw new UserError(
        `There is no bench ${name}; there are ${Object.keys(BENCHES).join(", ")}, and ${Object.keys(all).join(", ")} alone.`,
      );
    return own.filter((part) => part !== undefined);
  });
}

/** Others on the machine cost time here too: a ratio survives that, a latency hardly. */
function load(): string {
  return `load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores, Node ${process.versions.node}`;
}
