import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { test as base, enterAs, expect, PASSWORD, person, signIn } from "../support/e2e";
import { type GitHub, startGitHub } from "../support/github";
import { CALM, type Switches } from "../support/github-switches";
import { withTotp } from "../support/second-factors";
import { startServer } from "../support/server";

/** A double and a server of this file's own: its switches would turn what other files see. */
const test = base.extend<{ github: GitHub }, { pair: { github: GitHub; url: string } }>({
  pair: [
    async ({ site }, use) => {
      const github = await startGitHub();
      const env = { AUTH_GITHUB_ID: github.clientId, AUTH_GITHUB_SECRET: github.clientSecret, AUTH_GITHUB_ENTERPRISE_URL: github.url };
      const server = await startServer({ env: { ...site.env, ...env } });
      await use({ github, url: server.url });
      await server.stop();
      await github.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ pair }, use) => use(pair.url),
  github: async ({ pair }, use) => {
    Object.assign(pair.github.switches, CALM);
    await use(pair.github);
  },
});
test.describe.configure({ mode: "default" });

test("somebody new comes in by GitHub, completes a profile, and is told that they have no password yet", async ({ page, github, site }) => {
  const account = github.account({ name: "Mona Ferreira" });
  await continueWithGitHub(page, account.login, "/files");
  await expect(page).toHaveURL(/\/onboarding\?callbackUrl=%2Ffiles/);
  await expect(page.getByLabel("Full name", { exact: true })).toHaveValue("Mona Ferreira");
  await page.getByLabel("City", { exact: true }).fill("Porto");
  await page.getByLabel("Interests", { exact: true }).fill("tiles");
  await page.getByLabel("About you", { exact: true }).fill("Azulejos.");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page).toHaveURL(/\/files$/);
  await page.goto("/members");
  await expect(page.getByText("You have no password yet")).toBeVisible();
  expect(await accountsOf(site, account.email)).toEqual([{ provider: "github", providerAccountId: String(account.id) }]);
});

test("who has come by GitHub once is the same person whatever their address has become", async ({ page, visitor, github, site }) => {
  const account = github.account();
  await continueWithGitHub(page, account.login);
  await expect(page).toHaveURL(/\/onboarding/);
  const again = await visitor();
  github.switches.changeEmail = `moved-${account.login}@example.org`;
  await continueWithGitHub(again, account.login);
  await expect(again).toHaveURL(/\/onboarding/);
  expect(await accountsOf(site, account.email)).toHaveLength(1);
  expect(await peopleWith(site, github.switches.changeEmail)).toBe(0);
});

test("a private address at GitHub is asked for and kept", async ({ page, github, site }) => {
  const account = github.account();
  github.switches.privateEmail = true;
  await continueWithGitHub(page, account.login);
  await expect(page).toHaveURL(/\/onboarding/);
  expect(await peopleWith(site, account.email)).toBe(1);
});

const REFUSED: { title: string; switches: Partial<Switches>; says: RegExp }[] = [
  { title: "an address GitHub has not confirmed", switches: { unverifiedEmail: true }, says: /has not confirmed an address of yours/ },
  { title: "an account without any address", switches: { noEmail: true }, says: /has not confirmed an address of yours/ },
  { title: "a failing exchange of the code", switches: { fail: "token" }, says: /did not answer as it should/ },
  { title: "a failing profile", switches: { fail: "user" }, says: /did not answer as it should/ },
  { title: "a failing list of addresses", switches: { fail: "emails" }, says: /did not answer as it should/ },
];
for (const { title, switches, says } of REFUSED) {
  test(`${title} leads back to sign-in with the reason, and makes nobody`, async ({ page, github, site }) => {
    const account = github.account();
    // A server's primary address may be unconfirmed while its noreply one is confirmed: neither counts then.
    Object.assign(github.switches, switches);
    await continueWithGitHub(page, account.login);
    await expect(page).toHaveURL(/\/login\?/);
    await expect(page.getByRole("alert").filter({ hasText: says })).toBeVisible();
    expect(await peopleWith(site, account.email)).toBe(0);
    expect(await page.context().cookies()).not.toContainEqual(expect.objectContaining({ name: "authjs.session-token" }));
  });
}

test("whoever cancels at GitHub is back at sign-in and can go on otherwise", async ({ page, github }) => {
  const member = await person();
  github.account();
  await page.goto("/login");
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "You cancelled the sign-in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue with GitHub" })).toHaveAccessibleDescription("Last used");
  await signIn(page, member);
  await expect(page).toHaveURL(/\/members$/);
});

test("what GitHub sends back signs in the browser that asked, once, with the state it was asked with, and no other", async ({
  page,
  visitor,
  github,
  site,
}) => {
  const account = github.account();
  // The way back, kept from the browser.
  let back = "";
  await page.route(`${github.url}/**`, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    back = (await route.fetch({ maxRedirects: 0 })).headers().location ?? "";
    await route.abort();
  });
  await continueWithGitHub(page, account.login).catch(() => undefined);
  await expect.poll(() => back).toContain("code=");
  const anonymous = async (window: Page, url: string) => {
    await window.goto(url);
    await expect(window).toHaveURL(/\/login\?/);
    expect(await window.context().cookies()).not.toContainEqual(expect.objectContaining({ name: "authjs.session-token" }));
    expect(await peopleWith(site, account.email)).toBe(0);
  };
  // Another browser, which has neither state nor PKCE verifier: with the link as it is.
  await anonymous(await visitor(), back);
  // The browser that asked, with another state, and with none.
  const [other, none] = [new URL(back), new URL(back)];
  other.searchParams.set("state", `${other.searchParams.get("state")}x`);
  none.searchParams.delete("state");
  await anonymous(page, other.href);
  await anonymous(page, none.href);
});

test("a slow GitHub is waited for", async ({ page, github }) => {
  const account = github.account();
  github.switches.slow = 700;
  await continueWithGitHub(page, account.login);
  await expect(page).toHaveURL(/\/onboarding/);
});

test("an address that already has an account is told to sign in first, and nothing is linked", async ({ page, github, site }) => {
  const member = await person();
  const account = github.account({ email: member.email });
  await continueWithGitHub(page, account.login);
  await expect(page.getByRole("alert").filter({ hasText: "Sign in first, then connect the provider" })).toBeVisible();
  expect(await accountsOf(site, member.email)).toEqual([]);
});

test("a member confirms the password, connects GitHub in the settings, and signs in with it from then on", async ({
  page,
  visitor,
  github,
  site,
}) => {
  const member = await person();
  const account = github.account({ email: member.email });
  await enterAs(page, member);
  await forgetProof(site, member.id);
  await page.goto("/settings/security");
  const confirmation = page.locator("form").filter({ has: page.getByRole("button", { name: "Confirm password" }) });
  await confirmation.getByLabel("Current password").fill("not this one");
  await confirmation.getByRole("button", { name: "Confirm password" }).click();
  await expect(confirmation.getByLabel("Current password")).toHaveAccessibleDescription(/not your password/);
  await confirmation.getByLabel("Current password").fill(PASSWORD);
  await confirmation.getByRole("button", { name: "Confirm password" }).click();
  await page.getByRole("button", { name: "Connect GitHub" }).click();
  await authorize(page, account.login);
  await expect(page).toHaveURL(/\/settings\/security$/);
  await expect(page.getByRole("listitem").filter({ hasText: "GitHub" })).toContainText("Connected");
  expect(await accountsOf(site, member.email)).toEqual([{ provider: "github", providerAccountId: String(account.id) }]);

  const elsewhere = await visitor();
  await continueWithGitHub(elsewhere, account.login);
  await expect(elsewhere.getByRole("heading", { level: 1 })).toContainText(`Hello, ${member.name.split(" ")[0]}`);
});

test("somebody with a second factor is asked for it after GitHub too, and arrives where they were going", async ({
  page,
  github,
  site,
}) => {
  const member = await person();
  const account = github.account({ email: member.email });
  await site.sql(`INSERT INTO "Account" ("userId", type, provider, "providerAccountId") VALUES ($1, 'oauth', 'github', $2)`, [
    member.id,
    String(account.id),
  ]);
  const { code } = await withTotp(member);
  await continueWithGitHub(page, account.login, "/files");
  await expect(page).toHaveURL(/\/login\/two-step\?callbackUrl=%2Ffiles$/);
  await page.goto("/files");
  await expect(page).toHaveURL(/\/login\?/);
  await page.goto("/login/two-step?callbackUrl=%2Ffiles");
  await page.getByLabel("Code from your app").fill(code());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/files$/);
  expect(await site.sql(`SELECT method, strong FROM "Session" WHERE "userId" = $1`, [member.id])).toEqual([
    { method: "github", strong: true },
  ]);
});

test("connecting needs a proof of the last ten minutes, even from a page that was opened in time", async ({ page, github, site }) => {
  const member = await person();
  const account = github.account();
  await enterAs(page, member);
  await page.goto("/settings/security");
  await forgetProof(site, member.id);
  await page.getByRole("button", { name: "Connect GitHub" }).click();
  await authorize(page, account.login);
  await expect(page.getByRole("alert").filter({ hasText: "Confirm first that it is you" })).toBeVisible();
  expect(await accountsOf(site, member.email)).toEqual([]);
});

test("a GitHub account that is connected to somebody else is refused, and both stay who they are", async ({
  page,
  visitor,
  github,
  site,
}) => {
  const account = github.account();
  const owner = await visitor();
  await continueWithGitHub(owner, account.login);
  await expect(owner).toHaveURL(/\/onboarding/);

  const member = await person();
  await enterAs(page, member);
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Connect GitHub" }).click();
  await authorize(page, account.login);
  await expect(page.getByRole("alert").filter({ hasText: "already connected to another person" })).toBeVisible();
  expect(await accountsOf(site, member.email)).toEqual([]);
  expect(await accountsOf(site, account.email)).toHaveLength(1);
  await page.goto("/members");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Hello, ${member.name.split(" ")[0]}`);
});

test("a way back from GitHub on which no session can be written says so, and nobody is signed out by it", async ({
  page,
  visitor,
  github,
  site,
}) => {
  const member = await person();
  const account = github.account();
  await enterAs(page, member);
  await page.goto("/settings/security");
  const refused = () => refuse(site, "Session", `"userId" = '${member.id}'`);
  const connect = async () => {
    await page.getByRole("button", { name: "Connect GitHub" }).click();
    await authorize(page, account.login);
  };
  const open = await refused();
  await connect();
  const notice = (window: Page) => window.getByRole("alert").filter({ hasText: "could not finish this" });
  await expect(notice(page)).toBeVisible();
  expect(await accountsOf(site, member.email)).toEqual([]);
  await open();
  await connect();
  await expect(page.getByRole("button", { name: "Disconnect" })).toBeVisible();

  const accept = await refused();
  const elsewhere = await visitor();
  await continueWithGitHub(elsewhere, account.login, "/files");
  await expect(notice(elsewhere)).toBeVisible();
  expect(await elsewhere.context().cookies()).not.toContainEqual(expect.objectContaining({ name: "authjs.session-token" }));
  await accept();
  await elsewhere.getByRole("button", { name: "Continue with GitHub" }).click();
  await authorize(elsewhere, account.login);
  await expect(elsewhere).toHaveURL(/\/files$/);
});

test("a sign-up by GitHub that is cut off leaves nobody without a way in, and goes well the next time", async ({ page, github, site }) => {
  const account = github.account();
  const accept = await refuse(site, "Account", `"providerAccountId" = '${account.id}'`);
  await continueWithGitHub(page, account.login, "/files");
  await expect(page).toHaveURL(/\/login\?/);
  expect(await peopleWith(site, account.email)).toBe(0);
  await accept();
  await continueWithGitHub(page, account.login, "/files");
  await expect(page).toHaveURL(/\/onboarding/);
  expect(await accountsOf(site, account.email)).toHaveLength(1);
});

test("a sign-in that cannot be written is told to whoever tried it, also where somebody else has signed in meanwhile", async ({
  page,
  site,
}) => {
  const [first, second] = [await person(), await person()];
  await page.goto("/login");
  const other = await page.context().newPage();
  await signIn(other, first);
  await expect(other).toHaveURL(/\/members$/);
  const accept = await refuse(site, "Session", `"userId" = '${second.id}'`);
  await page.getByLabel("Email", { exact: true }).fill(second.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "went wrong" })).toBeVisible();
  await expect(page).toHaveURL(/\/login$/);
  await accept();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Hello, ${second.name.split(" ")[0]}`);
});

test("a second step that cannot be begun is no cancelled sign-in", async ({ page, github, site }) => {
  const member = await person();
  const account = github.account();
  await withTotp(member);
  await site.sql(`INSERT INTO "Account" ("userId", type, provider, "providerAccountId") VALUES ($1, 'oauth', 'github', $2)`, [
    member.id,
    String(account.id),
  ]);
  const accept = await refuse(site, "Token", `"userId" = '${member.id}'`);
  await continueWithGitHub(page, account.login, "/files");
  await expect(page.getByRole("alert").filter({ hasText: "could not finish this" })).toBeVisible();
  await accept();
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  await authorize(page, account.login);
  await expect(page).toHaveURL(/\/login\/two-step\?callbackUrl=%2Ffiles$/);
});

test("a GitHub account that is disconnected while it answers opens no session", async ({ page, github, site }) => {
  const member = await person();
  const account = github.account();
  await site.sql(`INSERT INTO "Account" ("userId", type, provider, "providerAccountId") VALUES ($1, 'oauth', 'github', $2)`, [
    member.id,
    String(account.id),
  ]);
  await page.goto("/login?callbackUrl=%2Ffiles");
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  // Disconnected by who holds the person's lock, as soon as the sign-in waits for it.
  const disconnected = site.sql(`DO $$ BEGIN
      PERFORM 1 FROM "User" WHERE id = '${member.id}' FOR UPDATE;
      FOR turn IN 1..600 LOOP
        EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid);
        PERFORM pg_sleep(0.05);
      END LOOP;
      DELETE FROM "Account" WHERE "userId" = '${member.id}';
    END $$`);
  await authorize(page, account.login);
  await disconnected;
  await expect(page.getByRole("alert").filter({ hasText: "Something about this account was changed" })).toBeVisible();
  expect(await site.sql(`SELECT id FROM "Session" WHERE "userId" = $1`, [member.id])).toEqual([]);
});

async function continueWithGitHub(page: Page, login: string, callbackUrl = "/members"): Promise<void> {
  await page.goto(`/login?${new URLSearchParams({ callbackUrl })}`);
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  await authorize(page, login);
}

async function authorize(page: Page, login: string): Promise<void> {
  await page.getByLabel("Signed in as").selectOption(login);
  await page.getByRole("button", { name: "Authorize" }).click();
}

type Site = { sql<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]> };

async function accountsOf(site: Site, email: string) {
  return site.sql<{ provider: string; providerAccountId: string }>(
    `SELECT a.provider, a."providerAccountId" FROM "Account" a JOIN "User" u ON u.id = a."userId" WHERE u.email = $1`,
    [email],
  );
}

async function peopleWith(site: Site, email: string | null): Promise<number> {
  return (await site.sql(`SELECT 1 FROM "User" WHERE email = $1`, [email])).length;
}

/** As if ten minutes had passed since the person proved who they are. */
async function forgetProof(site: Site, userId: string): Promise<void> {
  await site.sql(`UPDATE "Session" SET "reauthenticatedAt" = now() - interval '11 minutes' WHERE "userId" = $1`, [userId]);
}

/** From now on no such row can be written, as where the disk is full: until what it returns is called. */
async function refuse(site: Site, table: "Account" | "Session" | "Token", which: string): Promise<() => Promise<unknown>> {
  const name = `refuse_${randomUUID()}`;
  await site.sql(`CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$`);
  await site.sql(`CREATE TRIGGER "${name}" BEFORE INSERT ON "${table}" FOR EACH ROW WHEN (NEW.${which}) EXECUTE FUNCTION refuse()`);
  return () => site.sql(`DROP TRIGGER "${name}" ON "${table}"`);
}
