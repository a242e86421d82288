import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { DocumentFormat } from "@/lib/db";
import { db } from "@/lib/db";
import { DOCUMENT_FORMATS } from "./schema";

/** Exports of one book or post that are looked through for the latest of each format. */
const MAX_EXPORTS = 100;

type Of = { bookId: string } | { blogPostId: string };

/** Each format with the latest document of it and the latest job that makes one; nothing of what they may not see. */
export async function listExports(entry: Entry, of: Of) {
  const [documents, jobs] = await Promise.all([listDocuments(entry, of), listJobsOf(entry, of)]);
  return DOCUMENT_FORMATS.map((format) => {
    const latest = documents.find((document) => document.format === format);
    const { params: _, ...job } = jobs.find(({ params }) => formatOf(params) === format) ?? { params: null, id: null };
    return {
      format,
      document: latest
        ? { id: latest.file.id, name: latest.file.name, sizeBytes: Number(latest.fileSize), createdAt: latest.createdAt }
        : null,
      job: job.id === null ? null : job,
    };
  });
}

async function listDocuments(entry: Entry, of: Of) {
  const { ability } = entry;
  const visible = "bookId" in of ? { book: accessibleBy(ability).ofType("Book") } : { blogPost: accessibleBy(ability).ofType("BlogPost") };
  return db().documentFile.findMany({
    where: { AND: [of, visible, { file: { AND: [accessibleBy(ability).ofType("File"), { status: "READY" }] } }] },
    select: { format: true, fileSize: true, createdAt: true, file: { select: { id: true, name: true } } },
    orderBy: { createdAt: "desc" },
    take: MAX_EXPORTS,
  });
}

async function listJobsOf(entry: Entry, of: Of) {
  return db().job.findMany({
    where: { AND: [accessibleBy(entry.ability).ofType("Job"), of] },
    select: { id: true, status: true, step: true, progress: true, error: true, attempt: true, params: true, createdAt: true },
    orderBy: { createdAt: "desc" },
    take: MAX_EXPORTS,
  });
}

function formatOf(params: unknown): DocumentFormat | null {
  const format = typeof params === "object" && params !== null && "format" in params ? params.format : null;
  return DOCUMENT_FORMATS.find((known) => known === format) ?? null;
}
