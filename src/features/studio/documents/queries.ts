import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { DocumentFormat } from "@/lib/db";
import { db } from "@/lib/db";
import { DOCUMENT_FORMATS } from "./schema";

type Of = { bookId: string } | { blogPostId: string };

/** Each format with the latest document of it and the latest job that makes one; nothing of what they may not see. */
export function listExports(entry: Entry, of: Of) {
  // A query each, so that a hundred of one format do not hide the one of another.
  return Promise.all(
    DOCUMENT_FORMATS.map(async (format) => {
      const [document, job] = await Promise.all([latestDocument(entry, of, format), latestJob(entry, of, format)]);
      return { format, document, job };
    }),
  );
}

async function latestDocument(entry: Entry, of: Of, format: DocumentFormat) {
  const { ability } = entry;
  const visible = "bookId" in of ? { book: accessibleBy(ability).ofType("Book") } : { blogPost: accessibleBy(ability).ofType("BlogPost") };
  // A draft is a Markdown file too, but no document of what is written.
  const made = { status: "READY" as const, job: { params: { path: ["format"], equals: format } } };
  const latest = await db().documentFile.findFirst({
    where: { AND: [of, visible, { format, file: { AND: [accessibleBy(ability).ofType("File"), made] } }] },
    select: { fileSize: true, createdAt: true, file: { select: { id: true, name: true } } },
    orderBy: { createdAt: "desc" },
  });
  return latest && { ...latest.file, sizeBytes: Number(latest.fileSize), createdAt: latest.createdAt };
}

function latestJob(entry: Entry, of: Of, format: DocumentFormat) {
  return db().job.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("Job"), of, { params: { path: ["format"], equals: format } }] },
    select: { id: true, status: true, step: true, progress: true, error: true, attempt: true, createdAt: true },
    orderBy: { createdAt: "desc" },
  });
}
