import type { Generator } from "@/features/studio/generators/generator";
import { outside } from "@/features/studio/generators/outside";
import { aboutResult } from "@/features/studio/jobs/about-result";
import { report, takeResult } from "@/features/studio/jobs/results";
import { stepWith } from "@/features/studio/jobs/run";
import { arrive, png } from "./made";

/*
 * A worker in a process of its own, for a test that kills it: begins one job for each place at which it is to hang, as
 * `PLACE=job-id`, and says the place when it is there. node --import tsx --import ./tests/support/bare.mjs
 */
export const PLACES = ["begun", "uploaded", "taken", "reported"] as const;

/** Makes every picture, and hangs at one of the places for ever. */
function hangingAt(place: string): Generator {
  const at = (now: (typeof PLACES)[number]) => {
    if (now !== place) return;
    process.stdout.write(`${now}\n`);
    return new Promise(() => undefined);
  };
  return {
    async step(work) {
      await at("begun");
      for (const { index, uploadKey } of work.places) {
        await arrive(uploadKey, await png());
        await at("uploaded");
        await takeResult(work, index, aboutResult("IMAGE"));
        await at("taken");
        await report(work, { progress: 50, step: "saving" });
        await at("reported");
      }
      return "done";
    },
  };
}

for (const argument of process.argv.slice(2)) {
  const [place = "", jobId = ""] = argument.split("=");
  const task = { id: "1", attempt: 1, signal: new AbortController().signal };
  void stepWith({ BUNDLED: hangingAt(place), OUTSIDE: outside })({ jobId, attempt: 1 }, task);
}
