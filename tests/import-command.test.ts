import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { cancelPeopleJob } from "@/features/people-jobs/actions";
import { sweepPeopleJobs } from "@/features/people-jobs/sweep";
import { db } from "@/lib/db";
import { main as importCommand } from "../scripts/import";
import { folder, HASH, lines } from "./support/imports";
import { admin } from "./support/people";
import { temporaryFolder } from "./support/postgres";
import { signedIn } from "./support/request";

describe("npm run import", () => {
  const people = Array.from({ length: 1_600 }, (_, n) => ({
    id: randomUUID(),
    email: `many${n}@example.org`,
    name: `Person ${n}`,
    passwordHash: HASH,
    interests: ["choir"],
  }));
  const start = (args: string[]) => {
    const { PATH, HOME, DATABASE_URL, AUTH_SECRET } = process.env;
    const env = { PATH, HOME, DATABASE_URL, AUTH_SECRET, FOYER_DATA: temporaryFolder(), NODE_ENV: "test" as const };
    return spawn(process.execPath, ["scripts/run.mjs", "import", ...args], { env, stdio: "ignore" });
  };

  test("goes on where it was killed, and brings everybody once", { timeout: 60_000 }, async () => {
    const path = join(folder, "many.jsonl");
    writeFileSync(path, `${lines(people)}\nnonsense`);
    const counted = () => db().user.count({ where: { email: { startsWith: "many" } } });
    const first = start(["--from", "foyer", path]);
    const ended = once(first, "close");
    await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(0), { timeout: 30_000, interval: 20 });
    first.kill("SIGKILL");
    await ended;
    // Which ends what nobody will take up again.
    await sweepPeopleJobs();
    // From the page nobody ends what a terminal goes on with.
    const { id } = await db().peopleJob.findFirstOrThrow({ where: { status: "RUNNING" } });
    expect(await (await signedIn(await admin())).run(() => cancelPeopleJob({ id }))).toMatchObject({
      ok: false,
      error: { code: "conflict", message: expect.stringContaining("terminal") },
    });
    const begun = await counted();
    expect(begun % 500).toBe(0);
    expect(begun).toBeLessThan(people.length);
    const report = join(folder, "report.csv");
    const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const code = await importCommand(["--from", "foyer", path, "--report", report]);
    const output = said.mock.calls.join("");
    said.mockRestore();
    expect(output).toContain(`Goes on after row ${begun}`);
    expect(output).toContain("1600 new, 0 changed, 0 as they were, 1 refused");
    expect(code).toBe(0);
    expect(await counted()).toBe(people.length);
    expect(await db().auditEvent.count({ where: { action: "user.imported", subjectId: { in: people.map(({ id }) => id) } } })).toBe(
      people.length,
    );
    expect(readFileSync(report, "utf8")).toContain("1601,,refused,,,The row cannot be read.");
    expect(await db().peopleJob.findFirst({ where: { status: "RUNNING" } })).toBeNull();
  });

  test("says what is wrong with what was asked", async () => {
    for (const [args, says] of [
      [["people.csv"], "Say where the file comes from"],
      [["--from", "nowhere", "people.csv"], "clerk|supabase|better-auth|authjs|foyer"],
      [["--from", "clerk"], "Name one file"],
      [["--from", "clerk", "no-such.csv"], "There is no file"],
      [["--from", "clerk", "--now", "x"], "--now"],
    ] as const)
      await expect(importCommand([...args])).rejects.toThrow(says);
  });
});
