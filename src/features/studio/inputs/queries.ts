import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db, type Transaction } from "@/lib/db";
import { AppError } from "@/lib/errors";

/** What every model reads. */
const TYPES = ["image/png", "image/jpeg", "image/webp"];
const MAX_INPUT_BYTES = 20_000_000;
const OFFERED = 50;

const USABLE = { kind: "IMAGE", status: "READY", contentType: { in: TYPES }, sizeBytes: { lte: MAX_INPUT_BYTES } } as const;

/** The latest pictures of one's own that something new may begin with. */
export async function listInputPictures(entry: Entry): Promise<{ id: string; name: string }[]> {
  return db().file.findMany({
    where: { AND: [accessibleBy(entry.ability, "download").ofType("File"), { ownerId: entry.actor.userId, ...USABLE }] },
    select: { id: true, name: true },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: OFFERED,
  });
}

/** Throws "invalid" beside the field unless this is a picture of one's own that can be used: of somebody else's nothing is told. */
export async function requireInputPicture(entry: Entry, tx: Pick<Transaction, "file">, id: string): Promise<void> {
  const found = await tx.file.findFirst({
    where: { AND: [accessibleBy(entry.ability, "download").ofType("File"), { id, ownerId: entry.actor.userId, ...USABLE }] },
    select: { id: true },
  });
  if (!found) throw new AppError("invalid", "invalid", { fields: { inputImageId: "input_picture" } });
}
