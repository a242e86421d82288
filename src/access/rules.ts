import { type Ability, AbilityBuilder, type RawRuleOf } from "@casl/ability";
import { accessibleBy as accessible, createPrismaAbility, type PrismaQueryOf, type Subjects } from "@casl/prisma/runtime";
import type {
  Account,
  AuditEvent,
  BlogPost,
  Book,
  DataExport,
  File,
  ImageGeneration,
  Invitation,
  Job,
  OrganizationMember,
  Passkey,
  PeopleJob,
  Prisma,
  RecoveryCode,
  Session,
  TotpFactor,
  User,
  VideoGeneration,
} from "@/generated/prisma/client";

export type Action = "create" | "read" | "update" | "delete" | "download" | "impersonate";

/** The organisation a row is shared with, and of its members at least whoever asks, if they are one. */
type Shared = { organization?: { members: Pick<OrganizationMember, "userId" | "role">[] } | null };

/** What a rule may look at: the columns a row needs to be asked about, and nothing that is not decided upon. */
type Rows = {
  User: Pick<User, "id"> & Partial<Pick<User, "role">>;
  Account: Pick<Account, "userId">;
  TotpFactor: Pick<TotpFactor, "userId">;
  RecoveryCode: Pick<RecoveryCode, "userId">;
  Passkey: Pick<Passkey, "userId">;
  Session: Pick<Session, "userId">;
  File: Pick<File, "ownerId"> & Partial<Pick<File, "kind">> & Shared;
  DataExport: Pick<DataExport, "userId">;
  Invitation: Pick<Invitation, "invitedById">;
  AuditEvent: Pick<AuditEvent, "actorId"> & Partial<Pick<AuditEvent, "action" | "subjectId">>;
  PeopleJob: Pick<PeopleJob, "createdById">;
  Organization: NonNullable<Shared["organization"]>;
  OrganizationMember: Pick<OrganizationMember, "userId"> & Partial<Pick<OrganizationMember, "role">> & Shared;
  OrganizationInvitation: Shared;
  ImageGeneration: Pick<ImageGeneration, "authorId"> & Shared;
  VideoGeneration: Pick<VideoGeneration, "authorId"> & Shared;
  Book: Pick<Book, "authorId"> & Shared;
  Chapter: { book: Pick<Book, "authorId"> & Shared };
  BlogPost: Pick<BlogPost, "authorId"> & Shared;
  Job: Pick<Job, "ownerId">;
};
/** Everything that rows are kept of and a rule can speak about. */
export type RowName = keyof Rows;

/** No rows, only places: `Dashboard` stands for the admin's pages, `Credentials` for what is between a person and their ways in. */
export type Subject = Subjects<Rows> | "Dashboard" | "Credentials";
export type SubjectName = Extract<Subject, string>;
export type AppAbility = Ability<[Action, Subject], PrismaQueryOf<Prisma.TypeMap>>;
export type AppRule = RawRuleOf<AppAbility>;

/** The person a set of rules is made for. */
export interface Bearer {
  userId: string;
  role: "MEMBER" | "ADMIN";
  profileComplete: boolean;
  mustChangePassword: boolean;
  emailVerified: boolean;
  /** Set while an admin acts as this person: whether they may only look. */
  impersonated?: "read" | "write";
  /** Whether this admin may change things while they act as somebody. */
  mayImpersonateWrite?: boolean;
}

/** What a person may write of their own row; everything else of it is written by the server or an admin. */
export const OWN_PROFILE_FIELDS = ["name", "image", "bio", "city", "interests", "locale", "theme", "unsafeMetadata"] as const;
const ADMIN_USER_FIELDS = [
  "role",
  "ban",
  "emailVerified",
  "impersonate_write",
  "name",
  "image",
  "bio",
  "city",
  "interests",
  "publicMetadata",
  "privateMetadata",
] as const;

const STUDIO = ["ImageGeneration", "VideoGeneration", "Book", "Chapter", "BlogPost", "Job"] as const;
const ORGANIZATION = ["Organization", "OrganizationMember", "OrganizationInvitation"] as const;

/**
 * Everything a person may do: nothing is allowed unless a line here allows it. The role gives
 * the rules, the standing takes from them: an unfinished profile or a first password leaves only what mends it.
 */
export function abilityFor(bearer: Bearer): AppAbility {
  const rules = new AbilityBuilder<AppAbility>(createPrismaAbility);
  if (!bearer.profileComplete || bearer.mustChangePassword || !bearer.emailVerified) unfinished(rules, bearer.userId);
  else {
    member(rules, bearer.userId);
    if (bearer.role === "ADMIN") admin(rules, bearer);
  }
  if (bearer.impersonated) impersonated(rules, bearer.impersonated);
  return rules.build();
}

/** The rows a person may act upon, as a Prisma `where`; an empty answer, never an error, when there are none. */
export function accessibleBy(ability: AppAbility, action: Action = "read") {
  return accessible(ability, action);
}

type Rules = AbilityBuilder<AppAbility>;

function unfinished({ can }: Rules, me: string): void {
  can("read", "User", { id: me });
  can("update", "User", [...OWN_PROFILE_FIELDS], { id: me });
  can("read", "Session", { userId: me });
  can("delete", "Session", { userId: me });
  can(["read", "update"], "Credentials");
}

function member({ can }: Rules, me: string): void {
  can("read", "User", { id: me });
  can("update", "User", [...OWN_PROFILE_FIELDS], { id: me });
  // Re-authenticated, after 14 days, and never the last admin: features/account-deletion.
  can("delete", "User", { id: me });

  can("read", "Session", { userId: me });
  can("delete", "Session", { userId: me });

  can(["read", "update"], "Credentials");
  // Re-authenticated, and never the last way in: access/identity/factors.ts.
  can(["create", "read", "delete"], ["Account", "TotpFactor", "RecoveryCode", "Passkey"], { userId: me });
  can("update", "Passkey", ["name"], { userId: me });

  can(["create", "read", "download", "delete"], "File", { ownerId: me });
  can("update", "File", ["name", "organizationId"], { ownerId: me });
  // Faces, which stand beside names. A cover is seen by whoever sees its book or post.
  can("read", "File", { kind: "AVATAR" });

  // Within plan and quota: access/room.ts. "update" is to change it, to cancel or to try again, and to share it.
  can(["create", "read", "update", "delete"], ["ImageGeneration", "VideoGeneration", "Book", "BlogPost"], { authorId: me });
  can(["create", "read", "update", "delete"], "Chapter", { book: { is: { authorId: me } } });
  can(["create", "read", "update", "delete"], "Job", { ownerId: me });

  can("create", "Organization");
  can("read", "Organization", { members: { some: { userId: me } } });
  can(["update", "delete"], "Organization", { members: { some: { userId: me, role: "OWNER" } } });
  can("read", "OrganizationMember", { organization: { is: { members: { some: { userId: me } } } } });
  // Never the last owner: features/organizations.
  can(["update", "delete"], "OrganizationMember", { organization: { is: { members: { some: { userId: me, role: "OWNER" } } } } });
  // To leave.
  can("delete", "OrganizationMember", { userId: me });
  can(["create", "read", "update", "delete"], "OrganizationInvitation", {
    organization: { is: { members: { some: { userId: me, role: { in: ["OWNER", "ADMIN"] } } } } },
  });
  // What its members have shared with an organisation.
  const shared = { organization: { is: { members: { some: { userId: me } } } } };
  can(["read", "download"], "File", shared);
  can("read", ["ImageGeneration", "VideoGeneration", "Book", "BlogPost"], shared);
  can("read", "Chapter", { book: { is: shared } });

  // Made by the worker, fetched within a week: features/data-exports.
  can(["create", "read"], "DataExport", { userId: me });

  can("read", "AuditEvent", { actorId: me });
  can("read", "AuditEvent", { action: "content.read_by_admin", subjectId: me });
}

function admin({ can, cannot }: Rules, { userId: me, mayImpersonateWrite }: Bearer): void {
  can("read", "Dashboard");
  // Jobs and mails that failed, and a look at the store: features/system.
  can("update", "Dashboard");

  can(["create", "read"], "User");
  // Never one's own there, nor the last admin's: features/account-deletion.
  can("delete", "User");
  can("update", "User", [...ADMIN_USER_FIELDS]);
  cannot("update", "User", ["role"], { id: me }).because("own_role");
  cannot("update", "User", ["ban"], { id: me }).because("own_ban");
  cannot("update", "User", ["emailVerified"], { id: me });
  cannot("update", "User", ["impersonate_write"], { id: me }).because("own_right");

  // Never as an admin. A reason, a recent proof and 15 minutes: features/impersonation.
  can("impersonate", "User", ["read"], { role: "MEMBER" });
  if (mayImpersonateWrite) can("impersonate", "User", ["write"], { role: "MEMBER" }).because("impersonate_right");

  // "update" is to send it again, "delete" to revoke it: features/invitations.
  can(["create", "read", "update", "delete"], "Invitation");

  can(["read", "delete"], "Session");
  // Reset, without ever reading them.
  can("delete", ["Account", "TotpFactor", "RecoveryCode", "Passkey"]);

  can(["read", "delete"], "File");
  // Audited, and refused without a reason: features/files/changes.ts.
  can("download", "File");

  can("read", "AuditEvent");

  // "update" is to cancel.
  can(["read", "update", "delete"], "Job");
  can(["read", "delete"], ["ImageGeneration", "VideoGeneration", "Book", "Chapter", "BlogPost"]);
  can(["read", "delete"], ["Organization", "OrganizationMember", "OrganizationInvitation"]);

  // Bulk changes, exports and imports; "update" is to cancel one: features/people-jobs.
  can(["create", "read", "update", "download"], "PeopleJob");
}

/** What an admin who acts as somebody may not: change anything, unless they may write, and never what keeps the account its person's. */
function impersonated({ cannot }: Rules, mode: "read" | "write"): void {
  if (mode === "read") {
    cannot("update", "User").because("read_only");
    cannot(["create", "update", "delete"], ["File", ...STUDIO, ...ORGANIZATION]).because("read_only");
  }
  cannot(["delete", "impersonate"], "User").because("impersonated");
  cannot("delete", "Session").because("impersonated");
  cannot(["create", "read", "update", "delete", "download"], ["Account", "TotpFactor", "RecoveryCode", "Passkey", "DataExport"]).because(
    "impersonated",
  );
  cannot(["read", "update"], "Credentials").because("impersonated");
}
