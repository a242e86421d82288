import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { axe, test as base, expect, linkTo, person } from "../support/e2e";
import { type Oidc, startOidc } from "../support/oidc";
import { freePort } from "../support/postgres";
import { startServer } from "../support/server";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Inside the tree, because the bundler looks no further than the folder of the lockfile. */
const COPY = join(ROOT, "test-results", "providers");
const SOURCES = [
  "auth.ts",
  "middleware.ts",
  "next-auth.d.ts",
  "next.config.ts",
  "package.json",
  "postcss.config.mjs",
  "tsconfig.json",
  "src",
  "scripts/serve.mjs",
  "scripts/forwarded.mjs",
  "scripts/request-limits.mjs",
  "scripts/security-headers.mjs",
  "scripts/unread.mjs",
];
/** Pages and routes that nobody comes by on the way in: what is left out of the build need not be waited for. */
const BEHIND = /^src\/app\/(admin|dev|settings|studio|api\/(?!auth|health))/;
/** Nobody builds the copy again, and nobody waits for its bytes on a line. */
const HASTE = "turbopackFileSystemCacheForBuild: false, turbopackMinify: false";

/** The site as README.md says to change it: Google in GitHub's place, a company's own OpenID server, and one that is not set up. */
const test = base.extend<object, { changed: { url: string; oidc: Oidc } }>({
  changed: [
    async ({ site }, use) => {
      const port = await freePort();
      const oidc = await startOidc({ redirectUris: ["google", "company"].map((id) => `http://localhost:${port}/api/auth/callback/${id}`) });
      await build(changedConfig());
      const own = (name: string) => ({
        [`AUTH_${name}_ID`]: oidc.clientId,
        [`AUTH_${name}_SECRET`]: oidc.clientSecret,
        [`AUTH_${name}_ISSUER`]: oidc.issuer,
      });
      const server = await startServer({
        root: COPY,
        port,
        env: { ...site.env, ...own("GOOGLE"), ...own("COMPANY") },
      });
      await use({ url: server.url, oidc });
      await server.stop();
      await oidc.stop();
      rmSync(COPY, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 240_000 },
  ],
  baseURL: async ({ changed }, use) => use(changed.url),
});
test.describe.configure({ mode: "default" });

test("a provider is offered when it stands in auth.config.ts and its variables are set, in that order, and not otherwise", async ({
  page,
}) => {
  await page.goto("/login");
  // A passkey is nobody's service: it is offered whatever auth.config.ts says.
  const offered = page.getByRole("button", { name: /^Continue with (?!a passkey)/ });
  await expect(offered).toHaveText(["Continue with Google", "Continue with Company"]);
});

for (const name of ["Google", "Company"]) {
  test(`somebody new comes in by ${name}, and is recognised the next time`, async ({ page, visitor, changed: { oidc }, site }) => {
    const account = oidc.account({ name: `Ines ${name}` });
    await page.goto("/login?callbackUrl=%2Ffiles");
    await page.getByRole("button", { name: `Continue with ${name}` }).click();
    await page.getByLabel("Account").selectOption(account.sub);
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page).toHaveURL(/\/onboarding\?callbackUrl=%2Ffiles/);
    await expect(page.getByLabel("Full name", { exact: true })).toHaveValue(`Ines ${name}`);

    const again = await visitor();
    await again.goto("/login");
    await again.getByRole("button", { name: `Continue with ${name}` }).click();
    await again.getByLabel("Account").selectOption(account.sub);
    await again.getByRole("button", { name: "Continue" }).click();
    await expect(again).toHaveURL(/\/onboarding/);
    const rows = await site.sql(`SELECT provider, "providerAccountId" FROM "Account" WHERE "providerAccountId" = $1`, [account.sub]);
    expect(rows).toEqual([{ provider: name.toLowerCase(), providerAccountId: account.sub }]);
    expect(oidc.errors).toEqual([]);
  });
}

for (const name of ["Google", "Company"]) {
  test.describe(name, () => {
    test("an address that the provider does not vouch for opens nothing, and links nothing where there is an account", async ({
      page,
      changed: { oidc },
      site,
    }) => {
      const member = await person();
      const [stranger, same] = [oidc.account({ email_verified: false }), oidc.account({ email: member.email, email_verified: false })];
      for (const account of [stranger, same]) {
        await page.goto("/login");
        await page.getByRole("button", { name: `Continue with ${name}` }).click();
        await page.getByLabel("Account").selectOption(account.sub);
        await page.getByRole("button", { name: "Continue" }).click();
        await expect(page.getByRole("alert").filter({ hasText: "has not confirmed an address of yours" })).toBeVisible();
        expect(await site.sql(`SELECT 1 FROM "Account" WHERE "providerAccountId" = $1`, [account.sub])).toEqual([]);
        await page.context().clearCookies();
      }
      expect(await site.sql(`SELECT 1 FROM "User" WHERE email = $1`, [stranger.email])).toEqual([]);
      expect(await site.sql(`SELECT 1 FROM "Account" WHERE "userId" = $1`, [member.id])).toEqual([]);
    });
  });
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a link in the mail signs in once, where one was going, by its button", async ({ page, site }) => {
      const member = await person();
      await page.goto("/login?callbackUrl=%2Ffiles");
      await page.getByRole("link", { name: "Email me a sign-in link" }).click();
      // The page before has a field of the same name.
      await expect(page.getByRole("heading", { name: "Sign in by mail" })).toBeVisible();
      await page.getByLabel("Email", { exact: true }).fill(member.email);
      await page.getByRole("button", { name: "Send link" }).click();
      await expect(page.getByText(`If ${member.email} has an account`)).toBeVisible();
      const link = await linkTo(member.email, "magicLink", site);
      // Twice looked at, as a mail scanner does, and still good.
      for (let look = 0; look < 2; look++) {
        await page.goto(link);
        await expect(page.getByText(`The button signs you in as ${member.email}`)).toBeVisible();
      }
      if (javaScriptEnabled) await axe(page);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page).toHaveURL(/\/files$/);
      await page.goto(link);
      await expect(page.getByRole("heading", { name: "This link has expired" })).toBeVisible();
    });
  });
}

test("whoever cancels at an OpenID provider is back at sign-in", async ({ page, changed: { oidc } }) => {
  oidc.account();
  await page.goto("/login");
  await page.getByRole("button", { name: "Continue with Company" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "You cancelled the sign-in" })).toBeVisible();
});

/** What README.md tells a developer to write, written. */
function changedConfig(): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const google = /^\+(import Google from .*)$/m.exec(readme)?.[1];
  const company = /\{ id: "company".*?\}(?: as const)?/.exec(readme)?.[0];
  const link = /\{ id: "email".*?\}(?: as const)?/.exec(readme)?.[0];
  const config = readFileSync(join(ROOT, "auth.config.ts"), "utf8");
  const changed = config
    .replace('import GitHub from "next-auth/providers/github";', google ?? "")
    .replace(
      "[Credentials, GitHub]",
      `[Credentials, Google, ${company}, { id: "absent", name: "Absent", type: "oidc" as const }, ${link}]`,
    );
  expect(changed, "README.md and auth.config.ts speak of each other").toMatch(
    /import Google[\s\S]+\[Credentials, Google, \{ id: "company"/,
  );
  return changed;
}

async function build(config: string): Promise<void> {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  const filter = (source: string) => !BEHIND.test(relative(ROOT, source));
  for (const path of SOURCES) cpSync(join(ROOT, path), join(COPY, path), { recursive: true, filter });
  symlinkSync(join(ROOT, "node_modules"), join(COPY, "node_modules"));
  writeFileSync(join(COPY, "auth.config.ts"), config);
  const next = readFileSync(join(ROOT, "next.config.ts"), "utf8");
  // Beside it: the plugin of the messages has an `experimental` too.
  const own = "serverActions: {";
  expect(next.split(own)).toHaveLength(2);
  writeFileSync(join(COPY, "next.config.ts"), next.replace(own, `${HASTE}, ${own}`));
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  await promisify(execFile)(process.execPath, [join(ROOT, "node_modules/next/dist/bin/next"), "build"], { cwd: COPY, env, maxBuffer: 1e8 });
}
