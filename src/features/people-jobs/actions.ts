"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { accessibleBy } from "@/access/rules";
import { AppError } from "@/lib/errors";
import { storage } from "@/storage";
import { checkImportSchema, importIdSchema, importParamsSchema, requestImportSchema } from "./import/schema";
import { issueImportUpload, receiveImport } from "./import-uploads";
import { startPeopleJob } from "./runner";

/** A URL for a file of people, and the ticket with which it is looked at; only within ten minutes of a proof of who one is. */
export const requestImport = action({ can: ["create", "PeopleJob"], rate: "upload" }, requestImportSchema, async ({ sizeBytes }, entry) => {
  await assertRecentlyProven(entry);
  return issueImportUpload(entry.actor.userId, sizeBytes);
});

/** Has the worker look what the file that was sent would change. Nothing of anybody is written. */
export const checkImport = action(
  { can: ["create", "PeopleJob"], rate: "write" },
  checkImportSchema,
  async ({ ticket, from, roles }, entry) => {
    await assertRecentlyProven(entry);
    const { objectKey } = await receiveImport(entry.actor.userId, ticket);
    const params = { from, roles, dryRun: true };
    const id = await change(entry, (tx, record) =>
      startPeopleJob(tx, record, entry, { kind: "IMPORT", params, objectKey, remember: params }),
    ).catch(async (error: unknown) => {
      await storage()
        .delete(objectKey)
        .catch(() => undefined);
      throw error;
    });
    revalidatePath("/admin/import");
    return { id };
  },
);

/** Has the worker import what was looked at, once; only within ten minutes of a proof of who one is. */
export const startImport = action({ can: ["create", "PeopleJob"], rate: "write" }, importIdSchema, async ({ id }, entry) => {
  const started = await change(entry, async (tx, record) => {
    await assertRecentlyProven(entry, tx);
    const where = { AND: [accessibleBy(entry.ability).ofType("PeopleJob"), { id, kind: "IMPORT" as const, status: "DONE" as const }] };
    const looked = await tx.peopleJob.findFirst({ where, select: { params: true, objectKey: true, total: true } });
    if (!looked) throw new AppError("not_found");
    const params = { ...importParamsSchema.parse(looked.params), dryRun: false };
    // The file goes over to the new job: of two that ask at once, one finds it.
    const { count } = looked.objectKey
      ? await tx.peopleJob.updateMany({ where: { id, objectKey: looked.objectKey }, data: { objectKey: null } })
      : { count: 0 };
    if (!looked.objectKey || count === 0) throw new AppError("conflict", "import_started");
    const asked = { kind: "IMPORT" as const, params, objectKey: looked.objectKey, remember: params };
    return startPeopleJob(tx, record, entry, { ...asked, ...(looked.total !== null && { total: looked.total }) });
  });
  redirect(`/admin/import/${started}`);
});
