import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import type { Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import type { Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { countByRequest, ENDED, OWNED, recordRemoved } from "../gallery/results";
import { lockJobs } from "../jobs/transition";

/** Deletes the pictures that these files are, each of a request this person may delete from; throws "not_found" when one is not. Triggers take the files along. */
export async function removeImages(tx: Transaction, record: Recorder, entry: Entry, ids: string[]): Promise<void> {
  const images = await tx.imageFile.findMany({
    where: { AND: [{ file: { id: { in: ids } } }, { generation: accessibleBy(entry.ability, "delete").ofType("ImageGeneration") }] },
    select: { id: true, generation: { select: OWNED } },
  });
  const counts = countByRequest(entry, "ImageGeneration", images, ids);
  await lockJobs(tx, { imageGenerationId: { in: [...counts.keys()] } });
  await tx.imageFile.deleteMany({ where: { id: { in: images.map(({ id }) => id) } } });
  await tx.imageGeneration.deleteMany({ where: { id: { in: [...counts.keys()] }, images: { none: {} }, ...ENDED } });
  await recordRemoved(record, "ImageGeneration", counts);
}

/** Deletes a request with its job and pictures. Throws "not_found", and "conflict" while it is under way: it is cancelled first. */
export async function removeGeneration(tx: Transaction, record: Recorder, entry: Entry, id: string): Promise<void> {
  const generation = await tx.imageGeneration.findFirst({
    where: { AND: [accessibleBy(entry.ability, "delete").ofType("ImageGeneration"), { id }] },
    select: { ...OWNED, _count: { select: { images: true } } },
  });
  if (!generation) throw new AppError("not_found");
  ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("ImageGeneration", generation));
  await lockJobs(tx, { imageGenerationId: { in: [id] } });
  const { count } = await tx.imageGeneration.deleteMany({ where: { id, ...ENDED } });
  if (count === 0) throw new AppError("conflict", "generation_under_way");
  const before = { ownerId: generation.authorId, count: generation._count.images };
  await record({ action: "generation.deleted", subjectType: "ImageGeneration", subjectId: id, before });
}
