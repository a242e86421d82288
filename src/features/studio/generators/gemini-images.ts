import "server-only";
import type { Content, GenerateContentResponse, GoogleGenAI, Part } from "@google/genai";
import sharp from "sharp";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { report } from "../jobs/results";
import { GenerationFailed } from "../jobs/run";
import { askedFor, pixels } from "./bundled-images";
import { deliver, takeLeft } from "./delivery";
import type { Work } from "./generator";
import { fileIdIn, inputPicture } from "./input-picture";
import { encoded, MAX_INPUT_PIXELS } from "./picture";

/** Why a model stopped without a result, where the request is the reason. */
export const REFUSED = /SAFETY|PROHIBITED|BLOCKLIST|SPII|RECITATION/;

type Asked = Awaited<ReturnType<typeof askedFor>>;

/** One picture after the other, each in the size and format that were asked for, each shown as soon as it is there. */
export async function geminiImages(work: Work, client: GoogleGenAI, signal: AbortSignal): Promise<"done"> {
  const asked = await askedFor(work);
  const { width, height } = pixels(asked.size);
  const contents = await contentsOf(work, asked);
  const total = (work.places.at(-1)?.index ?? 0) + 1;
  for (const place of work.places) {
    if (!(await report(work, { step: "generating", progress: Math.round((100 * place.index) / total) }))) return "done";
    if (await takeLeft(work, place)) continue;
    const response = await client.models.generateContent({
      model: env().GEMINI_MODEL_IMAGE,
      contents,
      config: { responseModalities: ["IMAGE"], imageConfig: { aspectRatio: ratioOf(asked.size) }, abortSignal: signal },
    });
    const picture = pictureIn(response);
    const fitted = sharp(picture, { limitInputPixels: MAX_INPUT_PIXELS }).resize(width, height, { fit: "cover" });
    const bytes = await encoded(fitted, asked.format, asked.quality).catch((error: unknown) => {
      throw new GenerationFailed("result_wrong", error);
    });
    await deliver(work, place, bytes, { kind: "image", format: asked.format, width, height });
    await keepVersion(work, response);
  }
  return "done";
}

async function contentsOf({ ownerId }: Work, { prompt, style, inputImageUrl }: Asked): Promise<Content[]> {
  const inputId = fileIdIn(inputImageUrl);
  const parts: Part[] = [{ text: style ? `${prompt}\n\nStyle: ${style}.` : prompt }];
  if (inputId) {
    const { bytes, contentType } = await inputPicture(ownerId, inputId);
    parts.push({ inlineData: { mimeType: contentType, data: bytes.toString("base64") } });
  }
  return [{ role: "user", parts }];
}

/** All sizes that are offered are of a ratio that the models know. */
function ratioOf(size: string): string {
  const { width, height } = pixels(size);
  const known = { "1:1": 1, "4:3": 4 / 3, "3:4": 3 / 4, "16:9": 16 / 9, "9:16": 9 / 16 };
  return Object.entries(known).find(([, ratio]) => Math.abs(ratio - width / height) < 0.01)?.[0] ?? "1:1";
}

function pictureIn({ candidates, promptFeedback }: GenerateContentResponse): Buffer {
  const data = candidates?.[0]?.content?.parts?.find(({ inlineData }) => inlineData?.data)?.inlineData?.data;
  if (data) return Buffer.from(data, "base64");
  const why = promptFeedback?.blockReason ?? candidates?.[0]?.finishReason ?? "";
  throw new GenerationFailed(promptFeedback?.blockReason || REFUSED.test(why) ? "generator_refused" : "result_missing", why);
}

async function keepVersion({ imageGenerationId: id }: Work, { modelVersion }: GenerateContentResponse): Promise<void> {
  if (id && modelVersion) await db().imageGeneration.updateMany({ where: { id }, data: { modelVersion: modelVersion.slice(0, 100) } });
}
