import { nameOf } from "../inputs/names";
import type { Place } from "../jobs/start";

/** More than the models' largest films take. */
const BYTES_A_SECOND = 5_000_000;

/** A place for each film that is asked for. */
export function placesOf(asked: { prompt: string; numberOfVideos: number; durationSeconds: number }): Place[] {
  return Array.from({ length: asked.numberOfVideos }, (_, index) => ({
    name: nameOf(asked.prompt, index, "mp4", "film"),
    contentType: "video/mp4",
    kind: "VIDEO",
    maxBytes: asked.durationSeconds * BYTES_A_SECOND,
  }));
}
