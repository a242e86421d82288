import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { AppError } from "@/lib/errors";
import { previewAddress } from "@/lib/preview-address";
import { LIVING } from "../jobs/transition";

/** What is asked for in words, by the subject that rules speak of. */
type Work = "ImageGeneration" | "VideoGeneration";

/** Of a request, what decides whether it may be deleted. */
export const OWNED = { id: true, authorId: true } as const;
/** Of a result, what every list shows of it; withPreview makes a Result of it. */
export const SHOWN_RESULT = {
  id: true,
  createdAt: true,
  width: true,
  height: true,
  file: { select: { id: true, name: true, contentType: true } },
} as const;
/** Of a shared request, whose it is; withAuthor says it. */
export const AUTHOR = { author: { select: { id: true, name: true } } } as const;
/** Requests whose job has ended: one that is under way is cancelled first. Sound under `lockJobs`. */
export const ENDED = { NOT: { job: { status: { in: LIVING } } } };

/** A result as lists show it: by its file, and that by its small picture. */
export function withPreview<Result extends { file: { id: string; name: string; contentType: string } }>({ file, ...result }: Result) {
  return { ...result, fileId: file.id, name: file.name, contentType: file.contentType, preview: previewAddress(file.id) };
}

/** What is shared with an organisation, of those they belong to, and of it what has come of it, each result by its own rule. */
export function sharedWith({ actor, ability }: Entry, organizationId: string) {
  const files = { file: { AND: [accessibleBy(ability).ofType("File"), { organizationId, status: "READY" as const }] } };
  return { requests: { organizationId, organization: { members: { some: { userId: actor.userId } } } }, files };
}

/** A shared request as lists show it: with its author's name, and whether that is oneself. */
export function withAuthor<Request extends { author: { id: string; name: string } }>({ actor }: Entry, { author, ...request }: Request) {
  return { ...request, author: { name: author.name, isOneself: author.id === actor.userId } };
}

/** How many of these results each request has; throws "not_found" unless there is one for each id, of a request they may delete from. */
export function countByRequest(
  { ability }: Entry,
  work: Work,
  results: { generation: { id: string; authorId: string } }[],
  ids: string[],
): Map<string, number> {
  if (results.length < ids.length) throw new AppError("not_found");
  const counts = new Map<string, number>();
  for (const { generation } of results) {
    ForbiddenError.from(ability).throwUnlessCan("delete", subject(work, { authorId: generation.authorId }));
    counts.set(generation.id, (counts.get(generation.id) ?? 0) + 1);
  }
  return counts;
}

/** Remembers how many results were deleted of each request. */
export async function recordRemoved(record: Recorder, work: Work, counts: Map<string, number>): Promise<void> {
  await record(
    [...counts].map(([subjectId, count]) => ({ action: "generation.deleted", subjectType: work, subjectId, before: { count } })),
  );
}
