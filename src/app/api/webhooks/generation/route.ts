import { handler } from "@/access/door";
import { generatorAnswerSchema, generatorMessageSchema } from "@/features/studio/generators/schema";
import { takeMessage } from "@/features/studio/generators/webhook";

/** What an outside generator says of its jobs (docs/guides/generator.md). The message's own signature decides, not a session. */
export const POST = handler(
  { visitor: true, rate: "webhook" },
  { signed: generatorMessageSchema, answer: generatorAnswerSchema },
  async ({ request }) => takeMessage(request.headers, await request.arrayBuffer()),
);
