import "server-only";
import type { Entry } from "@/access/entry";
import { accessibleBy } from "@/access/rules";
import { db } from "@/lib/db";
import { describeUserAgent } from "@/lib/user-agent";

/** Nobody signs in from more than this many places and means it. */
const MOST = 100;

/** The running sessions of a person, oneself where nobody is named: the one asking first, then the latest seen. */
export async function listDevices(entry: Entry, userId = entry.actor.userId) {
  const { sid } = entry.actor;
  const rows = await db().session.findMany({
    where: {
      AND: [accessibleBy(entry.ability).ofType("Session"), { userId, endedAt: null, successorId: null, expiresAt: { gt: new Date() } }],
    },
    select: { id: true, method: true, strong: true, userAgent: true, ip: true, place: true, createdAt: true, lastSeenAt: true },
    orderBy: { lastSeenAt: "desc" },
    take: MOST,
  });
  const devices = rows.map(({ userAgent, ...row }) => ({ ...row, ...describeUserAgent(userAgent), isThis: row.id === sid }));
  return devices.sort((one, other) => Number(other.isThis) - Number(one.isThis));
}
