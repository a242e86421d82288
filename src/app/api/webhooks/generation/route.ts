import { handler } from "@/access/door";
import { takeMessage } from "@/features/studio/generators/webhook";

/** What an outside generator says of its jobs (docs/guides/generator.md). The message's own signature decides, not a session. */
export const POST = handler({ visitor: true, rate: "webhook" }, {}, async ({ request }) =>
  takeMessage(request.headers, await request.arrayBuffer()),
);
