import { readFileSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type APIRequestContext, type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import pg from "pg";
import { SITE, type SiteUnderTest } from "./e2e-setup";
import type { Account, Switches } from "./github-switches";
import { admin, PASSWORD, person } from "./people";
import { errorLines } from "./server";
import { watch } from "./watch";

export { admin, expect, PASSWORD, person };

interface Site {
  url: string;
  /** Variables with which `startServer` makes another server on this site's database, secret and GitHub double. */
  env: Record<string, string>;
  /** Runs one statement on the site's database. */
  sql<Row extends pg.QueryResultRow>(statement: string, values?: unknown[]): Promise<Row[]>;
  /** Error lines in the server's log; other tests run beside this one, so look for a text of your own. */
  errors(): string[];
  /** Adds a person to the GitHub double. */
  githubAccount(account?: Partial<Account>): Promise<Account>;
  /** Holds for every test that runs meanwhile: a file that turns one has to run alone, and turn it back. */
  githubSwitches(switches: Partial<Switches>): Promise<void>;
}

interface Fixtures {
  /** Allows browser errors that match, such as the one a test provokes. */
  allow(pattern: RegExp): void;
  /** A page of somebody else: its own cookies, watched like `page`. */
  visitor(): Promise<Page>;
  /** A page on which a new admin is signed in. */
  asAdmin: Page;
}

export const test = base.extend<Fixtures & { allowed: RegExp[] }, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from this pattern which fixtures are needed: none.
    async ({}, use) => {
      const { url, logFile, githubUrl, githubEnv }: SiteUnderTest = JSON.parse(process.env[SITE] ?? "{}");
      const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
      const double = async (field: string, value: object) => {
        const response = await fetch(`${githubUrl}/_double`, {
          method: "POST",
          body: new URLSearchParams({ [field]: JSON.stringify(value) }),
        });
        return await response.json();
      };
      await use({
        url,
        // Whichever process sends a mail leaves it in the outbox, with its link.
        env: { ...githubEnv, DATABASE_URL: process.env.DATABASE_URL ?? "", FOYER_ZERO_CONFIG: "1" },
        sql: async (statement, values) => (await pool.query(statement, values)).rows,
        errors: () => errorLines(readFileSync(logFile, "utf8")),
        githubAccount: async (account = {}) => (await double("account", account)).account,
        githubSwitches: async (switches) => void (await double("switches", switches)),
      });
      await pool.end();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ site }, use) => use(site.url),
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  allowed: async ({}, use) => use([]),
  allow: async ({ allowed }, use) => use((pattern) => void allowed.push(pattern)),
  context: async ({ context, allowed }, use) => {
    const problems = watch(context);
    await use(context);
    expect(problems(allowed), "errors in the browser").toEqual([]);
  },
  visitor: async ({ browser, baseURL, allowed }, use) => {
    const opened: { context: BrowserContext; problems: ReturnType<typeof watch> }[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL, locale: "en-US" });
      opened.push({ context, problems: watch(context) });
      return context.newPage();
    });
    for (const { context } of opened) await context.close();
    expect(
      opened.flatMap(({ problems }) => problems(allowed)),
      "errors in another visitor's browser",
    ).toEqual([]);
  },
  asAdmin: async ({ visitor }, use) => {
    const page = await visitor();
    await enterAs(page, await admin());
    await use(page);
  },
});

/** Registers by the form and confirms by the link in the mail, as a person would; ends where the site leads: at onboarding. */
export async function signUp(
  page: Page,
  { email, password = PASSWORD, site }: { email: string; password?: string; site: Pick<Site, "sql"> },
): Promise<void> {
  await page.goto("/register");
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await confirmAddress(page, { email, password, site });
}

/** From the page that says where the mail went, by the link in it, to where the person was going. */
export async function confirmAddress(
  page: Page,
  { email, password = PASSWORD, site }: { email: string; password?: string; site: Pick<Site, "sql"> },
): Promise<void> {
  await expect(page).toHaveURL(/\/verify-email$/);
  await page.goto(await linkTo(email, "verification", site));
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Confirm address", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/verify-email");
}

/** Path and query of the link in the latest mail of this kind to an address, as soon as there is one. */
export async function linkTo(address: string, template: string, { sql }: Pick<Site, "sql">): Promise<string> {
  let link = "";
  await expect
    .poll(async () => {
      const [mail] = await sql<{ link: string | null }>(
        `SELECT coalesce(props->>'url', props->>'revertUrl') AS link FROM "Mail" WHERE "to" = $1 AND template = $2 ORDER BY "createdAt" DESC LIMIT 1`,
        [address, template],
      );
      link = mail?.link ?? "";
      return link;
    })
    .not.toBe("");
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
}

/** Signs in by the form; takes what `person()` returns, and ends where the site leads. */
export async function signIn(page: Page, { email, plainPassword }: { email: string; plainPassword?: string | null }): Promise<void> {
  await page.goto("/login");
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(plainPassword ?? PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/login");
}

/** Signs out by the menu. A page that is still being put together shuts what was opened a moment too early: it is opened again, as one would. */
export async function signOutByMenu(page: Page): Promise<void> {
  const out = page.getByRole("button", { name: "Sign out" });
  await expect(async () => {
    if (!(await out.isVisible())) await page.getByRole("button", { name: /^Your account/ }).click({ timeout: 3_000 });
    await out.click({ timeout: 3_000 });
  }).toPass();
}

/** Signs in by the request that the form makes, without showing it, for tests that begin after sign-in. The page stays where it is. */
export async function enterAs(
  { request }: Page,
  { email, plainPassword }: { email: string; plainPassword?: string | null },
): Promise<void> {
  const fields = await formFields(request, "/login", "password");
  const answer = await request.post("/login", { multipart: { ...fields, email, password: plainPassword ?? PASSWORD }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
}

/** The hidden fields by which a form names its action, of the form that holds the field `holds`. */
export async function formFields(request: APIRequestContext, path: string, holds: string): Promise<Record<string, string>> {
  const html = await (await request.get(path)).text();
  const form = html.match(/<form\b.*?<\/form>/gs)?.find((one) => one.includes(`name="${holds}"`)) ?? "";
  const hidden = [...form.matchAll(/<input type="hidden" name="(\$ACTION[^"]*)"(?: value="([^"]*)")?/g)];
  expect(hidden.length, `the form with ${holds} at ${path}`).toBeGreaterThan(0);
  return Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"').replaceAll("&amp;", "&")]));
}

/** Fails on what axe calls serious or critical on the page as it stands; `rules` asks for those alone. */
export async function axe(page: Page, rules?: string[]): Promise<void> {
  // A page that was just led to has its title a moment after its address.
  await expect(page).toHaveTitle(/./);
  // Half a megabyte of source, sent to a page once however often it is looked at.
  const isThere = await page.evaluate(() => "axe" in window);
  // In the page itself: the other mode exists for frames of other sites, and opens a window for each result.
  const builder = new AxeBuilder(isThere ? { page, axeSource: ";" } : { page }).options({ resultTypes: ["violations"] }).setLegacyMode();
  const { violations } = await (rules ? builder.withRules(rules) : builder).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(grave.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(" ")).join(", ")})`)).toEqual([]);
}
