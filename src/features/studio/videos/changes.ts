import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { countByRequest, ENDED, OWNED, recordRemoved } from "../gallery/results";
import { lockJobs } from "../jobs/transition";

/** Deletes the films that these files are, each of a request this person may delete from; throws "not_found" when one is not. Triggers take the files along. */
export async function removeVideos(tx: Transaction, record: Recorder, entry: Entry, ids: string[]): Promise<void> {
  const videos = await tx.videoFile.findMany({
    where: { AND: [{ file: { id: { in: ids } } }, { generation: accessibleBy(entry.ability, "delete").ofType("VideoGeneration") }] },
    select: { id: true, generation: { select: OWNED } },
  });
  const counts = countByRequest(entry, "VideoGeneration", videos, ids);
  await lockJobs(tx, { videoGenerationId: { in: [...counts.keys()] } });
  await tx.videoFile.deleteMany({ where: { id: { in: videos.map(({ id }) => id) } } });
  await tx.videoGeneration.deleteMany({ where: { id: { in: [...counts.keys()] }, videos: { none: {} }, ...ENDED } });
  await recordRemoved(record, "VideoGeneration", counts);
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
  const { count } = await tx.videoGeneration.deleteMany({ where: { id, ...ENDED } });
  if (count === 0) throw new AppError("conflict", "generation_under_way");
  const before = { ownerId: generation.authorId, count: generation._count.videos };
  await record({ action: "generation.deleted", subjectType: "VideoGeneration", subjectId: id, before });
}
