import "server-only";
import { hasFfmpeg } from "@/lib/ffmpeg";
import { generatorOf } from "../generators/registry";
import { ASPECT_RATIOS } from "./limits";

/** What can be asked for here and now: the ratios of whoever makes the films, and whether anybody does. */
export async function videoOffers() {
  const generator = generatorOf("VIDEO");
  return {
    generator,
    // Google's films are never square.
    aspectRatios: ASPECT_RATIOS.filter((ratio) => generator !== "GEMINI" || ratio !== "1:1"),
    available: generator !== "BUNDLED" || (await hasFfmpeg()),
  };
}
