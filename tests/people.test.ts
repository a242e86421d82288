import pg from "pg";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { change } from "@/access/audit";
import { doerIn } from "@/access/doer";
import { enter } from "@/access/door";
import { matchingPeople, peopleFilterSchema } from "@/access/identity/people-filter";
import { endDevicesOf } from "@/features/devices/actions";
import { invite } from "@/features/invitations/actions";
import { changeRole, choosePeopleColumns, createPerson, resetSecondFactors } from "@/features/people/actions";
import { peopleAddress } from "@/features/people/address";
import { chosenColumns } from "@/features/people/columns";
import { getPerson, listPeople, PEOPLE_PAGE_SIZE, waysInOf } from "@/features/people/queries";
import { DEFAULT_COLUMNS, filtersOf, peopleQuerySchema, SORTS } from "@/features/people/schema";
import { startBulk } from "@/features/people-jobs/actions";
import { selected } from "@/features/people-jobs/selection";
import messages from "@/i18n/messages/en.json";
import { db } from "@/lib/db";
import { folded } from "@/lib/text";
import { COUNTED_EXACTLY, estimated, everybody } from "@/lib/total";
import { hostile } from "./support/hostile";
import { admin, person } from "./support/people";
import { as, asVisitor, redirectOf, signedIn } from "./support/request";
import { withTotp } from "./support/second-factors";

const NOBODY = "00000000-0000-4000-8000-000000000000";
const roleOf = async ({ id }: { id: string }) => (await db().user.findUniqueOrThrow({ where: { id } })).role;
const auditOf = ({ id }: { id: string }) => db().auditEvent.findMany({ where: { action: "user.role_changed", subjectId: id } });
const code = async (answer: Promise<{ ok: boolean; error?: { code: string } }>) => (await answer).error?.code ?? "ok";

// The last ADMIN is a property of the whole table.
beforeEach(async () => void (await db().user.updateMany({ where: { role: "ADMIN" }, data: { role: "MEMBER" } })));

describe("changeRole", () => {
  test("an admin changes a member's role, and it is remembered who did it, from where, and what it was", async () => {
    const [boss, member] = [await admin(), await person()];
    const browser = await signedIn(boss);
    expect(await browser.run(() => changeRole({ userId: member.id, role: "ADMIN" }))).toEqual({
      ok: true,
      data: { userId: member.id, role: "ADMIN" },
    });
    expect(await roleOf(member)).toBe("ADMIN");
    expect(await auditOf(member)).toMatchObject([
      {
        actorId: boss.id,
        realActorId: null,
        subjectType: "User",
        ip: "203.0.113.7",
        userAgent: "vitest",
        before: { role: "MEMBER" },
        after: { role: "ADMIN" },
      },
    ]);
    expect(browser.revalidated).toEqual(["/admin/users"]);
  });

  test("the changed person's open session has the new role on its next request, and loses it as soon", async () => {
    const [boss, member] = [await admin(), await person()];
    const window = await signedIn(member);
    expect(await redirectOf(window.run(() => enter("read", "Dashboard")))).toBe("/forbidden");
    await as(boss, () => changeRole({ userId: member.id, role: "ADMIN" }));
    expect((await window.run(() => enter("read", "Dashboard"))).actor.role).toBe("ADMIN");
    await as(boss, () => changeRole({ userId: member.id, role: "MEMBER" }));
    expect(await redirectOf(window.run(() => enter("read", "Dashboard")))).toBe("/forbidden");
    // Whoever is no admin any more is told so, and not whether anybody is there.
    const { rights_changed: message } = messages.errors;
    for (const userId of [boss.id, NOBODY])
      expect(await window.run(() => changeRole({ userId, role: "MEMBER" }))).toEqual({ ok: false, error: { code: "forbidden", message } });
  });

  test.each([
    ["nobody signed in", async () => asVisitor, "unauthenticated"],
    ["a member", () => person(), "forbidden"],
    ["an admin with an unfinished profile", () => admin({ complete: false }), "profile_incomplete"],
    ["an admin who must change the password first", () => admin({ mustChangePassword: true }), "forbidden"],
  ] as const)("%s may not change a role", async (_, who, expected) => {
    const [by, member] = [await who(), await person()];
    await admin();
    const attempt = () => changeRole({ userId: member.id, role: "ADMIN" });
    expect(await code(by === asVisitor ? asVisitor({}, attempt) : as(by as { id: string }, attempt))).toBe(expected);
    expect(await roleOf(member)).toBe("MEMBER");
    expect(await auditOf(member)).toEqual([]);
  });

  test("a member may not promote themselves, an admin not demote themselves, another admin present or not", async () => {
    const member = await person();
    expect(await code(as(member, () => changeRole({ userId: member.id, role: "ADMIN" })))).toBe("forbidden");
    const boss = await admin();
    for (const alone of [true, false]) {
      if (!alone) await admin();
      const answer = await as(boss, () => changeRole({ userId: boss.id, role: "MEMBER" }));
      expect(answer).toEqual({ ok: false, error: { code: "forbidden", message: "You cannot change your own role. Another admin can." } });
      expect(await roleOf(boss)).toBe("ADMIN");
    }
    expect([await roleOf(member), await auditOf(boss), await auditOf(member)]).toEqual(["MEMBER", [], []]);
  });

  test("nobody and a role somebody has already are refused, and nothing is remembered", async () => {
    const [boss, member] = [await admin(), await person()];
    expect(await code(as(boss, () => changeRole({ userId: NOBODY, role: "ADMIN" })))).toBe("not_found");
    expect(await code(as(boss, () => changeRole({ userId: member.id, role: "MEMBER" })))).toBe("conflict");
    expect(await auditOf(member)).toEqual([]);
  });

  test("bad input of every kind is refused as such", async () => {
    const [boss, member] = [await admin(), await person()];
    const browser = await signedIn(boss);
    for (const { name, input } of hostile({ userId: member.id, role: "ADMIN" })) {
      expect(await code(browser.run(() => changeRole(input as never))), name).toBe("invalid");
    }
    for (const role of ["admin", "OWNER", "", "MEMBER "])
      expect(await code(browser.run(() => changeRole({ userId: member.id, role: role as "ADMIN" })))).toBe("invalid");
    expect(await roleOf(member)).toBe("MEMBER");
  });

  test("to make an admin, by whatever door, takes a proof of the last ten minutes", async () => {
    const [boss, member, other] = [await admin(), await person(), await admin()];
    const window = await signedIn(boss);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(Date.now() - 11 * 60_000) } });
    const refused = { ok: false, error: { code: "forbidden" } };
    expect(await window.run(() => changeRole({ userId: member.id, role: "ADMIN" }))).toMatchObject(refused);
    expect(
      await window.run(() => createPerson({ email: "made@example.org", name: "Made Here", role: "ADMIN", confirmed: "on" })),
    ).toMatchObject(refused);
    expect(await window.run(() => invite({ email: "asked@example.org", role: "ADMIN" }))).toMatchObject(refused);
    expect(await window.run(() => startBulk({ act: "role", role: "ADMIN", ids: [member.id] }))).toMatchObject(refused);
    expect(await window.run(() => changeRole({ userId: other.id, role: "MEMBER" }))).toMatchObject({ ok: true });
  });

  test("of two admins who demote each other at once one keeps the role, twenty times of twenty", async () => {
    const [one, two] = [await admin(), await admin()];
    for (let round = 0; round < 20; round++) {
      await db().user.updateMany({ where: { id: { in: [one.id, two.id] } }, data: { role: "ADMIN" } });
      const [a, b] = [await signedIn(one), await signedIn(two)];
      const answers = await Promise.all([
        a.run(() => changeRole({ userId: two.id, role: "MEMBER" })),
        b.run(() => changeRole({ userId: one.id, role: "MEMBER" })),
      ]);
      expect(await db().user.count({ where: { role: "ADMIN" } })).toBe(1);
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(["forbidden", "conflict", "not_found"]).toContain(answers.map((answer) => (answer.ok ? "" : answer.error.code)).join(""));
    }
    expect([...(await auditOf(one)), ...(await auditOf(two))]).toHaveLength(20);
  });

  test("ten admins who demote each other in a ring leave at least one", async () => {
    const ring = await Promise.all(Array.from({ length: 10 }, () => admin()));
    const browsers = await Promise.all(ring.map((one) => signedIn(one)));
    await Promise.all(
      browsers.map((browser, index) =>
        browser.run(() => changeRole({ userId: ring[(index + 1) % ring.length]?.id ?? "", role: "MEMBER" })),
      ),
    );
    expect(await db().user.count({ where: { role: "ADMIN" } })).toBeGreaterThan(0);
  });
});

describe("a change and its audit row", () => {
  test("are one: when the row cannot be written, the role stays", async () => {
    const [boss, member] = [await admin(), await person()];
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$`);
    await db().$executeRawUnsafe(`CREATE TRIGGER refuse BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION refuse()`);
    try {
      expect(await code(as(boss, () => changeRole({ userId: member.id, role: "ADMIN" })))).toBe("internal");
      expect(await roleOf(member)).toBe("MEMBER");
    } finally {
      await db().$executeRawUnsafe(`DROP FUNCTION refuse() CASCADE`);
    }
    expect(await code(as(boss, () => changeRole({ userId: member.id, role: "ADMIN" })))).toBe("ok");
  });

  test("a change that records nothing is not committed", async () => {
    const member = await person();
    const browser = await signedIn(member);
    const entry = await browser.run(() => enter());
    await expect(
      change(entry, (tx) => tx.user.update({ where: { id: member.id }, data: { city: "Nowhere" }, select: { id: true } })),
    ).rejects.toThrow(/records nothing/);
    expect((await db().user.findUniqueOrThrow({ where: { id: member.id } })).city).not.toBe("Nowhere");
  });

  test("a session that ended after it came in changes nothing", async () => {
    const member = await person();
    const browser = await signedIn(member);
    const entry = await browser.run(() => enter());
    await db().session.update({ where: { id: browser.claims.sid }, data: { endedAt: new Date() } });
    const attempt = change(entry, async (tx, record) => {
      await tx.user.update({ where: { id: member.id }, data: { city: "Nowhere" }, select: { id: true } });
      await record({ action: "user.profile_changed", subjectType: "User", subjectId: member.id });
    });
    await expect(attempt).rejects.toMatchObject({ code: "unauthenticated" });
    expect((await db().user.findUniqueOrThrow({ where: { id: member.id } })).city).not.toBe("Nowhere");
  });

  test("audit rows can be neither changed nor removed, by anyone", async () => {
    const [boss, member] = [await admin(), await person()];
    await as(boss, () => changeRole({ userId: member.id, role: "ADMIN" }));
    for (const statement of [`UPDATE "AuditEvent" SET "action" = 'x'`, `DELETE FROM "AuditEvent"`, `TRUNCATE "AuditEvent"`]) {
      await expect(db().$executeRawUnsafe(statement)).rejects.toThrow(/append-only/);
    }
    expect(await auditOf(member)).toHaveLength(1);
  });
});

test("an id in capitals is the same person: nothing is remembered under another name, and own is own", async () => {
  const [boss, member] = [await admin(), await person()];
  expect(await code(as(boss, () => changeRole({ userId: member.id.toUpperCase(), role: "ADMIN" })))).toBe("ok");
  expect(await auditOf(member)).toHaveLength(1);
  const own = boss.id.toUpperCase();
  expect(await code(as(boss, () => resetSecondFactors({ userId: own })))).toBe("forbidden");
  expect(await code(as(boss, () => endDevicesOf({ userId: own })))).toBe("forbidden");
});

describe("getPerson", () => {
  test("gives an admin what the dashboard shows of somebody, and no hash, secret or key", async () => {
    const [boss, member] = [await admin(), await person({ name: "Tom Aune", banReason: null })];
    const { code: _, ...factor } = await withTotp(member, 2);
    const shown = await as(boss, async () => getPerson(await enter(), member.id));
    expect(shown).toMatchObject({ name: "Tom Aune", email: member.email, role: "MEMBER", banned: false, _count: { passkeys: 0 } });
    expect(shown?.totp?.confirmedAt).toBeInstanceOf(Date);
    const kept = await db().password.findUniqueOrThrow({ where: { userId: member.id } });
    for (const secret of [kept.hash, ...factor.recoveryCodes, "secret", "epoch", "lastStep"])
      expect(JSON.stringify(shown)).not.toContain(secret);
  });

  test("gives a member nobody but themselves, and nobody a deleted person", async () => {
    const [boss, member, other] = [await admin(), await person(), await person()];
    expect(await as(member, async () => getPerson(await enter(), other.id))).toBeNull();
    expect(await as(member, async () => getPerson(await enter(), member.id))).toMatchObject({ id: member.id });
    await db().user.update({ where: { id: other.id }, data: { deletedAt: new Date() } });
    expect(await as(boss, async () => getPerson(await enter(), other.id))).toBeNull();
  });
});

describe("listPeople", () => {
  const PEOPLE = 230;

  async function crowd(): Promise<string[]> {
    await db().user.deleteMany({ where: { name: { startsWith: "Keyset" } } });
    const days = [1, 2, 3].map((day) => new Date(Date.UTC(2026, 0, day)));
    await db().user.createMany({
      data: Array.from({ length: PEOPLE }, (_, index) => ({
        // Three values for 230 people: every page breaks within equal ones.
        name: `Keyset ${"ABC"[index % 3]}`,
        email: `keyset.${String((index * 7919) % PEOPLE).padStart(3, "0")}@example.org`,
        createdAt: days[index % 3] ?? new Date(),
        lastSeenAt: days[(index + 1) % 3] ?? new Date(),
      })),
    });
    return (await db().user.findMany({ where: { name: { startsWith: "Keyset" } }, select: { id: true } })).map(({ id }) => id);
  }

  test.each(SORTS.flatMap((sort) => (["asc", "desc"] as const).map((dir) => [sort, dir] as const)))(
    "pages by %s %s lose and repeat nobody",
    async (sort, dir) => {
      const everybody = await crowd();
      const boss = await signedIn(await admin());
      const seen: { id: string; value: number | string }[] = [];
      let cursor: string | null = null;
      let pages = 0;
      do {
        const query = peopleQuerySchema.parse({ q: "Keyset", sort, dir, ...(cursor ? { cursor } : {}) });
        const { rows, next, total } = await boss.run(async () => listPeople(await enter("read", "Dashboard"), query));
        expect(total).toBe(PEOPLE);
        for (const row of rows)
          seen.push({
            id: row.id,
            value: { created: row.createdAt.getTime(), seen: row.lastSeenAt?.getTime() ?? 0, name: row.name, email: row.email }[sort],
          });
        cursor = next;
        pages++;
      } while (cursor && pages < 20);
      expect(pages).toBe(Math.ceil(PEOPLE / PEOPLE_PAGE_SIZE));
      expect(seen.map(({ id }) => id).sort()).toEqual(everybody.sort());
      const sign = dir === "asc" ? 1 : -1;
      for (let at = 1; at < seen.length; at++) {
        const [before, after] = [seen[at - 1], seen[at]];
        expect(before && after && (before.value === after.value || sign * (before.value < after.value ? -1 : 1) < 0), `row ${at}`).toBe(
          true,
        );
      }
    },
  );

  test("who a search finds is sorted by name, where they are few, rather than met on a walk through everybody", async () => {
    await crowd();
    const boss = await signedIn(await admin());
    const asked = vi.spyOn(pg.Client.prototype, "query");
    await boss.run(async () => listPeople(await enter("read", "Dashboard"), peopleQuerySchema.parse({ q: "Keyset", sort: "name" })));
    const queries = asked.mock.calls.map(([query]) => query as unknown as { text: string; values: unknown[] });
    asked.mockRestore();
    const list = queries.find(({ text }) => /FROM "public"\."User" .*"name" ASC/s.test(text));
    const plan = await db().$transaction(async (tx) => {
      // Of so few people nothing is sooner than to read and sort them all: as dear as of a million.
      for (const way of ["seqscan", "sort", "incremental_sort"]) await tx.$executeRawUnsafe(`SET LOCAL enable_${way} = off`);
      return tx.$queryRawUnsafe<Record<string, string>[]>(`EXPLAIN ${list?.text}`, ...(list?.values ?? []));
    });
    const lines = plan.flatMap((row) => Object.values(row));
    expect(lines.find((line) => line.includes("Sort"))).toMatch(/^ +-> {2}Sort /);
    expect(lines.join("\n")).not.toContain("User_name_id_idx");
  });

  test.each(["name", "email"] as const)(
    "pages of one letter by %s go from those to the others, and lose and repeat nobody",
    async (sort) => {
      const half = PEOPLE_PAGE_SIZE + 10;
      await db().user.createMany({
        data: Array.from({ length: 2 * half }, (_, index) => ({
          name: index < half ? `Ŵ${index % 7}` : `Other ${index}`,
          email: index < half ? `${sort}.${index}@example.org` : `ŵ.${sort}.${index}@example.org`,
        })),
      });
      const boss = await signedIn(await admin());
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const query = peopleQuerySchema.parse({ q: "ŵ", sort, dir: "desc", ...(cursor ? { cursor } : {}) });
        const { rows, next, total } = await boss.run(async () => listPeople(await enter("read", "Dashboard"), query));
        expect(total).toBe(2 * half);
        found.push(...rows.map(({ name, email }) => (sort === "name" ? name : email)));
        cursor = next;
      } while (cursor && found.length < 4 * half);
      const begin = found.filter((text) => text.toLowerCase().startsWith("ŵ"));
      expect(found).toEqual([...begin, ...found.filter((text) => !begin.includes(text))]);
      expect([found.length, begin.length]).toEqual([2 * half, half]);
      expect(begin).toEqual(begin.toSorted().reverse());
      await db().user.deleteMany({ where: { OR: [{ name: { startsWith: "Ŵ" } }, { email: { startsWith: "ŵ" } }] } });
    },
  );

  test("a member who reaches the query sees only themselves, an unfinished admin no more", async () => {
    for (const one of [await person(), await admin({ complete: false })]) {
      const { rows, total } = await as(one, async () => listPeople(await enter(undefined, undefined, "any"), peopleQuerySchema.parse({})));
      expect([rows.map(({ id }) => id), total]).toEqual([[one.id], 1]);
    }
  });

  test("a row of the list has what the table shows and nothing else", async () => {
    const boss = await admin();
    const { rows } = await as(boss, async () => listPeople(await enter(), peopleQuerySchema.parse({ q: boss.email })));
    expect(rows.map((row) => Object.keys(row).sort())).toEqual([
      [
        ...["banned", "createdAt", "deleteAfter", "email", "emailVerified", "id", "image", "lastSeenAt", "name", "profileComplete"],
        ...["role", "secondFactor"],
      ],
    ]);
    // Of whom nothing was ever seen, no moment is told.
    const { email } = await person();
    const unseen = await as(boss, async () => listPeople(await enter(), peopleQuerySchema.parse({ q: email })));
    expect(unseen.rows).toMatchObject([{ lastSeenAt: null }]);
  });

  test("which columns are shown is remembered in this browser, from what the form sends; anything else is bad input", async () => {
    const boss = await signedIn(await admin());
    expect(await boss.run(() => chosenColumns())).toEqual(DEFAULT_COLUMNS);
    expect(await boss.run(() => choosePeopleColumns({ id: "on", status: "on" }))).toMatchObject({ ok: true });
    expect(await boss.run(() => chosenColumns())).toEqual(["status", "id"]);
    expect(await boss.run(() => choosePeopleColumns(new FormData()))).toMatchObject({ ok: true });
    expect(await boss.run(() => chosenColumns())).toEqual([]);
    for (const { name, input } of hostile({ role: "on" }, { optional: ["role"] }))
      expect(await code(boss.run(() => choosePeopleColumns(input as never))), name).toBe("invalid");
    expect(await code(as(await person(), () => choosePeopleColumns({ id: "on" })))).toBe("forbidden");
    expect(await code(asVisitor({}, () => choosePeopleColumns({ id: "on" })))).toBe("unauthenticated");
  });

  test("the ways in of people are told to whoever may see them, and no more than their names", async () => {
    const [boss, one, other] = [await admin(), await person(), await person({ password: null })];
    await db().account.create({ data: { userId: other.id, type: "oauth", provider: "github", providerAccountId: other.id } });
    const ids = [one.id, other.id];
    const ways = await as(boss, async () => waysInOf(await enter(), ids));
    expect([ways.get(one.id), ways.get(other.id)]).toEqual([["password"], ["github"]]);
    expect([...(await as(one, async () => waysInOf(await enter(), ids))).keys()]).toEqual([one.id]);
  });

  test("what is searched for is taken literally, from the third letter on anywhere in name and address", async () => {
    const boss = await admin();
    const odd = await person({ name: "100% Sûre_Bet", email: "percent@example.org" });
    await person({ name: "1000 Sure Bets", email: "permille@example.org" });
    const search = async (q: string) =>
      (await as(boss, async () => listPeople(await enter(), peopleQuerySchema.parse({ q })))).rows.map(({ id }) => id);
    expect(await search("100%")).toEqual([odd.id]);
    expect(await search("re_b")).toEqual([odd.id]);
    expect(await search("PERCENT@")).toEqual([odd.id]);
    expect(await search("%")).toEqual([]);
    expect(await search("\\")).toEqual([]);
  });

  test("neither accents nor the order of words matter in a name, for the page, for a bulk act and for an export", async () => {
    const boss = await admin({ name: "Boss" });
    const [joao, strasse] = [await person({ name: "João  Silva" }), await person({ name: "Søren Łukaßiewicz-Ærø" })];
    await person({ name: "João Silveira" });
    const find = async (q: string) => {
      const query = peopleQuerySchema.parse({ q });
      const { rows, total } = await as(boss, async () => listPeople(await enter(), query));
      const entry = await (await signedIn(boss)).run(() => enter());
      // Of a bulk act and of an export this is the whole choice of people.
      const where = selected(doerIn(entry), { filter: peopleFilterSchema.parse({ q }) }, new Date());
      expect((await db().user.findMany({ where, select: { id: true } })).map(({ id }) => id).sort()).toEqual(
        rows.map(({ id }) => id).sort(),
      );
      expect(total).toBe(rows.length);
      return rows.map(({ id }) => id);
    };
    for (const q of ["joao silva", "Silva João", "SILVA  joão", "jo silva", "silva j", "ilva oao", "Joa\u0303o Silva"])
      expect(await find(q), q).toEqual([joao.id]);
    for (const q of ["soren lukassiewicz", "Łuk Søren", "aero soren", "sø łu"]) expect(await find(q), q).toEqual([strasse.id]);
    // Of single letters it is the beginning.
    expect([await find("j s"), await find("jo s")]).toEqual([[], expect.arrayContaining([joao.id])]);
    const initials = await person({ name: "J. R. R. Tolkien" });
    const spaced = await person({ name: "é À ü" });
    for (const q of ["J. R. R.", "j. r. r"]) expect(await find(q), q).toEqual([initials.id]);
    expect([await find("e a u"), await find("é à ü"), await find("r. r. t")]).toEqual([[spaced.id], [spaced.id], []]);
    // A short word is not looked for inside of another one, and every word has to be there.
    for (const q of ["oa silva", "joao silva pereira", "joao_silva"]) expect(await find(q), q).toEqual([]);
    // What takes off an accent here takes it off there.
    const odd = "ÀÉÎÕÜŸÇÑŠŽŐŞĞŅÅØŁĐÐĦŦÆŒßẞıİſÞθΣςΆйЁﬁ①Ａ가か゛ば漢Ǿﷺ";
    const [row] = await db().$queryRaw<{ made: string }[]>`SELECT foyer_folded(${odd}) AS made`;
    expect(row?.made).toBe(` ${folded(odd)}`);
    // A name of signs that unfold into many fits its index all the same.
    await person({ name: "ﷺ".repeat(100) });
  });

  test("one letter or two find names and addresses that begin with them, in whatever case; each person counts once", async () => {
    const boss = await admin({ name: "Boss" });
    const verified = { name: "Ǿÿvind", email: "zqueen@example.org" };
    const both = await person({ name: "ZQ both", email: "zq@example.org" });
    const byName = await person({ name: "zqname", email: "other@example.org", emailVerified: null });
    const byEmail = await person(verified);
    await person({ name: "Azq", email: "azq@example.org" });
    await person({ name: "zq gone", email: "zq.gone@example.org", deletedAt: new Date() });
    const find = async (q: string, more: object = {}) => {
      const found = await as(boss, async () => listPeople(await enter(), peopleQuerySchema.parse({ q, sort: "email", ...more })));
      return [found.total, ...found.rows.map(({ id }) => id)];
    };
    expect(await find("Zq"), "addresses that begin with it, then names").toEqual([3, both.id, byEmail.id, byName.id]);
    expect(await find("Zq", { sort: "name" }), "names, then addresses").toEqual([3, both.id, byName.id, byEmail.id]);
    expect(await find("Zq", { sort: "name", dir: "desc" })).toEqual([3, byName.id, both.id, byEmail.id]);
    expect(await find("zQ", { status: "unverified" })).toEqual([1, byName.id]);
    expect(await find("zq", { way: "password", createdFrom: "2020-01-01" })).toEqual([3, both.id, byEmail.id, byName.id]);
    for (const q of ["ǾŸ", "ǿÿ", "ǿ"]) expect(await find(q)).toEqual([1, byEmail.id]);
    // As PostgreSQL makes lower case of it: one letter is one letter, wherever in a word it stands.
    const greek = await person({ name: "ΟΔΟΣ İzmir", email: "greek@example.org" });
    for (const q of ["ΟΔ", "οδ", "ΟΔΟΣ", "ΔΟΣ İ", "İzmir"]) expect(await find(q)).toEqual([1, greek.id]);
    for (const q of ["%q", "z_", "_"]) expect(await find(q)).toEqual([0]);
  });

  test("filters narrow to what they say, each, together and with a search; an id finds its person", async () => {
    await db().user.deleteMany({ where: { name: { startsWith: "Filter" } } });
    const boss = await admin({ name: "Filter boss", createdAt: new Date("2020-06-01T12:00:00Z") });
    const made = {
      plain: await person({
        name: "Filter plain",
        createdAt: new Date("2020-06-10T23:59:59.999Z"),
        lastSeenAt: new Date("2021-01-05T00:00:00Z"),
      }),
      unverified: await person({ name: "Filter unverified", emailVerified: null }),
      incomplete: await person({ name: "Filter incomplete", complete: false }),
      banned: await person({ name: "Filter banned", bannedAt: new Date(), banReason: "x" }),
      wasBanned: await person({ name: "Filter was banned", bannedAt: new Date(0), bannedUntil: new Date(1) }),
      leaving: await person({ name: "Filter leaving", deleteAfter: new Date(Date.now() + 86_400_000) }),
      provider: await person({ name: "Filter provider", password: null }),
      factor: await person({ name: "Filter factor", secondFactor: true }),
    };
    await db().account.create({
      data: { userId: made.provider.id, type: "oauth", provider: "github", providerAccountId: made.provider.id },
    });
    const names = async (query: Record<string, string>) => {
      const parsed = peopleQuerySchema.parse({ q: "Filter", sort: "name", ...query });
      const { rows, total } = await as(boss, async () => listPeople(await enter(), parsed));
      expect(total).toBe(rows.length);
      // What the address says is what was asked.
      const again = peopleQuerySchema.parse(Object.fromEntries(new URL(peopleAddress(parsed), "http://x").searchParams));
      expect(filtersOf(again)).toEqual(filtersOf(parsed));
      return rows.map(({ name }) => name.replace("Filter ", ""));
    };
    const all = ["banned", "boss", "factor", "incomplete", "leaving", "plain", "provider", "unverified", "was banned"];
    expect(await names({})).toEqual(all);
    expect(await names({ role: "", status: "", factor: "", way: "", createdFrom: "", createdTo: "", seenFrom: "", seenTo: "" })).toEqual(
      all,
    );
    expect(await names({ role: "ADMIN" })).toEqual(["boss"]);
    expect(await names({ status: "ok" })).toEqual(["boss", "factor", "plain", "provider", "was banned"]);
    for (const status of ["unverified", "incomplete", "banned", "leaving"]) expect(await names({ status })).toEqual([status]);
    expect(await names({ factor: "on" })).toEqual(["factor"]);
    expect(await names({ factor: "off" })).toEqual(all.filter((name) => name !== "factor"));
    expect(await names({ way: "github" })).toEqual(["provider"]);
    expect(await names({ way: "password" })).toEqual(all.filter((name) => name !== "provider"));
    expect(await names({ createdFrom: "2020-06-01", createdTo: "2020-06-10" })).toEqual(["boss", "plain"]);
    expect(await names({ createdTo: "2020-06-09" })).toEqual(["boss"]);
    expect(await names({ seenFrom: "2021-01-05", seenTo: "2021-01-05" })).toEqual(["plain"]);
    expect(await names({ seenTo: "2021-01-05" }), "who was never here was not here before a day").toEqual(["plain"]);
    expect(await names({ status: "unseen" })).toEqual(all.filter((name) => name !== "boss" && name !== "plain"));
    expect(await names({ status: "ok", way: "github", factor: "off", role: "MEMBER" })).toEqual(["provider"]);
    expect(await names({ status: "banned", role: "ADMIN" })).toEqual([]);
    expect(await names({ q: ` ${made.factor.id.toUpperCase()} ` })).toEqual(["factor"]);
    expect(await names({ q: made.factor.id, factor: "off" })).toEqual([]);
    await db().user.update({ where: { id: made.factor.id }, data: { externalId: "user_2nuQ7" } });
    expect(await names({ q: " user_2nuQ7 " }), "by the id they had elsewhere").toEqual(["factor"]);
    expect(await names({ q: "user_2nuQ" })).toEqual([]);
  });

  test("beyond ten thousand a total is an estimate and says so, of everybody and of any part; what is fewer is exact", async () => {
    const boss = await admin();
    // The last byte of the ids goes round, so that the sample holds what its share of the whole is.
    await db().$executeRaw`INSERT INTO "User" ("id", "email", "name", "secondFactor", "updatedAt")
      SELECT (substr(gen_random_uuid()::text, 1, 34) || lpad(to_hex(n % 256), 2, '0'))::uuid, 'many.' || n || '@example.org', 'Mány', n % 512 <> 0, now()
        FROM generate_series(1, 20480) n`;
    await db().$executeRaw`INSERT INTO "Account" ("userId", "type", "provider", "providerAccountId")
      SELECT "id", 'oauth', 'google', "id"::text FROM "User" WHERE "name" = 'Mány' AND "secondFactor"`;
    await db().$executeRaw`VACUUM ANALYZE "User"`;
    const count = async (query: object) => {
      const { total, isEstimate } = await as(boss, async () => listPeople(await enter(), peopleQuerySchema.parse(query)));
      return { total, isEstimate };
    };
    const all = await count({});
    expect(all.isEstimate).toBe(true);
    expect(Math.abs(all.total / (await db().user.count({ where: { deletedAt: null } })) - 1)).toBeLessThan(0.05);
    for (const query of [{ q: "many" }, { q: "ma" }, { q: "m" }, { status: "unverified" }, { status: "unseen", q: "mány" }]) {
      const { total, isEstimate } = await count(query);
      const exact = await db().user.count({ where: matchingPeople(peopleQuerySchema.parse(query)) });
      expect(isEstimate).toBe(exact > COUNTED_EXACTLY);
      expect(Math.abs(total / exact - 1), JSON.stringify(query)).toBeLessThan(exact > COUNTED_EXACTLY ? 0.08 : 1e-9);
    }
    // Of the two bytes that are sampled, one has no second factor in every other round: a quarter of the sample is not of this part.
    for (const query of [{ factor: "on" }, { way: "google" }, { way: "google", factor: "on", status: "unverified", q: "man" }]) {
      const { total, isEstimate } = await count(query);
      expect([isEstimate, total === 15_000 || total === 16_000], JSON.stringify(query)).toEqual([true, true]);
    }
    // What PostgreSQL noted above is of people half of whom are gone; whoever else is in the sample counts for 128.
    await db().$executeRaw`DELETE FROM "User" WHERE "name" = 'Mány' AND substr("email", 6, strpos("email", '@') - 6)::int > 10240`;
    const { total } = await count({});
    expect([total >= 11_000, total < 15_000], String(total)).toEqual([true, true]);
    await db().user.deleteMany({ where: { name: "Mány" } });
  });

  test("an estimate is never a figure that would have been counted, and is rounded as far as it may be wrong", () => {
    expect(estimated({ hits: 1, sampled: 8_000, all: 1_000_000 })).toBe(11_000);
    expect(estimated({ hits: 0, sampled: 0, all: 0 })).toBe(11_000);
    expect(estimated({ hits: 3_333, sampled: 8_000, all: 1_000_000 })).toBe(420_000);
    expect(estimated({ hits: 8_000, sampled: 8_000, all: 1_234_567 })).toBe(1_230_000);
    expect(everybody({ sampled: 8_000, noted: 1_030_000 })).toBe(1_030_000);
    for (const noted of [-1, 0, 900_000, 1_200_000]) expect(everybody({ sampled: 8_000, noted })).toBe(1_024_000);
  });

  test("an address with a made-up cursor, sort or page is bad input", () => {
    const forged = Buffer.from(JSON.stringify(["x", "not-an-id"])).toString("base64url");
    for (const query of [
      { cursor: "x" },
      { cursor: forged },
      { cursor: ["a", "b"] },
      { sort: "password" },
      { dir: "up" },
      { page: "2" },
      { role: "OWNER" },
      { status: "gone" },
      { factor: "1" },
      { way: "'; DROP TABLE" },
      { createdFrom: "2020-02-30" },
      { seenTo: "yesterday" },
      { createdTo: "9999-12-31" },
      { seenFrom: "0001-01-01" },
      { q: "a\0" },
      { q: "x".repeat(101) },
    ]) {
      expect(peopleQuerySchema.safeParse(query).success, JSON.stringify(query)).toBe(false);
    }
  });

  test("a cursor whose value is no date begins at one end instead of failing", async () => {
    const cursor = Buffer.from(JSON.stringify(["yesterday", NOBODY])).toString("base64url");
    const boss = await admin();
    const { rows } = await as(boss, async () =>
      listPeople(await enter(), peopleQuerySchema.parse({ cursor, sort: "created", dir: "desc" })),
    );
    expect(rows).toEqual([]);
  });
});
