import "server-only";
import { ForbiddenError, subject } from "@casl/ability";
import { change, type Recorder } from "@/access/audit";
import type { Entry } from "@/access/entry";
import { lockRoom } from "@/access/room";
import type { Transaction } from "@/lib/db";
import { avatarAddress } from "./drawn";
import { ERASED, eraseFile } from "./leftovers";

/** In pixels: twice what the largest face on a page is wide, for screens that are fine, and some more. */
export const AVATAR = { width: 512, height: 512 };

/** Makes this picture the person's face, on every page at once, and returns what was it before, marked for removal: of many at once one stays. */
export async function takeAvatar(tx: Transaction, record: Recorder, entry: Entry, { id, key }: { id: string; key: string }) {
  const { userId } = entry.actor;
  ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), "image");
  await lockRoom(tx, userId);
  const former = await retire(tx, userId, id);
  const { image } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { image: true } });
  const given = isOwn(image) ? {} : { providerImage: image };
  await tx.user.update({ where: { id: userId }, data: { ...given, image: avatarAddress({ ownerId: userId, key }) }, select: { id: true } });
  await record({ action: "user.avatar_changed", subjectType: "User", subjectId: userId });
  return former;
}

/** Takes a person's own picture away: the one a provider gave stands in its place, and that is taken away the next time; else their initials. */
export async function clearAvatar(entry: Entry): Promise<void> {
  const { userId } = entry.actor;
  const former = await change(entry, async (tx, record) => {
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("User", { id: userId }), "image");
    await lockRoom(tx, userId);
    const files = await retire(tx, userId);
    await uncoverFace(tx, userId);
    await record({ action: "user.avatar_removed", subjectType: "User", subjectId: userId });
    return files;
  });
  for (const gone of former) await eraseFile(gone).catch(() => undefined);
}

/** What is seen of a person without their own picture, or only without that at `address`, under their lock or after its file is marked. */
export async function uncoverFace(tx: Transaction, id: string, address?: string): Promise<void> {
  const person = await tx.user.findFirst({
    where: { id, ...(address && { image: address }) },
    select: { image: true, providerImage: true },
  });
  if (!person) return;
  const image = isOwn(person.image) ? person.providerImage : null;
  await tx.user.update({ where: { id }, data: { image, providerImage: null }, select: { id: true } });
}

function isOwn(image: string | null): boolean {
  return image?.startsWith("/") ?? false;
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
