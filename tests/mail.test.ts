import { expect, test } from "vitest";
import { db } from "@/lib/db";
import { enqueueMail } from "@/lib/outbox";
import { startWorker } from "@/lib/queue";

test("smoke", async () => {
  const seen: unknown[] = [];
  const w = startWorker({ "mail.send": async (p, j) => void seen.push([p, j.attempt]) });
  await db().$transaction((tx) => enqueueMail(tx, { template: "welcome", to: "ada@example.org", locale: "en", props: { name: "Ada" } }));
  await expect.poll(() => seen.length, { timeout: 5000 }).toBe(1);
  console.log(seen);
  await w.stop();
});
