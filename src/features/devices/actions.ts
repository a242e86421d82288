"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { change } from "@/access/audit";
import { doerIn } from "@/access/doer";
import { action } from "@/access/door";
import { actOnPerson } from "@/access/identity/people-acts";
import { endOtherSessions } from "@/access/identity/ways-in";
import { lockPerson } from "@/access/person-lock";
import { accessibleBy } from "@/access/rules";
import { endLine, lastOf } from "@/access/succession";
import { AppError } from "@/lib/errors";
import { endDeviceSchema, endDevicesOfSchema, endOtherDevicesSchema } from "./schema";

/** Ends one session of one's own, also when it has gone on under another id since it was listed: its next click lands on the sign-in page. */
export const endDevice = action({ can: ["delete", "Session"], rate: "write", standing: "any" }, endDeviceSchema, async ({ id }, entry) => {
  const { userId } = entry.actor;
  await change(entry, async (tx, record) => {
    await lockPerson(tx, userId);
    const running = await lastOf({ userId, sid: id }, tx);
    const where = { AND: [accessibleBy(entry.ability, "delete").ofType("Session"), { id: running?.id ?? id, userId, endedAt: null }] };
    const session = await tx.session.findFirst({ where, select: { id: true, userId: true } });
    if (!session) throw new AppError("not_found");
    ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("Session", session));
    await endLine(tx, { userId, sid: session.id });
    await record({ action: "session.ended", subjectType: "Session", subjectId: session.id });
  });
  revalidatePath("/settings/devices");
});

/** Ends every session of one's own but this one. */
export const endOtherDevices = action(
  { can: ["delete", "Session"], rate: "write", standing: "any" },
  endOtherDevicesSchema,
  async (_, entry) => {
    const { userId, sid } = entry.actor;
    const count = await change(entry, async (tx, record) => {
      await lockPerson(tx, userId);
      const count = await endOtherSessions(tx, userId, [sid]);
      await record({ action: "session.others_ended", subjectType: "User", subjectId: userId, after: { count } });
      return count;
    });
    revalidatePath("/settings/devices");
    return { count };
  },
);

/** For an admin: ends one session of a person, or without `id` every one. Their own end on their own page. */
export const endDevicesOf = action({ can: ["read", "Dashboard"], rate: "write" }, endDevicesOfSchema, async ({ userId, id }, entry) => {
  if (userId === entry.actor.userId) throw new AppError("forbidden", "own_devices");
  await change(entry, async (tx, record) => {
    if (!id) return actOnPerson(tx, record, doerIn(entry), { act: "signOut" }, userId);
    ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("Session", { userId }));
    await lockPerson(tx, userId);
    const running = await lastOf({ userId, sid: id }, tx);
    if (!running) throw new AppError("not_found");
    await endLine(tx, { userId, sid: running.id });
    const after = { sid: running.id, count: 1 };
    await record({ action: "session.ended_by_admin", subjectType: "User", subjectId: userId, after });
  });
  revalidatePath(`/admin/users/${userId}`);
});
