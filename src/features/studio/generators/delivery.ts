import "server-only";
import { Readable } from "node:stream";
import { storage } from "@/storage";
import { aboutResult } from "../jobs/about-result";
import { type About, type AboutOf, takeResult } from "../jobs/results";
import { GenerationFailed } from "../jobs/run";
import type { Work } from "./generator";

type Place = Work["places"][number];

/** Puts what was made at its place and has it taken in. Throws GenerationFailed where it does not fit there. */
export async function deliver(work: Work, place: Place, bytes: Buffer, about: About): Promise<void> {
  if (bytes.byteLength > place.maxBytes) throw new GenerationFailed("result_wrong");
  await storage().put(place.uploadKey, Readable.from([bytes], { objectMode: false }), {
    sizeBytes: bytes.byteLength,
    contentType: place.contentType,
  });
  await takeIn(work, place, () => Promise.resolve(about));
}

/** Takes in what lies at a place. Throws GenerationFailed with what is wrong with it. */
export async function takeIn(work: Work, place: Place, aboutOf: AboutOf): Promise<void> {
  const wrong = await takeResult(work, place.index, aboutOf);
  if (wrong) throw new GenerationFailed(wrong);
}

/**
 * Takes in what an earlier run put at a place before it ended; false where there is nothing, or not what it should be, so that
 * it has to be made.
 */
export async function takeLeft(work: Work, place: Place): Promise<boolean> {
  return (await takeResult(work, place.index, aboutResult(work.kind))) === null;
}
