import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { DocumentFormat } from "@/lib/db";
import { db } from "@/lib/db";
import { JOB_STATE } from "../jobs/queries";
import { DOCUMENT_FORMATS } from "./schema";

type Of = { bookId: string } | { blogPostId: string };

/** Each format with the latest document of it and the latest job that makes one; nothing of what they may not see. */
export async function listExports(entry: Entry, of: Of) {
  const latest = await latestIds(of);
  const allowed = accessibleBy(entry.ability);
  const visible = "bookId" in of ? { book: allowed.ofType("Book") } : { blogPost: allowed.ofType("BlogPost") };
  const [documents, jobs] = await Promise.all([
    db().documentFile.findMany({
      where: { AND: [visible, { id: { in: latest.flatMap((one) => one.documentIds) }, file: allowed.ofType("File") }] },
      select: { format: true, fileSize: true, createdAt: true, file: { select: { id: true, name: true } } },
      orderBy: { createdAt: "desc" },
    }),
    db().job.findMany({
      where: { AND: [allowed.ofType("Job"), { id: { in: latest.flatMap((one) => one.jobId ?? []) } }] },
      select: { ...JOB_STATE, createdAt: true },
    }),
  ]);
  return DOCUMENT_FORMATS.map((format) => {
    const document = documents.find((one) => one.format === format);
    const { jobId } = latest.find((one) => one.format === format) ?? {};
    return {
      format,
      document: document ? { ...document.file, sizeBytes: Number(document.fileSize), createdAt: document.createdAt } : null,
      job: jobs.find(({ id }) => id === jobId) ?? null,
    };
  });
}

/**
 * By a question for each format within one, so that a hundred of one do not hide the one of another. Of the documents the latest that
 * each organisation sees, and the latest that none does: which of them somebody may see, the rules say.
 */
function latestIds(of: Of): Promise<{ format: DocumentFormat; jobId: string | null; documentIds: string[] }[]> {
  const [bookId, blogPostId] = "bookId" in of ? [of.bookId, null] : [null, of.blogPostId];
  // A draft is a Markdown file too, but no document of what is written: its job has no format.
  return db().$queryRaw`
    SELECT wanted AS "format",
           (SELECT j."id" FROM "Job" j
             WHERE (j."bookId" = ${bookId}::uuid OR j."blogPostId" = ${blogPostId}::uuid) AND j."params"->>'format' = wanted
             ORDER BY j."createdAt" DESC LIMIT 1) AS "jobId",
           ARRAY(SELECT DISTINCT ON (f."organizationId") d."id" FROM "DocumentFile" d JOIN "File" f ON f."key" = d."s3Key" JOIN "Job" j ON j."id" = f."jobId"
             WHERE (d."bookId" = ${bookId}::uuid OR d."blogPostId" = ${blogPostId}::uuid) AND d."format"::text = wanted
               AND f."status" = 'READY' AND j."params"->>'format' = wanted
             ORDER BY f."organizationId", d."createdAt" DESC) AS "documentIds"
      FROM unnest(${DOCUMENT_FORMATS}::text[]) AS wanted`;
}
