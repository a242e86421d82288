import "server-only";
import type { GeneratorName } from "@/lib/db";
import { env } from "@/lib/env";

/** What a row says of who made it, as long as nobody says more. */
export function modelOf(generator: GeneratorName, kind: "IMAGE" | "VIDEO"): string {
  if (generator === "GEMINI") return (kind === "IMAGE" ? env().GEMINI_MODEL_IMAGE : env().GEMINI_MODEL_VIDEO).slice(0, 100);
  return generator === "OUTSIDE" ? "outside" : "foyer-demonstration";
}
