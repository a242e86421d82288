import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change, type Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { lockRoom } from "@/access/room";
import type { Transaction } from "@/lib/db";
import { avatarAddress } from "./drawn";
import { eraseFile } from "./leftovers";

/** In pixels: twice what the largest face on a page is wide, for screens that are fine, and some more. */
export const AVATAR = { width: 512, height: 512 };
const ERASED = { id: true, provider: true, key: true, uploadKey: true, partBytes: true } as const;

/** Makes this picture the person's face, on every page at once, and returns what was it before, marked for removal: of many at once one stays. */
export async function takeAvatar(tx: Transaction, record: Recorder, entry: Entry, { id, key }: { id: string; key: string }) {
  const { userId } = entry.actor;
  ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), "image");
  await lockRoom(tx, userId);
  const former = await retire(tx, userId, id);
  await tx.user.update({ where: { id: userId }, data: { image: avatarAddress({ ownerId: userId, key }) }, select: { id: true } });
  await record({ action: "user.avatar_changed", subjectType: "User", subjectId: userId });
  return former;
}

/** Takes a person's picture away, one that a provider gave them too: their initials stand in its place. */
export async function clearAvatar(entry: Entry): Promise<void> {
  const { userId } = entry.actor;
  const former = await change(entry, async (tx, record) => {
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), "image");
    await lockRoom(tx, userId);
    const files = await retire(tx, userId);
    await tx.user.update({ where: { id: userId }, data: { image: null }, select: { id: true } });
    await record({ action: "user.avatar_removed", subjectType: "User", subjectId: userId });
    return files;
  });
  for (const gone of former) await eraseFile(gone).catch(() => undefined);
}

/** Marks the pictures a person has, but for `except`. */
async function retire(tx: Transaction, ownerId: string, except?: string) {
  const worn = { ownerId, kind: "AVATAR", status: "READY", ...(except && { id: { not: except } }) } as const;
  const former = await tx.file.findMany({ where: worn, select: { ...ERASED, uploadExpiresAt: true } });
  for (const { id, uploadExpiresAt } of former)
    await tx.file.update({
      where: { id },
      data: { status: "DELETING", uploadExpiresAt: uploadExpiresAt ?? new Date() },
      select: { id: true },
    });
  return former;
}
