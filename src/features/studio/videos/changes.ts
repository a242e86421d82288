import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { LIVING, lockJobs } from "../jobs/transition";

const OWNED = { id: true, authorId: true, status: true } as const;
const NOT_LIVING = { NOT: { job: { status: { in: LIVING } } } };

/** Deletes the films that these files are, each of a request this person may delete from; throws "not_found" when one is not. Triggers take the files along. */
export async function removeVideos(tx: Transaction, record: Recorder, entry: Entry, ids: string[]): Promise<void> {
  const videos = await tx.videoFile.findMany({
    where: { AND: [{ file: { id: { in: ids } } }, { generation: accessibleBy(entry.ability, "delete").ofType("VideoGeneration") }] },
    select: { id: true, generation: { select: OWNED } },
  });
  if (videos.length < ids.length) throw new AppError("not_found");
  const counts = new Map<string, number>();
  for (const { generation } of videos) {
    ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("VideoGeneration", generation));
    counts.set(generation.id, (counts.get(generation.id) ?? 0) + 1);
  }
  await lockJobs(tx, { videoGenerationId: { in: [...counts.keys()] } });
  await tx.videoFile.deleteMany({ where: { id: { in: videos.map(({ id }) => id) } } });
  await tx.videoGeneration.deleteMany({ where: { id: { in: [...counts.keys()] }, videos: { none: {} }, ...NOT_LIVING } });
  for (const [id, count] of counts)
    await record({ action: "generation.deleted", subjectType: "VideoGeneration", subjectId: id, before: { count } });
}

/** Deletes a request with its job and films. Throws "not_found", and "conflict" while it is under way: it is cancelled first. */
export async function removeGeneration(tx: Transaction, record: Recorder, entry: Entry, id: string): Promise<void> {
  const generation = await tx.videoGeneration.findFirst({
    where: { AND: [accessibleBy(entry.ability, "delete").ofType("VideoGeneration"), { id }] },
    select: { ...OWNED, _count: { select: { videos: true } } },
  });
  if (!generation) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("VideoGeneration", generation));
  await lockJobs(tx, { videoGenerationId: { in: [id] } });
  const { count } = await tx.videoGeneration.deleteMany({ where: { id, ...NOT_LIVING } });
  if (count === 0) throw new AppError("conflict", "generation_under_way");
  const before = { ownerId: generation.authorId, count: generation._count.videos };
  await record({ action: "generation.deleted", subjectType: "VideoGeneration", subjectId: id, before });
}
