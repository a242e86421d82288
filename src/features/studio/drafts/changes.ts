import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { storageOf } from "@/storage";
import { contentSchema } from "../documents/schema";
import { LIVING, lockJobs } from "../jobs/transition";
import { DRAFTS, promptOf } from "./asked";

/** What stands in a draft of one's own, within the limits of a chapter, and what it is for. */
export async function readDraft(entry: Entry, id: string) {
  const { params, files, bookId, blogPostId } = await findDraft(db(), entry, id);
  const [file] = files;
  const bytes = file && (await storageOf(file.provider).readRange(file.key, 0, Number(file.sizeBytes) - 1));
  if (!bytes) throw new AppError("not_found");
  const text = contentSchema.parse(Buffer.from(bytes).toString("utf8"));
  return { text, prompt: promptOf(params) ?? "", bookId, blogPostId };
}

/** Deletes a draft with its file and its job; what was taken of it stays. Throws "conflict" while it is under way: it is cancelled first. */
export async function deleteDraft(entry: Entry, id: string) {
  return change(entry, async (tx, record) => {
    const { ownerId, bookId, blogPostId } = await findDraft(tx, entry, id);
    ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("Job", { ownerId }));
    await lockJobs(tx, { id });
    // Before the job, by which its file is found. A trigger takes the file along.
    await tx.documentFile.deleteMany({ where: { file: { jobId: id } } });
    const { count } = await tx.job.deleteMany({ where: { id, status: { notIn: LIVING } } });
    if (count === 0) throw new AppError("conflict", "generation_under_way");
    await record({ action: "generation.deleted", subjectType: "Job", subjectId: id, before: { ownerId } });
    return { bookId, blogPostId };
  });
}

/** One's own alone: whoever else may see the job has no business in the text. */
async function findDraft(tx: Pick<Transaction, "job">, entry: Entry, id: string) {
  const { userId: ownerId } = entry.actor;
  const draft = await tx.job.findFirst({
    where: { AND: [accessibleBy(entry.ability, "update").ofType("Job"), { id, ownerId }, DRAFTS] },
    select: {
      ownerId: true,
      params: true,
      bookId: true,
      blogPostId: true,
      files: {
        where: { AND: [accessibleBy(entry.ability, "download").ofType("File"), { status: "READY" }] },
        select: { provider: true, key: true, sizeBytes: true },
      },
    },
  });
  if (!draft) throw new AppError("not_found");
  return draft;
}
