import { describe, expect, test } from "vitest";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import { signInWithEmail } from "@/features/accounts/actions";
import { setLocale, setTheme } from "@/features/preferences/actions";
import { completeProfile, updateProfile } from "@/features/profiles/actions";
import { getOwnProfile } from "@/features/profiles/queries";
import { db } from "@/lib/db";
import { form, hostile } from "./support/hostile";
import { admin, PASSWORD, person } from "./support/people";
import { as, asVisitor, browser, redirectOf, signedIn } from "./support/request";

const PROFILE = { name: "Ada Okafor", city: "Lyon", interests: "climbing, choir", bio: "Here for the evenings.\nAnd the tea." };
const rowOf = ({ id }: { id: string }) =>
  db().user.findUniqueOrThrow({
    where: { id },
    select: { name: true, city: true, interests: true, bio: true, profileComplete: true, role: true, email: true, epoch: true },
  });
const audits = ({ id }: { id: string }) => db().auditEvent.findMany({ where: { actorId: id, action: "user.profile_changed" } });
const refusal = async (answer: Promise<{ ok: boolean; error?: object }>) => (await answer).error;

describe("completeProfile", () => {
  test("opens the members' pages in the open session, without a new sign-in, and leads back", async () => {
    const someone = await person({ complete: false });
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    expect(await redirectOf(here.run(() => enter("read", "User"), { path: "/files" }))).toBe("/onboarding?callbackUrl=%2Ffiles");
    expect(await redirectOf(here.run(() => completeProfile(null, form({ ...PROFILE, callbackUrl: "/files?x=1" }))))).toBe("/files?x=1");
    for (const window of [here, there])
      expect((await window.run(() => enter("read", "User"))).actor).toMatchObject({ profileComplete: true, name: "Ada Okafor" });
    expect(await rowOf(someone)).toMatchObject({
      name: "Ada Okafor",
      city: "Lyon",
      interests: ["climbing", "choir"],
      bio: PROFILE.bio,
      profileComplete: true,
      role: "MEMBER",
    });
    expect(await audits(someone)).toMatchObject([
      { subjectId: someone.id, before: { profileComplete: false }, after: { profileComplete: true } },
    ]);
  });

  test.each(["https://evil.example", "//evil.example", "/\\evil.example", "", "x"])(
    "leads nowhere but this site, asked for %j",
    async (callbackUrl) => {
      expect(await redirectOf(as(await person({ complete: false }), () => completeProfile({ ...PROFILE, callbackUrl })))).toBe("/members");
    },
  );

  test("in halves does not complete it: what was typed comes back, with what is missing", async () => {
    const someone = await person({ complete: false });
    const answer = await as(someone, () => completeProfile(null, form({ ...PROFILE, name: "", city: " ", interests: " , ," })));
    expect(answer).toMatchObject({
      ok: false,
      error: { code: "invalid", fields: { name: "This is missing.", city: "This is missing.", interests: "This is missing." } },
      values: { name: "", city: " " },
    });
    expect((await rowOf(someone)).profileComplete).toBe(false);
  });
});

describe("updateProfile", () => {
  test("changes the person's own row, and the name in their open session", async () => {
    const [someone, other] = [await person(), await person()];
    const window = await signedIn(someone);
    const before = await rowOf(other);
    expect(await window.run(() => updateProfile({ ...PROFILE, name: "Ada Lovelace" }))).toEqual({ ok: true, data: undefined });
    expect((await window.run(currentEntry))?.actor.name).toBe("Ada Lovelace");
    expect(await window.run(async () => getOwnProfile(await enter()))).toMatchObject({
      id: someone.id,
      name: "Ada Lovelace",
      city: "Lyon",
    });
    expect(await rowOf(other)).toEqual(before);
    expect(JSON.stringify(await audits(someone))).not.toContain("Lovelace");
  });

  test("stores text in one form: NFC, trimmed, each interest once in the order typed", async () => {
    const someone = await person();
    await as(someone, () =>
      updateProfile({ name: "  Chloe\u0301  Moreau ", city: "Zu\u0308rich", interests: "Choir, climbing,choir\n Tea ,", bio: " a\r\nb " }),
    );
    expect(await rowOf(someone)).toMatchObject({
      name: "Chlo\u00e9  Moreau",
      city: "Z\u00fcrich",
      interests: ["choir", "climbing", "Tea"],
      bio: "a\nb",
    });
  });

  test.each([
    ["name", "x"],
    ["name", "x".repeat(101)],
    ["name", "Ada\nOkafor"],
    ["name", "Ada\u2028Okafor"],
    ["city", ""],
    ["interests", ""],
    ["interests", "x".repeat(41)],
    ["interests", Array.from({ length: 11 }, (_, index) => `i${index}`).join()],
    ["bio", "x".repeat(1_001)],
    ["bio", "\u0007"],
    ["bio", "   "],
  ])("refuses %s %j beside its field and keeps the row", async (field, value) => {
    const someone = await person();
    const before = await rowOf(someone);
    expect(await refusal(as(someone, () => updateProfile({ ...PROFILE, [field]: value })))).toMatchObject({
      code: "invalid",
      fields: { [field]: expect.any(String) },
    });
    expect(await rowOf(someone)).toEqual(before);
  });

  test("takes the longest that is allowed, counted in characters as people see the limit, and no more than the column", async () => {
    const someone = await person();
    const longest = {
      name: "é".repeat(100),
      city: "ß".repeat(100),
      interests: Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(40, "x")).join(),
      bio: "ü".repeat(1_000),
    };
    expect(await refusal(as(someone, () => updateProfile(longest)))).toBeUndefined();
    // 1,000 characters outside the basic plane are 2,000 code units: refused or stored, never an error of ours.
    const answer = await as(someone, () => updateProfile({ ...longest, bio: "🦀".repeat(500) }));
    expect(answer.ok).toBe(true);
  });
});

describe.each([
  ["completeProfile", completeProfile],
  ["updateProfile", updateProfile],
] as const)("%s", (name, act) => {
  test("refuses nobody signed in, and what standing does not allow", async () => {
    expect(await refusal(asVisitor({}, () => act(PROFILE)))).toMatchObject({ code: "unauthenticated" });
    if (name === "completeProfile") return;
    expect(await refusal(as(await person({ complete: false }), () => act(PROFILE)))).toMatchObject({ code: "profile_incomplete" });
    expect(await refusal(as(await admin({ mustChangePassword: true }), () => act(PROFILE)))).toMatchObject({ code: "forbidden" });
  });

  test("writes nobody else's row, whatever id is sent along", async () => {
    const [someone, other] = [await person(), await person()];
    const before = await rowOf(other);
    for (const more of [{ id: other.id }, { userId: other.id }, { where: { id: other.id } }]) {
      expect(await refusal(as(someone, () => act({ ...PROFILE, ...more } as never)))).toMatchObject({ code: "invalid" });
    }
    expect(await rowOf(other)).toEqual(before);
  });

  test("bad input of every kind is refused as such and changes nothing", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const before = await rowOf(someone);
    for (const { name: what, input } of hostile(
      { ...PROFILE, callbackUrl: "/files" },
      { optional: ["callbackUrl"], free: ["callbackUrl"] },
    )) {
      expect(await refusal(window.run(() => act(input as never))), what).toMatchObject({ code: "invalid" });
    }
    expect(await rowOf(someone)).toEqual(before);
    expect(await audits(someone)).toEqual([]);
  });

  test("is one with its audit row", async () => {
    const someone = await person();
    const before = await rowOf(someone);
    await db().$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$`);
    await db().$executeRawUnsafe(`CREATE TRIGGER refuse BEFORE INSERT ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION refuse()`);
    try {
      expect(await refusal(as(someone, () => act(PROFILE)))).toMatchObject({ code: "internal" });
    } finally {
      await db().$executeRawUnsafe(`DROP FUNCTION refuse() CASCADE`);
    }
    expect(await rowOf(someone)).toEqual(before);
  });
});

describe("preferences", () => {
  test("language and theme are remembered in this browser, and the next answer speaks that language", async () => {
    const window = browser();
    expect(await window.run(() => setLocale({ locale: "fr" }))).toMatchObject({ ok: true });
    expect(await window.run(() => setTheme({ theme: "dark" }))).toMatchObject({ ok: true });
    expect([window.cookies.get("locale"), window.cookies.get("theme")]).toEqual(["fr", "dark"]);
    const french = await window.run(() => updateProfile(PROFILE));
    const english = await asVisitor({}, () => updateProfile(PROFILE));
    expect(french).not.toEqual(english);
    await window.run(() => setTheme({ theme: "system" }));
    expect(window.cookies.has("theme")).toBe(false);
  });

  test("are kept with the person, who finds them in a browser where nobody has chosen, and in no other row than their own", async () => {
    const [someone, other] = [await person(), await person()];
    const kept = ({ id }: { id: string }) => db().user.findUniqueOrThrow({ where: { id }, select: { locale: true, theme: true } });
    const untouched = await kept(other);
    await as(someone, () => setLocale({ locale: "fr" }));
    await as(someone, () => setTheme({ theme: "dark" }));
    expect(await kept(someone)).toEqual({ locale: "fr", theme: "dark" });
    await as(someone, () => setTheme({ theme: "dark" }));
    expect(await db().auditEvent.count({ where: { subjectId: someone.id, action: "user.profile_changed" } })).toBe(2);
    // Another browser learns both at sign-in, unless somebody has chosen there.
    const [fresh, chosen] = [browser(), browser({ cookies: { locale: "en" } })];
    for (const other of [fresh, chosen]) await redirectOf(other.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
    expect([fresh, chosen].map(({ cookies }) => [cookies.get("locale"), cookies.get("theme")])).toEqual([
      ["fr", "dark"],
      ["en", "dark"],
    ]);
    await as(someone, () => setTheme({ theme: "system" }));
    expect([await kept(someone), await kept(other)]).toEqual([{ locale: "fr", theme: null }, untouched]);
  });

  test("nothing else can be remembered", async () => {
    const window = browser();
    for (const { name, input } of hostile({ locale: "fr" }))
      expect(await refusal(window.run(() => setLocale(input as never))), name).toMatchObject({ code: "invalid" });
    for (const { name, input } of hostile({ theme: "dark" }))
      expect(await refusal(window.run(() => setTheme(input as never))), name).toMatchObject({ code: "invalid" });
    for (const locale of ["de", "EN", "__proto__", "fr; Path=/"])
      expect(await refusal(window.run(() => setLocale({ locale: locale as "fr" })))).toMatchObject({ code: "invalid" });
    expect([...window.cookies]).toEqual([]);
  });
});
