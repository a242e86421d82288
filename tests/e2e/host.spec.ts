import { networkInterfaces } from "node:os";
import type { Page } from "@playwright/test";
import { test as base, expect, PASSWORD, person, signOutByMenu } from "../support/e2e";
import { startProxy } from "../support/e2e-proxy";
import { raw } from "../support/e2e-raw";
import { type Server, startServer } from "../support/server";

const NOBODY = "192.0.2.254";

const test = base.extend<object, { open: Server; secureUrl: string }>({
  /** Listens on every address, and trusts no proxy. */
  open: [
    async ({ site }, use) => {
      const server = await startServer({ env: { ...site.env, HOSTNAME: "0.0.0.0", TRUSTED_PROXIES: NOBODY } });
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  secureUrl: [
    async ({ site }, use) => {
      const proxy = await startProxy(site.url);
      await use(proxy.url);
      await proxy.stop();
    },
    { scope: "worker" },
  ],
});
test.describe.configure({ mode: "default" });

/** This machine's names and addresses; all of 127/8 is loopback on Linux, and only there. */
const HOSTS = [
  "localhost",
  "127.0.0.1",
  ...(process.platform === "linux" ? ["127.0.0.2"] : []),
  ...Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ family, internal, address }) => (family === "IPv4" && !internal ? [address] : [])),
  ),
];

for (const host of HOSTS) {
  test(`signing in works at ${host}, by password and by GitHub`, async ({ page, visitor, site, open, allow }) => {
    // Chromium's note that a plain-http address other than this machine's own gets no opener policy.
    allow(/Cross-Origin-Opener-Policy header has been ignored/);
    const origin = open.url.replace("localhost", host);
    await byPassword(page, origin);
    const cookies = await page.context().cookies();
    expect(cookies.find(({ name }) => name === "authjs.session-token")).toMatchObject({ domain: host, httpOnly: true, secure: false });
    const other = await visitor();
    await byGitHub(other, origin, (await site.githubAccount()).login);
  });
}

test.describe("behind a proxy that ends https", () => {
  test.use({ ignoreHTTPSErrors: true });

  test("signing in works by password and by GitHub, and the cookies are for https only", async ({ page, browser, site, secureUrl }) => {
    await byPassword(page, secureUrl);
    const ours = (await page.context().cookies()).filter(({ name }) => name.includes("authjs"));
    expect(ours.map(({ name }) => name)).toContain("__Secure-authjs.session-token");
    for (const cookie of ours) expect(cookie).toMatchObject({ secure: true, httpOnly: true });

    const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-US" });
    const other = await context.newPage();
    await byGitHub(other, secureUrl, (await site.githubAccount()).login);
    await context.close();
  });

  test("a sign-out there ends the session", async ({ page, secureUrl }) => {
    await byPassword(page, secureUrl);
    await signOutByMenu(page);
    await expect(page).toHaveURL(`${secureUrl}/login`);
    await page.goto(`${secureUrl}/members`);
    await expect(page).toHaveURL(/\/login\?callbackUrl=%2Fmembers/);
  });
});

test("what a stranger says of host and protocol counts for nothing", async ({ open }) => {
  const told = { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9" };
  const answer = await raw(open.url, { path: "/members", headers: told });
  expect(answer.status).toBe(307);
  expect(answer.headers.location).toBe(`${open.url}/login?callbackUrl=%2Fmembers`);
  expect(answer.headers["strict-transport-security"]).toBeUndefined();
  const csrf = await raw(open.url, { path: "/api/auth/providers", headers: told });
  expect(csrf.body).toContain(`${open.url}/api/auth/callback/github`);
  expect(csrf.body).not.toContain("evil.example");
  expect(csrf.headers["set-cookie"] ?? "").not.toContain("__Secure-");
});

test("a Host that is none, or two of them, is refused", async ({ site }) => {
  for (const host of ["", "evil.example/path", "a b", "evil.example:99999999", "[::1", "user@evil.example"]) {
    expect((await raw(site.url, { path: "/login", headers: { Host: host } })).status, `Host: ${host}`).toBe(400);
  }
  expect((await raw(site.url, { path: "/login", headers: { Host: "localhost\r\nHost: evil.example" } })).status).toBe(400);
  expect((await raw(site.url, { path: "http://evil.example/login" })).status).toBe(400);
});

async function byPassword(page: Page, origin: string): Promise<void> {
  const { email, name } = await person();
  await page.goto(`${origin}/files`);
  await expect(page).toHaveURL(`${origin}/login?callbackUrl=%2Ffiles`);
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(`${origin}/files`);
  await expect(page.getByRole("button", { name: `Your account: ${name}` })).toBeVisible();
}

async function byGitHub(page: Page, origin: string, login: string): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.getByRole("button", { name: "Continue with GitHub" }).click();
  await page.getByLabel("Signed in as").selectOption(login);
  await page.getByRole("button", { name: "Authorize" }).click();
  await expect(page).toHaveURL(`${origin}/onboarding?callbackUrl=%2Fmembers`);
}
