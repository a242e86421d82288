import "server-only";
import { headers } from "next/headers";
import { countToday } from "@/lib/day-counts";

/** Programs that say they are one; the others count as visits. Nothing that would tell two visits of one person apart is looked at. */
const PROGRAM = /bot\b|crawl|spider|slurp|preview|monitor|headless|lighthouse|curl|wget|python|java\/|go-http|axios|node-fetch|undici/i;

/** Counts that the page for making an account was shown: no cookie, nothing of who it was, and no wait for it. */
export async function countSignUpVisit(): Promise<void> {
  const head = await headers();
  const agent = head.get("user-agent");
  // A form that came back with what was wrong is the same visit.
  const isForm = head.has("content-type");
  if (agent && !PROGRAM.test(agent) && !isForm) countToday("signup.visited");
}
