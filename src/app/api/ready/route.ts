import { handler } from "@/access/door";
import { checkHealth } from "@/features/system/health";

/** Whether this process can serve: database, migrations and store answer. 503 with what does not. */
export const GET = handler({ visitor: true, rate: "read" }, {}, async () => {
  const checks = await checkHealth();
  const ready = Object.values(checks).every((state) => state === "ok");
  return Response.json({ status: ready ? "ok" : "unavailable", checks }, { status: ready ? 200 : 503 });
});
