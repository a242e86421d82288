export const dynamic = "force-dynamic";

/** Whether this process runs. */
export function GET(): Response {
  return Response.json({ status: "ok" }, { headers: { "Cache-Control": "no-store" } });
}
