import type { AuditRow, Recorder } from "@/access/audit";
import { NEVER_SEEN } from "@/access/identity/people-filter";
import { sealTotpSecret } from "@/access/identity/second-factor";
import { takeFromStrangers } from "@/access/identity/ways-in";
import type { Transaction } from "@/lib/db";
import type { Decided } from "./batch";
import { isComplete } from "./decide";
import type { ImportedPerson } from "./person";

/** Where the rows of a batch come from, for the audit log. */
interface Origin {
  from: string;
  roles: boolean;
  jobId: string;
}
type Changing = Decided & { decision: { kind: "changed" } };
/** Somebody whose ways in are taken over. */
type Arrival = { userId: string; person: ImportedPerson };

/** Writes what was decided, in a constant number of statements, and remembers each person. */
export async function writeBatch(tx: Transaction, record: Recorder, decided: Decided[], origin: Origin): Promise<void> {
  const changing = decided.filter((one): one is Changing => one.decision.kind === "changed");
  // As for whoever registered an address that was somebody else's.
  await takeFromStrangers(
    tx,
    changing.flatMap(({ decision }) => (decision.closesWaysIn ? [decision.id] : [])),
  );
  await updateRows(tx, changing);
  const created = await createRows(
    tx,
    decided.flatMap(({ person, decision }) => (decision.kind === "created" ? [person] : [])),
    origin,
  );
  const linked = changing.flatMap(({ person, decision }) => (decision.takesWaysIn ? [{ userId: decision.id, person }] : []));
  await addWaysIn(tx, [...created, ...linked]);
  const { from, roles, jobId: job } = origin;
  const rows: AuditRow[] = [
    ...created.map(({ userId, person }) => ({
      action: "user.imported" as const,
      subjectId: userId,
      after: { from, job, ...(roles && person.role === "ADMIN" && { role: person.role }) },
    })),
    ...changing.map(({ decision: { id, fields, takesWaysIn, closesWaysIn } }) => ({
      action: "user.updated_by_import" as const,
      subjectId: id,
      after: { from, job, fields: Object.keys(fields).join(" "), takesWaysIn, closesWaysIn },
    })),
    ...changing.flatMap(({ decision: { id, fields } }) =>
      fields.role
        ? [{ action: "user.role_changed" as const, subjectId: id, before: { role: "MEMBER" }, after: { role: fields.role, job } }]
        : [],
    ),
  ].map((row) => ({ subjectType: "User", ...row }));
  if (rows.length > 0) await record(rows);
}

async function createRows(tx: Transaction, people: ImportedPerson[], { roles }: Origin): Promise<Arrival[]> {
  if (people.length === 0) return [];
  const data = people.map(({ providers: _, passwordHash: __, totpSecret, resetAtSignIn = false, role, ...columns }) => ({
    ...columns,
    role: roles && role === "ADMIN" ? role : ("MEMBER" as const),
    profileComplete: isComplete(columns),
    secondFactor: totpSecret !== undefined,
    resetAtSignIn,
    lastSeenAt: columns.lastSeenAt ?? NEVER_SEEN,
    publicMetadata: columns.publicMetadata ?? {},
    privateMetadata: columns.privateMetadata ?? {},
    unsafeMetadata: columns.unsafeMetadata ?? {},
  }));
  const made = await tx.user.createManyAndReturn({ data, select: { id: true, email: true } });
  const ids = new Map(made.map(({ id, email }) => [email, id]));
  return people.map((person) => ({ userId: ids.get(person.email) ?? "", person }));
}

/** One statement for all: what a person's file does not have is null here, and stays as it is; so does a picture of their own. */
async function updateRows(tx: Transaction, changing: Changing[]): Promise<void> {
  if (changing.length === 0) return;
  const rows = changing.map(({ decision: { id, fields, profileComplete } }) => ({ id, profileComplete, ...fields }));
  await tx.$executeRaw`
    UPDATE "User" u SET
      "externalId" = coalesce(p."externalId", u."externalId"), "email" = coalesce(p."email", u."email"),
      "emailVerified" = coalesce(p."emailVerified", u."emailVerified"), "name" = coalesce(p."name", u."name"),
      "image" = CASE WHEN starts_with(u."image", '/') THEN u."image" ELSE coalesce(p."image", u."image") END,
      "providerImage" = CASE WHEN starts_with(u."image", '/') THEN coalesce(p."image", u."providerImage") ELSE u."providerImage" END,
      "role" = coalesce(p."role", u."role"), "city" = coalesce(p."city", u."city"),
      "interests" = coalesce(p."interests", u."interests"), "bio" = coalesce(p."bio", u."bio"),
      "locale" = coalesce(p."locale", u."locale"), "theme" = coalesce(p."theme", u."theme"),
      "publicMetadata" = coalesce(p."publicMetadata", u."publicMetadata"),
      "privateMetadata" = coalesce(p."privateMetadata", u."privateMetadata"),
      "unsafeMetadata" = coalesce(p."unsafeMetadata", u."unsafeMetadata"),
      "profileComplete" = p."profileComplete", "updatedAt" = now()
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS p("id" uuid, "externalId" text, "email" text, "emailVerified" timestamptz,
      "name" text, "image" text, "role" "Role", "city" text, "interests" text[], "bio" text, "locale" text, "theme" text,
      "publicMetadata" jsonb, "privateMetadata" jsonb, "unsafeMetadata" jsonb, "profileComplete" boolean)
    WHERE u."id" = p."id"`;
}

/** Only where there is none: what somebody has here is theirs. */
async function addWaysIn(tx: Transaction, arrivals: Arrival[]): Promise<void> {
  const now = new Date();
  const passwords = arrivals.flatMap(({ userId, person }) => (person.passwordHash ? [{ userId, hash: person.passwordHash }] : []));
  const accounts = arrivals.flatMap(({ userId, person }) =>
    (person.providers ?? []).map(({ type = "oauth", ...pair }) => ({ userId, type, ...pair })),
  );
  const factors = arrivals.flatMap(({ userId, person }) =>
    person.totpSecret ? [{ userId, secret: sealTotpSecret(person.totpSecret, userId), confirmedAt: now }] : [],
  );
  if (passwords.length > 0) await tx.password.createMany({ data: passwords, skipDuplicates: true });
  if (accounts.length > 0) await tx.account.createMany({ data: accounts, skipDuplicates: true });
  if (factors.length > 0) await tx.totpFactor.createMany({ data: factors, skipDuplicates: true });
  const ids = (list: Arrival[]) => ({ id: { in: list.map(({ userId }) => userId) } });
  const strong = arrivals.filter(({ person }) => person.totpSecret);
  if (strong.length > 0)
    await tx.user.updateMany({
      where: { ...ids(strong), secondFactor: false, totp: { confirmedAt: { not: null } } },
      data: { secondFactor: true },
    });
  const reset = arrivals.filter(({ person }) => person.resetAtSignIn);
  if (reset.length > 0) await tx.user.updateMany({ where: { ...ids(reset), resetAtSignIn: false }, data: { resetAtSignIn: true } });
}
