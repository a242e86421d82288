// A second process of the site, as far as freshness goes: reads claims as lines of JSON, prints what is true of them.
import { createInterface } from "node:readline";
import { standingOf, startFreshness } from "@/access/freshness";

startFreshness();
const ready = setInterval(() => {
  if (!(globalThis as typeof globalThis & { foyerFreshness?: { linked: boolean } }).foyerFreshness?.linked) return;
  clearInterval(ready);
  process.stdout.write("linked\n");
}, 10);
for await (const line of createInterface({ input: process.stdin })) {
  const standing = await standingOf(JSON.parse(line)).catch((error: unknown) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(standing)}\n`);
}
process.exit(0);
