import "server-only";
import { z } from "zod";
import type { Entry } from "@/access/entry";
import { isBannedNow } from "@/access/identity/bans";
import { explain } from "@/access/policy";
import { accessibleBy, type SubjectName } from "@/access/rules";
import { db } from "@/lib/db";
import { normaliseEmail } from "@/lib/email";
import type { PolicyQuery } from "./schema";

/** What decides whether somebody may; `missing` names what was asked about and is not there. */
export type Verdict =
  | { missing: "who" | "id" }
  | {
      name: string;
      role: "MEMBER" | "ADMIN";
      banned: boolean;
      allowed: boolean;
      isWhole: boolean;
      line: ReturnType<typeof explain>["line"];
    };

/** Answers "may they, and why?" by the rules themselves; null while nothing whole was asked. Nothing of the row is shown. */
export async function answerPolicy(entry: Entry, { who, action, subject, id, field }: PolicyQuery): Promise<Verdict | null> {
  if (!who || !action || !subject || !entry.ability.can("read", "Dashboard")) return null;
  const isId = z.uuid().safeParse(who).success;
  const meant = { deletedAt: null, ...(isId ? { id: who.toLowerCase() } : { email: normaliseEmail(who) }) };
  const person = await db().user.findFirst({
    where: { AND: [accessibleBy(entry.ability).ofType("User"), meant] },
    select: {
      id: true,
      name: true,
      email: true,
      role: true,
      profileComplete: true,
      mustChangePassword: true,
      mayImpersonateWrite: true,
      emailVerified: true,
      bannedAt: true,
      bannedUntil: true,
    },
  });
  if (!person) return { missing: "who" };
  const row = id ? await rowOf(entry, subject, id) : null;
  if (id && !row) return { missing: "id" };
  const { id: userId, role, profileComplete, mustChangePassword, mayImpersonateWrite, emailVerified } = person;
  const standing = { profileComplete, mustChangePassword, emailVerified: emailVerified !== null };
  const bearer = { userId, role, mayImpersonateWrite, ...standing };
  return { name: person.name || person.email, role, banned: isBannedNow(person), ...explain(bearer, action, subject, row, field) };
}

/** The columns of a row that rules look at. */
async function rowOf(entry: Entry, subject: SubjectName, id: string): Promise<Record<string, unknown> | null> {
  if (!entry.ability.can("read", "Dashboard")) return null;
  if (subject === "Passkey") return db().passkey.findUnique({ where: { id }, select: { userId: true } });
  if (!z.uuid().safeParse(id).success) return null;
  const where = { id: id.toLowerCase() };
  if (subject === "User") return db().user.findUnique({ where, select: { id: true, role: true } });
  if (subject === "Session") return db().session.findUnique({ where, select: { userId: true } });
  if (subject === "File")
    return db().file.findUnique({
      where,
      select: { ownerId: true, kind: true, organization: { select: { members: { select: { userId: true, role: true } } } } },
    });
  if (subject === "DataExport") return db().dataExport.findUnique({ where, select: { userId: true } });
  if (subject === "Invitation") return db().invitation.findUnique({ where, select: { invitedById: true } });
  if (subject === "AuditEvent") return db().auditEvent.findUnique({ where, select: { actorId: true, action: true, subjectId: true } });
  if (subject === "PeopleJob") return db().peopleJob.findUnique({ where, select: { createdById: true } });
  if (subject === "RecoveryCode") return db().recoveryCode.findUnique({ where, select: { userId: true } });
  const members = { select: { userId: true, role: true } } as const;
  const organization = { select: { members } } as const;
  const made = { where, select: { authorId: true, organization } } as const;
  if (subject === "ImageGeneration") return db().imageGeneration.findUnique(made);
  if (subject === "VideoGeneration") return db().videoGeneration.findUnique(made);
  if (subject === "Book") return db().book.findUnique(made);
  if (subject === "BlogPost") return db().blogPost.findUnique(made);
  if (subject === "Chapter") return db().chapter.findUnique({ where, select: { book: { select: made.select } } });
  if (subject === "Job") return db().job.findUnique({ where, select: { ownerId: true } });
  if (subject === "Organization") return db().organization.findUnique({ where, select: { members } });
  if (subject === "OrganizationInvitation") return db().organizationInvitation.findUnique({ where, select: { organization } });
  // Asked for by their person's id: one has one app, and an account is named by its provider.
  if (subject === "Account") return db().account.findFirst({ where: { userId: where.id }, select: { userId: true } });
  if (subject === "OrganizationMember")
    return db().organizationMember.findFirst({ where: { userId: where.id }, select: { userId: true, role: true, organization } });
  if (subject === "TotpFactor") return db().totpFactor.findUnique({ where: { userId: where.id }, select: { userId: true } });
  return null;
}
