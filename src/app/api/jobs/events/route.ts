import { handler } from "@/access/door";
import { STREAM_HEADERS, streamJobs } from "@/features/studio/jobs/events";
import { eventIdSchema, eventsQuerySchema } from "@/features/studio/jobs/schema";

/** The person's jobs as they go on, as server-sent events: from `Last-Event-ID` or `?after=`, else from how things stand. */
export const GET = handler(
  { can: ["read", "Job"], rate: "read" },
  { query: eventsQuerySchema, answer: "events" },
  async ({ request, query }, entry) => {
    // Answered by GET too, and nobody would read what is streamed.
    if (request.method === "HEAD") return new Response(null, { headers: STREAM_HEADERS });
    const last = eventIdSchema.safeParse(request.headers.get("last-event-id"));
    return streamJobs(entry, last.data ?? query.after ?? null, request.signal);
  },
);
