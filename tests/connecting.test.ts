import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { currentEntry } from "@/access/entry";
import { GET } from "@/app/api/auth/[...nextauth]/route";
import { continueWith } from "@/features/accounts/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { startGitHub } from "./support/github";
import { CALM } from "./support/github-switches";
import { mailsTo } from "./support/jobs";
import { admin, person } from "./support/people";
import { type Browser, browser, redirectOf, signedIn } from "./support/request";
import { withTotp } from "./support/second-factors";
import { startTcpProxy } from "./support/tcp-proxy";

/* GitHub, connected by somebody who is signed in: from the button in the settings to what GitHub sends back. */

const direct = new URL(process.env.DATABASE_URL ?? "");
const line = await startTcpProxy({ host: direct.hostname, port: Number(direct.port) });
const proxied = new URL(direct);
proxied.host = `127.0.0.1:${line.port}`;
process.env.DATABASE_URL = proxied.href;

const github = await startGitHub();
beforeAll(() => {
  vi.stubEnv("AUTH_GITHUB_ID", github.clientId);
  vi.stubEnv("AUTH_GITHUB_SECRET", github.clientSecret);
  vi.stubEnv("AUTH_GITHUB_ENTERPRISE_URL", github.url);
});
beforeEach(() => {
  Object.assign(github.switches, CALM, { approve: true });
});
afterEach(() => line.mend());
afterAll(async () => {
  vi.unstubAllEnvs();
  line.stop();
  await github.stop();
});

type GitHubAccount = ReturnType<typeof github.account>;
/** Where the button leads that was shown to this person, or to nobody. */
const pressed = (window: Browser, connects: string | undefined) =>
  redirectOf(window.run(() => continueWith({ provider: "github", callbackUrl: "/settings/security", connects })));
/** Presses the button, says yes at GitHub, and stands before the way back. */
async function askGitHub(window: Browser, account: GitHubAccount): Promise<string> {
  const there = new URL(await pressed(window, (await window.run(currentEntry))?.actor.userId));
  there.searchParams.set("login", account.login);
  const back = new URL((await fetch(there, { redirect: "manual" })).headers.get("location") ?? "");
  return `${back.pathname}${back.search}`;
}
/** Where the way back leads. */
async function comeBack(window: Browser, back: string): Promise<string> {
  const answer = await window.fetch(GET, back);
  const to = new URL(answer.headers.get("location") ?? "", "http://foyer.invalid");
  return `${to.pathname}?${to.searchParams.get("error") ?? ""}`;
}
const connects = async (window: Browser, account: GitHubAccount) => comeBack(window, await askGitHub(window, account));
const ownerOf = async ({ id }: GitHubAccount) =>
  (await db().account.findFirst({ where: { providerAccountId: String(id) } }))?.userId ?? null;
const peopleAt = ({ email }: GitHubAccount) => db().user.count({ where: { email } });
const sidOf = async (window: Browser) => (await window.run(currentEntry))?.actor.sid;
/** Nothing has come of it: nobody is made, nothing is connected, and the browser is where it was. */
async function nothingCame(window: Awaited<ReturnType<typeof signedIn>>, account: GitHubAccount) {
  expect([await ownerOf(account), await peopleAt(account), await sidOf(window)]).toEqual([null, 0, window.claims.sid]);
}

describe("connecting a provider", () => {
  test("makes it theirs, in a session anew, ends the others, and is told by mail", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const account = github.account();
    expect(await connects(here, account)).toBe("/settings/security?");
    expect(await ownerOf(account)).toBe(someone.id);
    const open = await db().session.findMany({ where: { userId: someone.id, endedAt: null } });
    expect(open.map(({ id }) => id)).toEqual([await sidOf(here)]);
    expect([await sidOf(here), await sidOf(there)]).not.toContain(here.claims.sid);
    expect((await mailsTo(someone.email)).map(({ props }) => "what" in props && props.what)).toContain("providerConnected");
  });

  test("that cannot be written connects nothing, and leaves every session", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const account = github.account();
    const back = await askGitHub(here, account);
    await db().$executeRaw`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$`;
    await db().$executeRaw`CREATE TRIGGER "refuse" BEFORE INSERT ON "Session" FOR EACH ROW EXECUTE FUNCTION refuse()`;
    const came = await comeBack(here, back).finally(() => db().$executeRaw`DROP FUNCTION refuse() CASCADE`);
    expect(came).toBe("/login?unavailable");
    await nothingCame(here, account);
    expect(await sidOf(there)).toBe(there.claims.sid);
    expect(await connects(here, account)).toBe("/settings/security?");
  });

  test.each(["nobody's yet", "another's"])(
    "while it cannot be found out who is signed in makes nobody, and signs nobody in: an account that is %s",
    async (whose) => {
      const [someone, other] = [await person(), await person()];
      const window = await signedIn(someone);
      const account = github.account();
      if (whose === "another's")
        await db().account.create({ data: { userId: other.id, type: "oauth", provider: "github", providerAccountId: String(account.id) } });
      const back = await askGitHub(window, account);
      const before = line.cuts();
      // As Auth.js asks for whom a cookie names.
      line.cutAt(`"image" FROM "public"."User" WHERE ("public"."User"."id" = $1`, "asked");
      expect(await comeBack(window, back)).toBe("/login?unavailable");
      expect(line.cuts()).toBeGreaterThan(before);
      line.mend();
      expect([await ownerOf(account), await peopleAt(account)]).toEqual([whose === "another's" ? other.id : null, 0]);
      expect(await sidOf(window)).toBe(window.claims.sid);
    },
  );

  test("that was begun in a session which is over by then makes nobody, and says so", async () => {
    const someone = await person();
    const window = await signedIn(someone);
    const account = github.account();
    const back = await askGitHub(window, account);
    await db().session.update({ where: { id: window.claims.sid }, data: { endedAt: new Date() } });
    expect(window.cookies.has("foyer-connecting")).toBe(true);
    expect(await comeBack(window, back)).toBe("/login?sign_in_overtaken");
    expect([await ownerOf(account), await peopleAt(account)]).toEqual([null, 0]);
    expect(window.cookies.has("foyer-connecting")).toBe(false);
    expect(await connects(window, account)).toBe("/settings/security?");
    expect(await peopleAt(account)).toBe(1);
  });

  test("needs to be asked for by who comes back, in this browser: with a question that was planted nothing is connected", async () => {
    const thief = browser();
    const account = github.account();
    const back = await askGitHub(thief, account);
    const victim = await signedIn(await person());
    for (const [name, value] of thief.cookies) if (/authjs\.(state|pkce)/.test(name)) victim.cookies.set(name, value);
    expect(await comeBack(victim, back)).toBe("/login?reauthenticate");
    await nothingCame(victim, account);
  });

  test("asked for by one person does nothing for another who has signed in in the same browser since", async () => {
    const [one, other] = [await signedIn(await person()), await signedIn(await person())];
    const account = github.account();
    const back = await askGitHub(one, account);
    one.cookies.set("authjs.session-token", other.cookies.get("authjs.session-token") ?? "");
    expect(await comeBack(one, back)).toBe("/login?reauthenticate");
    await nothingCame({ ...one, claims: other.claims }, account);
  });

  test("is not what a button to sign in does, nor one that was shown to somebody else, on a page that was left open", async () => {
    const [someone, other] = [await person(), await person()];
    const window = await signedIn(someone);
    const told = "/settings/security?error=signed_in_meanwhile";
    expect([await pressed(window, undefined), await pressed(window, other.id), await pressed(browser(), other.id)]).toEqual([
      told,
      told,
      told,
    ]);
    expect([...window.cookies.keys()].filter((name) => /connecting|state/.test(name))).toEqual([]);
  });

  test("of an account whose person is banned tells nothing of them", async () => {
    const banned = await person({ bannedAt: new Date(), banReason: "noise" });
    const account = github.account();
    await db().account.create({ data: { userId: banned.id, type: "oauth", provider: "github", providerAccountId: String(account.id) } });
    const window = await signedIn(await person());
    expect(await connects(window, account)).toBe("/login?OAuthAccountNotLinked");
    expect(await db().auditEvent.count({ where: { subjectId: banned.id } })).toBe(0);
  });

  test("leaves a session as strong as it is, and what is connected already as it is", async () => {
    const window = await signedIn(await person());
    const account = github.account();
    await db().session.update({ where: { id: window.claims.sid }, data: { strong: true } });
    expect(await connects(window, account)).toBe("/settings/security?");
    const here = await sidOf(window);
    expect(await connects(window, account)).toBe("/settings/security?");
    expect((await window.run(currentEntry))?.actor).toMatchObject({ sid: here, strong: true });
  });

  test("over https what a sign-in is bound to lies in cookies that no neighbouring host can plant", async () => {
    const window = await signedIn(await person(), { headers: { "x-forwarded-proto": "https" } });
    await askGitHub(window, github.account());
    const names = [...window.cookies.keys()].filter((name) => /authjs\.(?!session-token)|connecting/.test(name));
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) expect(name).toMatch(/^__Host-/);
  });

  test("of an account of somebody with two steps does not lead into theirs", async () => {
    const other = await person();
    await withTotp(other);
    const account = github.account();
    await db().account.create({ data: { userId: other.id, type: "oauth", provider: "github", providerAccountId: String(account.id) } });
    const window = await signedIn(await person());
    expect(await connects(window, account)).toBe("/login?OAuthAccountNotLinked");
    expect([...window.cookies.keys()]).not.toContain("foyer-two-step");
    expect(await sidOf(window)).toBe(window.claims.sid);
  });

  const CLOSED: [string, () => Promise<Awaited<ReturnType<typeof signedIn>>>, string][] = [
    ["whose first password is not theirs", async () => signedIn(await person({ mustChangePassword: true })), "reauthenticate"],
    ["whose address is not confirmed", async () => signedIn(await person({ emailVerified: null })), "email_unverified"],
    ["whose profile is not complete", async () => signedIn(await person({ complete: false })), "profile_incomplete"],
    [
      "who proved themselves longer than ten minutes ago",
      async () => {
        const window = await signedIn(await person());
        const reauthenticatedAt = new Date(Date.now() - 601_000);
        await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt } });
        return window;
      },
      "reauthenticate",
    ],
  ];
  test.each(CLOSED)("is closed to somebody %s, as every other way to change the ways in", async (_, window, why) => {
    const [here, account] = [await window(), github.account()];
    expect(await connects(here, account)).toBe(`/login?${why}`);
    await nothingCame(here, account);
  });

  test("is closed to an admin who has a second factor, and has not shown it where it is required", async () => {
    const boss = await admin();
    await withTotp(boss);
    env().REQUIRE_ADMIN_MFA = true;
    onTestFinished(() => {
      env().REQUIRE_ADMIN_MFA = undefined;
    });
    const window = await signedIn(boss);
    const account = github.account();
    expect(await connects(window, account)).toBe("/login?reauthenticate");
    await nothingCame(window, account);
  });
});

describe("what Auth.js has no answer to", () => {
  test.each(["/api/auth/callback", "/api/auth/callback/nope", "/api/auth/signin/nope", "/api/auth/nope", "/api/auth/session/x"])(
    "%s is not found",
    async (path) => {
      expect((await browser().fetch(GET, path)).status).toBe(404);
    },
  );

  test.each(["x", "javascript:alert(1)", "%2Ffoo"])("a page to come back to that is no address is refused: %s", async (callbackUrl) => {
    for (const path of ["session", "csrf", "callback/github"])
      expect((await browser().fetch(GET, `/api/auth/${path}?${new URLSearchParams({ callbackUrl })}`)).status, path).toBe(422);
  });
});
