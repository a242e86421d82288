import { handler } from "@/access/door";
import { answerPreview } from "@/features/files/preview-answer";
import { fileIdSchema } from "@/features/files/schema";

/** The small picture by which lists show a file, for whoever they show it to; no content where there is none yet. */
export const GET = handler(
  { can: ["read", "File"], rate: "preview" },
  { params: fileIdSchema, answer: "picture" },
  ({ request, params }, entry) => answerPreview(entry, params.id, request.headers),
);
