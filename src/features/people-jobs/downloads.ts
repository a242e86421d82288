import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change } from "@/access/audit";
import { bearerOf } from "@/access/bearer";
import type { Entry } from "@/access/entry";
import { assertRecentlyProven } from "@/access/identity/reauthentication";
import { accessibleBy } from "@/access/rules";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { storageOf } from "@/storage";
import { DOWNLOAD_SECONDS } from "@/storage/storage";
import { EXPORT_TYPES } from "./export";
import { exportParamsSchema } from "./schema";

/**
 * A short-lived URL of an export, remembered in the audit log; "not found" for everything else. Where there are password hashes
 * in it, only within ten minutes of a proof of who one is.
 */
export async function issuePeopleDownload(entry: Entry, id: string): Promise<{ url: string }> {
  const { provider, objectKey, format, finishedAt } = await change(entry, async (tx, record) => {
    const job = await tx.peopleJob.findFirst({
      where: {
        AND: [
          accessibleBy(entry.ability, "download").ofType("PeopleJob"),
          { id, kind: "EXPORT", status: "DONE", expiresAt: { gt: new Date() } },
        ],
      },
      select: { id: true, createdById: true, provider: true, objectKey: true, params: true, finishedAt: true },
    });
    if (!job?.objectKey || !job.provider) throw new AppError("not_found");
    ForbiddenError.from(entry.ability).throwUnlessCan("download", subject("PeopleJob", job));
    const { format, hashes } = exportParamsSchema.parse(job.params);
    if (hashes) await assertRecentlyProven(entry, tx);
    await record({ action: "people_job.download_url_issued", subjectType: "PeopleJob", subjectId: id, after: { hashes } });
    return { provider: job.provider, objectKey: job.objectKey, format, finishedAt: job.finishedAt };
  });
  const filename = `foyer-people-${finishedAt?.toISOString().slice(0, 10)}.${format}`;
  const expiresIn = Math.min(DOWNLOAD_SECONDS, env().PRESIGNED_URL_EXPIRATION);
  const bearer = bearerOf(entry);
  return storageOf(provider).presignDownload(objectKey, {
    filename,
    contentType: EXPORT_TYPES[format],
    disposition: "attachment",
    expiresIn,
    bearer,
  });
}
