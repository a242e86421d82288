import { gzipSync } from "node:zlib";
import type { Line } from "./report";
import type { Stage } from "./stage";

const PAGES = ["/login", "/register", "/members", "/settings/profile"];
const KB = 1_000;

/** G10: what the scripts of a page weigh (gzip) above those of a bare Next page built the same way. */
export async function scriptWeight(stage: Stage): Promise<Line[]> {
  const [foyer, plain] = [await stage.foyer(), await stage.peer("plain")];
  const [member] = await stage.members();
  const base = await weightOf(plain.url, "/bare");
  const lines: Line[] = [];
  for (const path of PAGES) {
    const anonymous = ["/login", "/register"].includes(path);
    const weight = await weightOf(foyer.url, path, anonymous ? undefined : member?.cookie);
    lines.push({
      id: "G10",
      what: `scripts of ${path} above a bare page`,
      ours: (weight - base) / KB,
      unit: "kB",
      goal: { most: 3, of: "ours" },
    });
  }
  return [...lines, { id: "G10", what: "  a bare page", ours: base / KB, unit: "kB" }];
}

async function weightOf(origin: string, path: string, cookie?: string): Promise<number> {
  const answer = await fetch(origin + path, { redirect: "manual", headers: cookie ? { cookie } : {} });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  const html = await answer.text();
  let sum = 0;
  // What old browsers get instead (nomodule) is not what a member's browser loads.
  for (const [tag] of html.matchAll(/<script[^>]* src="[^"]+"[^>]*>/g)) {
    const source = / src="([^"]+)"/.exec(tag)?.[1];
    if (!source || /nomodule/i.test(tag)) continue;
    sum += gzipSync(Buffer.from(await (await fetch(new URL(source, origin))).arrayBuffer()), { level: 9 }).length;
  }
  return sum;
}
