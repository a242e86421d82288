import { existsSync, readdirSync, readFileSync } from "node:fs";
import { ForbiddenError, subject } from "@casl/ability";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { action, enter, handler } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { registerFromProvider } from "@/access/identity/providers";
import { assertRate } from "@/access/limits";
import { type Action, abilityFor, accessibleBy, OWN_PROFILE_FIELDS, type SubjectName } from "@/access/rules";
import { POST } from "@/app/api/auth/[...nextauth]/route";
import { DELETE } from "@/app/api/files/[id]/route";
import { auth, handlers } from "@/auth";
import { register, signInWithEmail } from "@/features/accounts/actions";
import { renameFile } from "@/features/files/actions";
import { issueDownload } from "@/features/files/changes";
import { listPeople } from "@/features/people/queries";
import { peopleQuerySchema } from "@/features/people/schema";
import { completeProfile, updateProfile } from "@/features/profiles/actions";
import { getOwnProfile } from "@/features/profiles/queries";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { admin, file, PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";

const ME = "00000000-0000-4000-8000-00000000000a";
const THEM = "00000000-0000-4000-8000-00000000000b";

const STANDINGS = {
  member: { role: "MEMBER", profileComplete: true, mustChangePassword: false, emailVerified: true },
  admin: { role: "ADMIN", profileComplete: true, mustChangePassword: false, emailVerified: true },
  "unfinished member": { role: "MEMBER", profileComplete: false, mustChangePassword: false, emailVerified: true },
  "unfinished admin": { role: "ADMIN", profileComplete: false, mustChangePassword: false, emailVerified: true },
  "member with a first password": { role: "MEMBER", profileComplete: true, mustChangePassword: true, emailVerified: true },
  "admin with a first password": { role: "ADMIN", profileComplete: true, mustChangePassword: true, emailVerified: true },
  "unverified member": { role: "MEMBER", profileComplete: true, mustChangePassword: false, emailVerified: false },
  "unverified admin": { role: "ADMIN", profileComplete: true, mustChangePassword: false, emailVerified: false },
} as const;
type Who = keyof typeof STANDINGS;

const rulesOf = (who: Who) => abilityFor({ userId: ME, ...STANDINGS[who] });
const EVERYBODY = Object.keys(STANDINGS) as Who[];
const COMPLETE: Who[] = ["member", "admin"];
const ADMIN: Who[] = ["admin"];
const NOBODY: Who[] = [];

const ownedBy = (owner: string) => ({ members: [{ userId: owner, role: "OWNER" as const }] });
const ROWS = {
  User: (owner: string) => subject("User", { id: owner }),
  Account: (owner: string) => subject("Account", { userId: owner }),
  TotpFactor: (owner: string) => subject("TotpFactor", { userId: owner }),
  RecoveryCode: (owner: string) => subject("RecoveryCode", { userId: owner }),
  DataExport: (owner: string) => subject("DataExport", { userId: owner }),
  Invitation: (owner: string) => subject("Invitation", { invitedById: owner }),
  Passkey: (owner: string) => subject("Passkey", { userId: owner }),
  Session: (owner: string) => subject("Session", { userId: owner }),
  File: (owner: string) => subject("File", { ownerId: owner }),
  AuditEvent: (owner: string) => subject("AuditEvent", { actorId: owner }),
  PeopleJob: (owner: string) => subject("PeopleJob", { createdById: owner }),
  ImageGeneration: (author: string) => subject("ImageGeneration", { authorId: author }),
  VideoGeneration: (author: string) => subject("VideoGeneration", { authorId: author }),
  Book: (author: string) => subject("Book", { authorId: author }),
  Chapter: (author: string) => subject("Chapter", { book: { authorId: author } }),
  BlogPost: (author: string) => subject("BlogPost", { authorId: author }),
  Job: (owner: string) => subject("Job", { ownerId: owner }),
  Organization: (owner: string) => subject("Organization", ownedBy(owner)),
  OrganizationMember: (owner: string) => subject("OrganizationMember", { userId: owner, organization: ownedBy(owner) }),
  OrganizationInvitation: (owner: string) => subject("OrganizationInvitation", { organization: ownedBy(owner) }),
} as const;
/** Acting as somebody has no own row: below. */
type RowAction = Exclude<Action, "impersonate">;
const ACTIONS: RowAction[] = ["create", "read", "update", "delete", "download"];

/** What a person makes: theirs, and an admin looks and clears up. */
const MADE: Record<RowAction, { own: Who[]; other: Who[] }> = {
  create: { own: COMPLETE, other: NOBODY },
  read: { own: COMPLETE, other: ADMIN },
  update: { own: COMPLETE, other: NOBODY },
  delete: { own: COMPLETE, other: ADMIN },
  download: { own: NOBODY, other: NOBODY },
};

/** The policy, row by row: who may do it to a row of their own, and who to anybody else's. Everybody else may not. */
const POLICY: Record<keyof typeof ROWS, Record<RowAction, { own: Who[]; other: Who[] }>> = {
  User: {
    create: { own: ADMIN, other: ADMIN },
    read: { own: EVERYBODY, other: ADMIN },
    // Which columns: below.
    update: { own: EVERYBODY, other: ADMIN },
    delete: { own: COMPLETE, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  Account: {
    create: { own: COMPLETE, other: NOBODY },
    read: { own: COMPLETE, other: NOBODY },
    update: { own: NOBODY, other: NOBODY },
    delete: { own: COMPLETE, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  TotpFactor: {
    create: { own: COMPLETE, other: NOBODY },
    read: { own: COMPLETE, other: NOBODY },
    update: { own: NOBODY, other: NOBODY },
    delete: { own: COMPLETE, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  RecoveryCode: {
    create: { own: COMPLETE, other: NOBODY },
    read: { own: COMPLETE, other: NOBODY },
    update: { own: NOBODY, other: NOBODY },
    delete: { own: COMPLETE, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  DataExport: {
    create: { own: COMPLETE, other: NOBODY },
    read: { own: COMPLETE, other: NOBODY },
    update: { own: NOBODY, other: NOBODY },
    delete: { own: NOBODY, other: NOBODY },
    download: { own: NOBODY, other: NOBODY },
  },
  Invitation: {
    create: { own: ADMIN, other: ADMIN },
    read: { own: ADMIN, other: ADMIN },
    // To send it again.
    update: { own: ADMIN, other: ADMIN },
    // To revoke it.
    delete: { own: ADMIN, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  Passkey: {
    create: { own: COMPLETE, other: NOBODY },
    read: { own: COMPLETE, other: NOBODY },
    update: { own: COMPLETE, other: NOBODY },
    delete: { own: COMPLETE, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  Session: {
    create: { own: NOBODY, other: NOBODY },
    read: { own: EVERYBODY, other: ADMIN },
    update: { own: NOBODY, other: NOBODY },
    delete: { own: EVERYBODY, other: ADMIN },
    download: { own: NOBODY, other: NOBODY },
  },
  File: {
    create: { own: COMPLETE, other: NOBODY },
    read: { own: COMPLETE, other: ADMIN },
    update: { own: COMPLETE, other: NOBODY },
    delete: { own: COMPLETE, other: ADMIN },
    download: { own: COMPLETE, other: ADMIN },
  },
  AuditEvent: {
    create: { own: NOBODY, other: NOBODY },
    read: { own: COMPLETE, other: ADMIN },
    update: { own: NOBODY, other: NOBODY },
    delete: { own: NOBODY, other: NOBODY },
    download: { own: NOBODY, other: NOBODY },
  },
  PeopleJob: {
    create: { own: ADMIN, other: ADMIN },
    read: { own: ADMIN, other: ADMIN },
    // To cancel it.
    update: { own: ADMIN, other: ADMIN },
    delete: { own: NOBODY, other: NOBODY },
    download: { own: ADMIN, other: ADMIN },
  },
  ImageGeneration: MADE,
  VideoGeneration: MADE,
  Book: MADE,
  Chapter: MADE,
  BlogPost: MADE,
  // An admin cancels anybody's.
  Job: { ...MADE, update: { own: COMPLETE, other: ADMIN } },
  Organization: { ...MADE, create: { own: COMPLETE, other: COMPLETE } },
  // One joins by an invitation.
  OrganizationMember: { ...MADE, create: { own: NOBODY, other: NOBODY } },
  OrganizationInvitation: MADE,
};

const CELLS = Object.entries(POLICY).flatMap(([name, actions]) =>
  ACTIONS.flatMap((action) =>
    (["own", "other"] as const).map((whose) => ({ name: name as keyof typeof ROWS, action, whose, allowed: actions[action][whose] })),
  ),
);

describe("the policy table", () => {
  test.each(CELLS)("$action of $whose $name: $allowed", ({ name, action, whose, allowed }) => {
    const row = ROWS[name](whose === "own" ? ME : THEM);
    for (const who of EVERYBODY) expect(rulesOf(who).can(action, row), who).toBe(allowed.includes(who));
  });

  test("a subject nobody wrote a rule for is closed to everybody", () => {
    for (const who of EVERYBODY)
      for (const name of ["Password", "Tombstone", "Subscription", "all"])
        for (const action of [...ACTIONS, "manage"])
          expect(rulesOf(who).can(action as Action, name as SubjectName), `${who} ${action} ${name}`).toBe(false);
  });

  test("the admin's pages are for admins whose standing is good, to look at and to set going again what stopped", () => {
    for (const who of EVERYBODY)
      for (const action of ["read", "update"] as const) expect(rulesOf(who).can(action, "Dashboard"), who).toBe(who === "admin");
  });

  test("their ways in are everybody's to see and to change, and nobody's to do more with", () => {
    for (const who of EVERYBODY)
      for (const action of ACTIONS)
        expect(rulesOf(who).can(action, "Credentials"), `${who} ${action}`).toBe(action === "read" || action === "update");
  });

  test("nobody acts as an admin; who acts as a member writes only with the right to", () => {
    const acts = (mayImpersonateWrite: boolean, role: "MEMBER" | "ADMIN", field: "read" | "write") =>
      abilityFor({ userId: ME, ...STANDINGS.admin, mayImpersonateWrite }).can("impersonate", subject("User", { id: THEM, role }), field);
    for (const right of [true, false]) {
      expect([acts(right, "MEMBER", "read"), acts(right, "MEMBER", "write")]).toEqual([true, right]);
      expect([acts(right, "ADMIN", "read"), acts(right, "ADMIN", "write")]).toEqual([false, false]);
    }
    for (const who of EVERYBODY.filter((one) => one !== "admin")) expect(rulesOf(who).can("impersonate", "User"), who).toBe(false);
  });

  const COLUMNS = [
    "id",
    "email",
    "emailVerified",
    "name",
    "image",
    "role",
    "city",
    "interests",
    "bio",
    "profileComplete",
    "mustChangePassword",
    "locale",
    "theme",
    "publicMetadata",
    "privateMetadata",
    "unsafeMetadata",
    "mayImpersonateWrite",
    "createdAt",
    "lastSeenAt",
    "epoch",
    "version",
    "changedXid",
  ];
  const OWN = ["name", "image", "bio", "city", "interests", "locale", "theme", "unsafeMetadata"];
  const BY_ADMIN = ["role", "emailVerified", "name", "image", "bio", "city", "interests", "publicMetadata", "privateMetadata"];

  test("of their own row everybody writes the profile, and nobody role, address, epoch or what the server keeps", () => {
    expect([...OWN_PROFILE_FIELDS]).toEqual(OWN);
    for (const who of EVERYBODY)
      for (const column of COLUMNS)
        expect(rulesOf(who).can("update", ROWS.User(ME), column), `${who} ${column}`).toBe(
          OWN.includes(column) || (who === "admin" && /^(public|private)Metadata$/.test(column)),
        );
  });

  test("of another's row an admin writes role and profile, and nobody else anything", () => {
    for (const who of EVERYBODY)
      for (const column of COLUMNS)
        expect(rulesOf(who).can("update", ROWS.User(THEM), column), `${who} ${column}`).toBe(who === "admin" && BY_ADMIN.includes(column));
  });

  test("an admin is told that it is their own role, not that a right is missing", () => {
    expect(() => ForbiddenError.from(rulesOf("admin")).throwUnlessCan("update", ROWS.User(ME), "role")).toThrow("own_role");
  });

  test("an admin bans others, never themselves, and nobody else does either", () => {
    for (const who of EVERYBODY) {
      expect(rulesOf(who).can("update", ROWS.User(THEM), "ban"), who).toBe(who === "admin");
      expect(rulesOf(who).can("update", ROWS.User(ME), "ban"), `own ${who}`).toBe(false);
    }
  });

  test("of a passkey its owner writes the name and nobody anything else", () => {
    for (const column of ["id", "name", "userId", "publicKey", "counter", "transports", "backedUp", "createdAt", "lastUsedAt"]) {
      expect(rulesOf("member").can("update", ROWS.Passkey(ME), column), column).toBe(column === "name");
      expect(rulesOf("admin").can("update", ROWS.Passkey(THEM), column), column).toBe(false);
    }
  });

  test("of a file its owner writes the name and with whom it is shared, and no admin anything", () => {
    for (const column of ["name", "organizationId", "key", "ownerId", "status", "sizeBytes", "contentType", "provider"]) {
      expect(rulesOf("member").can("update", ROWS.File(ME), column), column).toBe(column === "name" || column === "organizationId");
      expect(rulesOf("admin").can("update", ROWS.File(THEM), column), column).toBe(false);
    }
  });

  test("faces are read by everybody whose standing is whole, and nobody but their owner does anything else to them", async () => {
    for (const who of EVERYBODY)
      for (const action of ACTIONS) {
        const face = rulesOf(who).can(action, subject("File", { ownerId: THEM, kind: "AVATAR" as const }));
        const wanted = action === "read" ? COMPLETE.includes(who) : POLICY.File[action].other.includes(who);
        expect(face, `${who} ${action}`).toBe(wanted);
        // A cover is seen by whoever sees its book.
        const cover = rulesOf(who).can(action, subject("File", { ownerId: THEM, kind: "COVER" as const }));
        expect(cover, `${who} ${action}`).toBe(POLICY.File[action].other.includes(who));
      }
  });

  test("of what is shared with an organisation its members read, and nobody but the owner does anything else", () => {
    const organization = { members: [{ userId: ME, role: "MEMBER" as const }] };
    const others = { members: [{ userId: THEM, role: "OWNER" as const }] };
    const rows = (shared: typeof organization | typeof others | null) => [
      subject("File", { ownerId: THEM, organization: shared }),
      ...(["ImageGeneration", "VideoGeneration", "Book", "BlogPost"] as const).map((name) =>
        subject(name, { authorId: THEM, organization: shared }),
      ),
      subject("Chapter", { book: { authorId: THEM, organization: shared } }),
    ];
    for (const who of EVERYBODY.filter((one) => one !== "admin"))
      for (const action of ACTIONS) {
        const reads = who === "member" && action === "read";
        for (const row of rows(organization))
          expect(rulesOf(who).can(action, row), `${who} ${action} ${row.__caslSubjectType__}`).toBe(
            reads || (who === "member" && action === "download" && row.__caslSubjectType__ === "File"),
          );
        for (const row of [...rows(others), ...rows(null)]) expect(rulesOf(who).can(action, row), `${who} ${action}`).toBe(false);
      }
  });

  test("of an organisation its owners manage people, its admins invite, its members read and leave", () => {
    const as = (role: "OWNER" | "ADMIN" | "MEMBER") => ({ members: [{ userId: ME, role }] });
    for (const role of ["OWNER", "ADMIN", "MEMBER"] as const) {
      const may = (action: Action, row: Parameters<ReturnType<typeof rulesOf>["can"]>[1]) => rulesOf("member").can(action, row);
      const member = subject("OrganizationMember", { userId: THEM, organization: as(role) });
      expect(may("read", subject("Organization", as(role)))).toBe(true);
      expect(may("read", member)).toBe(true);
      for (const action of ["update", "delete"] as const) {
        expect(may(action, subject("Organization", as(role))), `${role} ${action}`).toBe(role === "OWNER");
        expect(may(action, member), `${role} ${action} member`).toBe(role === "OWNER");
      }
      expect(may("create", subject("OrganizationInvitation", { organization: as(role) })), role).toBe(role !== "MEMBER");
      expect(may("create", subject("OrganizationMember", { userId: ME, organization: as(role) })), role).toBe(false);
      expect(may("delete", subject("OrganizationMember", { userId: ME, organization: as(role) })), role).toBe(true);
      expect(may("update", subject("OrganizationMember", { userId: ME, organization: as(role) })), role).toBe(role === "OWNER");
    }
  });

  test("of what others did a member reads that an admin read what is theirs, and nothing else", () => {
    const ability = abilityFor({ userId: ME, ...STANDINGS.member });
    const read = { actorId: THEM, action: "content.read_by_admin", subjectId: ME };
    expect(ability.can("read", subject("AuditEvent", read))).toBe(true);
    expect(ability.can("read", subject("AuditEvent", { ...read, subjectId: THEM }))).toBe(false);
    expect(ability.can("read", subject("AuditEvent", { ...read, action: "user.banned" }))).toBe(false);
  });

  test("what the rules say of rows the database says too: a query brings own rows, to an admin all", async () => {
    const [mine, theirs] = [await person(), await person()];
    for (const one of [mine, theirs]) {
      await file(one);
      await db().account.create({ data: { userId: one.id, type: "oauth", provider: "github", providerAccountId: one.id } });
      await db().session.create({ data: { userId: one.id, method: "credentials", expiresAt: new Date(Date.now() + 60_000) } });
      await db().auditEvent.create({ data: { actorId: one.id, action: "user.signed_in", subjectType: "Session" } });
    }
    const both = { in: [mine.id, theirs.id] };
    const seen = async (who: Who) => {
      const allowed = accessibleBy(abilityFor({ userId: mine.id, ...STANDINGS[who] }));
      return {
        User: await db().user.count({ where: { AND: [allowed.ofType("User"), { id: both }] } }),
        File: await db().file.count({ where: { AND: [allowed.ofType("File"), { ownerId: both }] } }),
        Account: await db().account.count({ where: { AND: [allowed.ofType("Account"), { userId: both }] } }),
        Session: await db().session.count({ where: { AND: [allowed.ofType("Session"), { userId: both }] } }),
        AuditEvent: await db().auditEvent.count({ where: { AND: [allowed.ofType("AuditEvent"), { actorId: both }] } }),
      };
    };
    expect(await seen("member")).toEqual({ User: 1, File: 1, Account: 1, Session: 1, AuditEvent: 1 });
    // The secrets of another's ways in are nobody's, an admin's neither.
    expect(await seen("admin")).toEqual({ User: 2, File: 2, Account: 1, Session: 2, AuditEvent: 2 });
    const unfinished = { User: 1, File: 0, Account: 0, Session: 1, AuditEvent: 0 };
    for (const who of EVERYBODY.slice(2)) expect(await seen(who), who).toEqual(unfinished);
  });
});

describe("standing, at the door of a page", () => {
  const at = (standing?: "any") => () => enter("read", "User", standing);
  test("nobody signed in goes to /login and comes back to where they were going", async () => {
    expect(await redirectOf(browser({ path: "/files?cursor=a&x=b" }).run(at()))).toBe("/login?callbackUrl=%2Ffiles%3Fcursor%3Da%26x%3Db");
  });

  test("a path that leads elsewhere is not brought back", async () => {
    for (const path of ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]) {
      expect(await redirectOf(browser({ headers: { "x-foyer-path": path } }).run(at()))).toBe("/login?callbackUrl=%2F");
    }
  });

  test("an unfinished profile leads to /onboarding, a first password to its change, each but where that is mended", async () => {
    const [unfinished, first] = [
      await signedIn(await admin({ complete: false })),
      await signedIn(await admin({ mustChangePassword: true, complete: false })),
    ];
    expect(await redirectOf(unfinished.run(at(), { path: "/admin/users" }))).toBe("/onboarding?callbackUrl=%2Fadmin%2Fusers");
    expect(await redirectOf(first.run(at()))).toBe("/settings/security");
    for (const one of [unfinished, first]) expect((await one.run(at("any"))).actor.userId).toBe(one.claims.sub);
    const unconfirmed = await signedIn(await person({ emailVerified: null }));
    expect(await redirectOf(unconfirmed.run(at(), { path: "/files" }))).toBe("/verify-email?callbackUrl=%2Ffiles");
    expect((await unconfirmed.run(at("any"))).actor.userId).toBe(unconfirmed.claims.sub);
  });

  test("a right that is missing leads to /forbidden, with `any` standing too", async () => {
    const member = await signedIn(await person());
    expect(await redirectOf(member.run(() => enter("read", "Dashboard")))).toBe("/forbidden");
    const unfinished = await signedIn(await admin({ complete: false }));
    expect(await redirectOf(unfinished.run(() => enter("read", "Dashboard", "any")))).toBe("/forbidden");
  });
});

describe("the door of an action and of a handler", () => {
  const asked = { can: ["read", "Dashboard"], rate: "read" } as const;
  const act = action(asked, z.strictObject({}), async () => "in");
  const handle = handler(asked, {}, async () => "in");
  const answers = async (window: Browser) => {
    const [done, said] = [await window.run(() => act({})), await window.fetch(handle, "/api/x")];
    return [done.ok ? "in" : done.error.code, said.status];
  };

  test("lets in only those whose rules allow what it names, whatever else they may", async () => {
    expect(await answers(browser())).toEqual(["unauthenticated", 401]);
    expect(await answers(await signedIn(await person()))).toEqual(["forbidden", 403]);
    expect(await answers(await signedIn(await admin({ complete: false })))).toEqual(["profile_incomplete", 403]);
    expect(await answers(await signedIn(await admin({ mustChangePassword: true })))).toEqual(["forbidden", 403]);
    expect(await answers(await signedIn(await admin()))).toEqual(["in", 200]);
  });

  test("asks for a standing that is whole even where the rules would let one in, unless it says otherwise", async () => {
    const everybodys = { can: ["read", "User"], rate: "read" } as const;
    const [own, anyStanding] = [everybodys, { ...everybodys, standing: "any" } as const].map((access) =>
      action(access, z.strictObject({}), async () => "in"),
    );
    const said = async (row: Parameters<typeof person>[0], act: typeof own) =>
      (await signedIn(await person(row))).run(async () => act?.({}));
    expect(await said({ emailVerified: null }, own)).toMatchObject({ error: { code: "forbidden" } });
    expect(await said({ mustChangePassword: true }, own)).toMatchObject({ error: { code: "forbidden" } });
    expect(await said({ complete: false }, own)).toMatchObject({ error: { code: "profile_incomplete" } });
    for (const row of [{ emailVerified: null }, { mustChangePassword: true }, { complete: false }, {}])
      expect(await said(row, anyStanding)).toMatchObject({ ok: true });
  });

  test("answers a malformed id as one that is not there, and reads no body longer than it says", async () => {
    const window = await signedIn(await person());
    const access = { can: ["read", "User"], rate: "write" } as const;
    const find = handler(access, { params: z.strictObject({ id: z.uuid() }) }, async () => "found");
    expect((await window.fetch(find, "/api/x/1", { params: { id: "1" } })).status).toBe(404);
    expect((await window.fetch(find, `/api/x/${ME}`, { params: { id: ME } })).status).toBe(200);
    const take = handler(access, { body: z.strictObject({ text: z.string() }), maxJsonLength: 100 }, async () => "taken");
    const sent = (text: string) => window.fetch(take, "/api/x", { method: "POST", body: JSON.stringify({ text }) });
    expect((await sent("x".repeat(100))).status).toBe(413);
    expect((await sent("x")).status).toBe(200);
  });

  test("refuses a flood, of a visitor by their address and of anybody else by who they are", async () => {
    const flood = async (rate: "signup" | "credentials", key: string) => {
      for (let count = 0; count < 60 * env().RATE_LIMIT_FACTOR; count++) await assertRate(rate, key).catch(() => undefined);
    };
    const forAnybody = action({ visitor: true, rate: "signup" }, z.strictObject({}), async () => "in");
    const forPeople = action({ can: ["read", "User"], rate: "credentials" }, z.strictObject({}), async () => "in");
    const one = await signedIn(await person());
    await flood("signup", "203.0.113.99");
    await flood("credentials", one.claims.sub);
    const from = (ip: string) => browser({ headers: { "x-forwarded-for": ip } }).run(async () => forAnybody({}));
    expect(await from("203.0.113.99")).toMatchObject({ ok: false, error: { code: "rate_limited" } });
    expect(await from("203.0.113.98")).toMatchObject({ ok: true });
    expect(await one.run(async () => forPeople({}))).toMatchObject({ ok: false, error: { code: "rate_limited" } });
    expect(await as(await person(), () => forPeople({}))).toMatchObject({ ok: true });
  });

  test("asks for the right before it looks at what was sent", async () => {
    expect(await as(await person(), () => act({ nonsense: true } as never))).toMatchObject({ error: { code: "forbidden" } });
    expect(await as(await admin(), () => act({ nonsense: true } as never))).toMatchObject({ error: { code: "invalid" } });
  });

  test("says nothing of an error nobody expected but a reference", async () => {
    const broken = action(asked, z.strictObject({}), async () => {
      throw new Error("secret detail");
    });
    const answer = await as(await admin(), () => broken({}));
    expect(answer).toMatchObject({ ok: false, error: { code: "internal", reference: expect.stringMatching(/^[0-9a-f]{8}$/) } });
    expect(JSON.stringify(answer)).not.toContain("secret detail");
  });
});

describe("holes of earlier systems stay closed", () => {
  const profile = { name: "Ada Okafor", city: "Lyon", interests: "climbing", bio: "Here for the evenings." };

  test("hole 1: nothing a member may read holds another's e-mail", async () => {
    const [me, other] = [await person(), await person()];
    const seen = await as(me, async () => {
      const entry = await enter();
      return JSON.stringify([await getOwnProfile(entry), await listPeople(entry, peopleQuerySchema.parse({ q: other.email }))]);
    });
    expect(seen).toContain(me.email);
    expect(seen).not.toContain(other.email);
  });

  test("hole 2: a member cannot write role, e-mail, epoch or any other column through their own profile", async () => {
    const me = await person();
    const before = await db().user.findUniqueOrThrow({ where: { id: me.id } });
    for (const more of [
      { role: "ADMIN" },
      { email: "x@example.org" },
      { epoch: 9 },
      { mustChangePassword: "false" },
      { id: ME },
      { emailVerified: "now" },
      { password: "x" },
    ]) {
      for (const act of [updateProfile, completeProfile]) {
        expect(await as(me, () => act({ ...profile, ...more } as never)), JSON.stringify(more)).toMatchObject({
          ok: false,
          error: { code: "invalid" },
        });
      }
    }
    expect(await db().user.findUniqueOrThrow({ where: { id: me.id } })).toEqual({ ...before, lastSeenAt: expect.any(Date) });
    expect(await as(me, () => updateProfile(profile))).toMatchObject({ ok: true });
    expect(await db().user.findUniqueOrThrow({ where: { id: me.id } })).toMatchObject({
      role: "MEMBER",
      email: before.email,
      epoch: before.epoch,
    });
  });

  test("hole 11: an admin who signs in again, or whose profile is written, is still an admin", async () => {
    const boss = await admin();
    const window = browser();
    await redirectOf(window.run(() => signInWithEmail({ email: boss.email, password: PASSWORD })));
    expect((await window.run(currentEntry))?.actor.role).toBe("ADMIN");
    expect(await as(boss, () => updateProfile(profile))).toMatchObject({ ok: true });
    expect((await db().user.findUniqueOrThrow({ where: { id: boss.id } })).role).toBe("ADMIN");
    await expect(
      asVisitor({}, () => registerFromProvider({ email: boss.email.toUpperCase(), emailVerified: null, name: "x" })),
    ).rejects.toMatchObject({ code: "conflict" });
    expect((await db().user.findUniqueOrThrow({ where: { id: boss.id } })).role).toBe("ADMIN");
  });

  test("hole 12: a session update that brings its own claims changes nothing", async () => {
    const me = await signedIn(await person());
    const { csrfToken } = await (await me.fetch(handlers.GET, "/api/auth/csrf")).json();
    const claims = { role: "ADMIN", profileComplete: true, epoch: 99, sub: ME, end: 9e9, user: { role: "ADMIN", id: ME }, name: "Mallory" };
    const answer = await me.fetch(handlers.POST, "/api/auth/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ csrfToken, data: claims }),
    });
    const session = await answer.json();
    expect(session.user).toMatchObject({ id: me.claims.sub, role: "MEMBER", name: me.claims.name });
    expect(answer.headers.getSetCookie().join("\n")).toContain("session-token=");
    expect((await me.run(() => auth()))?.user).toMatchObject({ id: me.claims.sub, role: "MEMBER" });
    expect((await me.run(currentEntry))?.actor).toMatchObject({
      userId: me.claims.sub,
      sid: me.claims.sid,
      role: "MEMBER",
      name: me.claims.name,
    });
    expect(await redirectOf(me.run(() => enter("read", "Dashboard")))).toBe("/forbidden");
  });

  test("hole 13: no password opens an account but its own, through the form or Auth.js's own route", async () => {
    const [me, passwordless] = [await person(), await person({ password: null })];
    const wrong = ["", " ", "x", PASSWORD.slice(1), PASSWORD.toUpperCase(), `${PASSWORD} `, "null", "undefined", "true", "x".repeat(500)];
    for (const email of [me.email, passwordless.email, "nobody@example.org"]) {
      for (const password of email === me.email ? wrong : [...wrong, PASSWORD]) {
        const window = browser();
        expect((await window.run(() => signInWithEmail({ email, password }))).ok, `${email} ${password}`).toBe(false);
        expect([...window.cookies.keys()].filter((name) => name.includes("session-token"))).toEqual([]);
      }
    }
    const window = browser();
    const { csrfToken } = await (await window.fetch(handlers.GET, "/api/auth/csrf")).json();
    const bodies: Record<string, string>[] = [
      { email: me.email, password: "wrong" },
      { email: me.email },
      { password: PASSWORD },
      { email: me.email, "password[not]": "x" },
      { id: me.id },
    ];
    for (const body of bodies) {
      const answer = await window.fetch(handlers.POST, "/api/auth/callback/credentials", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ csrfToken, ...body }),
      });
      expect(answer.headers.getSetCookie().filter((line) => /session-token=[^;]/.test(line))).toEqual([]);
    }
    // Somebody at whose password nobody has guessed yet.
    const other = await person();
    const form = new URLSearchParams({ csrfToken, email: other.email, password: PASSWORD });
    const opened = await window.fetch(handlers.POST, "/api/auth/callback/credentials", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form,
    });
    expect(opened.headers.getSetCookie().filter((line) => /session-token=[^;]/.test(line))).toHaveLength(1);
    const right = browser();
    expect(await redirectOf(right.run(() => signInWithEmail({ email: other.email, password: PASSWORD })))).toBe("/members");
    expect((await right.run(currentEntry))?.actor.userId).toBe(other.id);
  });

  test("a page of another origin changes nothing: through the form, a handler or Auth.js's own routes, http at a site of https included", async () => {
    const someone = await person();
    const { id: fileId } = await file(someone);
    const { csrfToken } = await (await browser().fetch(handlers.GET, "/api/auth/csrf")).json();
    const body = () => new URLSearchParams({ csrfToken, email: someone.email, password: PASSWORD });
    const type = { "content-type": "application/x-www-form-urlencoded" };
    for (const [proto, origin] of [
      ["http", "http://evil.example"],
      ["http", "null"],
      ["http", "http://members.example.org:8080"],
      ["https", "http://members.example.org"],
    ] as const) {
      const headers = { origin, "x-forwarded-proto": proto };
      const me = await signedIn(someone, { headers });
      expect(await me.run(() => updateProfile(profile)), origin).toMatchObject({ ok: false, error: { code: "forbidden" } });
      const deleted = await me.fetch(DELETE, `/api/files/${fileId}`, { method: "DELETE", params: { id: fileId } });
      expect(deleted.status, origin).toBe(403);
      for (const path of ["/api/auth/callback/credentials", "/api/auth/signout", "/api/auth/signin/github", "/api/auth/session"]) {
        const answer = await me.fetch(POST, path, { method: "POST", headers: type, body: body() });
        expect([answer.status, answer.headers.getSetCookie()], `${origin} ${path}`).toEqual([403, []]);
      }
    }
    // A proxy that ends https without saying so, and a client that is no browser.
    for (const me of [await signedIn(someone, { headers: { origin: "https://members.example.org" } }), await signedIn(someone)])
      expect(await me.run(() => updateProfile(profile))).toMatchObject({ ok: true });
  });

  test("hole 14: a GET changes nothing: Auth.js's sign-out and callback included, and a Referer leads nowhere", async () => {
    const me = await signedIn(await person());
    const before = await db().auditEvent.count();
    for (const path of [
      "/api/auth/signout",
      "/api/auth/callback/credentials?email=x&password=y",
      "/api/auth/signin/credentials",
      "/api/auth/signout?callbackUrl=https://evil.example",
    ]) {
      const answer = await me.fetch(handlers.GET, path, { headers: { referer: "https://evil.example/" } });
      expect(answer.headers.get("location") ?? "", path).not.toContain("evil.example");
    }
    expect((await me.run(currentEntry))?.actor.userId).toBe(me.claims.sub);
    expect(await db().auditEvent.count()).toBe(before);
    const forged = browser();
    const target = redirectOf(
      forged.run(() => register({ email: "referer@example.org", password: PASSWORD, callbackUrl: "https://evil.example/" }), {
        headers: { referer: "https://evil.example/" },
      }),
    );
    expect(await target).toBe("/verify-email");
  });

  test("hole 15: there is no route for looking inside: every route is one of these", () => {
    const routes = readdirSync("src/app", { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("route.ts"));
    expect(routes.sort()).toEqual([
      "api/audit/route.ts",
      "api/auth/[...nextauth]/route.ts",
      "api/avatars/[owner]/[hash]/route.ts",
      "api/blog/[id]/export/route.ts",
      "api/blog/[id]/format/route.ts",
      "api/blog/[id]/route.ts",
      "api/blog/route.ts",
      "api/books/[id]/export/route.ts",
      "api/books/[id]/format/route.ts",
      "api/books/[id]/route.ts",
      "api/books/route.ts",
      "api/chapters/[id]/route.ts",
      "api/chapters/route.ts",
      "api/exports/[id]/route.ts",
      "api/figures/route.ts",
      "api/files/[id]/preview/route.ts",
      "api/files/[id]/route.ts",
      "api/files/archive/route.ts",
      "api/files/route.ts",
      "api/health/route.ts",
      "api/jobs/[id]/route.ts",
      "api/jobs/[id]/status/route.ts",
      "api/jobs/events/route.ts",
      "api/jobs/route.ts",
      "api/me/route.ts",
      "api/people-jobs/[id]/report/route.ts",
      "api/people-jobs/[id]/route.ts",
      "api/ready/route.ts",
      "api/storage/[...key]/route.ts",
      "api/webhooks/generation/route.ts",
    ]);
    expect(existsSync("src/pages") || existsSync("pages") || existsSync("app")).toBe(false);
    for (const path of routes) expect(readFileSync(`src/app/${path}`, "utf8"), path).not.toMatch(/debug|process\.env/i);
  });

  test("a member's private bytes: no other member's, and an admin's only with a reason that is written down", async () => {
    const [me, other, boss] = [await person(), await person(), await admin()];
    const mine = await file(me);
    const issue = (by: { id: string }, reason?: string) =>
      as(by, async () => issueDownload(await enter(), mine.id, { reason, disposition: "attachment" }));
    await expect(issue(other, "because I want to know")).rejects.toMatchObject({ code: "not_found" });
    await expect(issue(boss)).rejects.toMatchObject({ code: "invalid", reason: "reason_required" });
    expect((await issue(boss, "asked for by the owner, ticket 7")).url).toContain("/api/storage/");
    expect(await db().auditEvent.findMany({ where: { subjectId: mine.id } })).toMatchObject([
      { action: "file.download_url_issued", actorId: boss.id, after: { ownerId: me.id, reason: "asked for by the owner, ticket 7" } },
    ]);
    expect(await as(boss, () => renameFile({ id: mine.id, name: "x.pdf" }))).toMatchObject({ ok: false, error: { code: "forbidden" } });
  });
});
