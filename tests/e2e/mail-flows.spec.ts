import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { axe, confirmAddress, enterAs, expect, linkTo, PASSWORD, person, signIn, test } from "../support/e2e";
import { expectUsable } from "../support/e2e-look";

const OTHER_PASSWORD = "quartz-lantern-meadow-57";
/** A folder for pictures of the pages, where somebody wants to look at them. */
const PICTURES = process.env.MAIL_FLOW_PICTURES;

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a forgotten password is replaced by the link from the mailbox, which signs out everywhere", async ({ page, visitor, site }) => {
      const member = await person();
      const other = await visitor();
      await enterAs(other, member);
      await page.goto("/login");
      await page.getByRole("link", { name: "Forgot password?" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Forgot your password");
      await page.getByLabel("Email", { exact: true }).fill(member.email);
      await page.getByRole("button", { name: "Send link" }).click();
      await expect(page.getByRole("status")).toContainText(`If ${member.email} has an account`);
      await page.goto(await linkTo(member.email, "reset", site));
      await page.getByLabel("New password", { exact: true }).fill("short");
      await page.getByRole("button", { name: "Set new password" }).click();
      await expect(page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(/Too short/);
      await page.getByLabel("New password", { exact: true }).fill(OTHER_PASSWORD);
      await page.getByRole("button", { name: "Set new password" }).click();
      await expect(page).toHaveURL(/\/login\?notice=password_reset$/);
      await expect(page.getByText("Your new password is set")).toBeVisible();
      expect((await other.request.get("/api/files")).status()).toBe(401);
      await signIn(page, { email: member.email, plainPassword: OTHER_PASSWORD });
      await expect(page).toHaveURL(/\/members$/);
    });

    test("an address is changed in the settings, and put back from the mail to the old one", async ({ page, site }) => {
      const member = await person();
      const address = `new.${randomUUID()}@example.org`;
      await enterAs(page, member);
      await page.goto("/settings/security");
      await page.getByLabel("New address", { exact: true }).fill(address);
      await page.getByRole("button", { name: "Change address" }).click();
      await expect(page.getByText(`A link is on its way to ${address}`)).toBeVisible();
      await page.goto(await linkTo(address, "emailChange", site));
      await page.getByRole("button", { name: "Confirm new address" }).click();
      await expect(page.getByText("Your new address is confirmed")).toBeVisible();
      await expect(page.getByText(`You sign in with ${address}`)).toBeVisible();
      await page.goto(await linkTo(member.email, "emailChanged", site));
      await page.getByRole("button", { name: "Put old address back" }).click();
      await expect(page).toHaveURL(/\/login\?notice=address_restored$/);
      await page.goto(await linkTo(member.email, "reset", site));
      await expect(page.getByLabel("New password", { exact: true })).toBeVisible();
    });

    test("“this was not me” signs out both browsers and mails a reset", async ({ page, visitor, site }) => {
      const member = await person();
      const thief = await visitor();
      await enterAs(page, member);
      await enterAs(thief, member);
      const reader = await visitor();
      await reader.goto(await linkTo(member.email, "newDevice", site));
      await reader.getByRole("button", { name: "This was not me" }).click();
      await expect(reader).toHaveURL(/\/login\?notice=session_disowned$/);
      for (const one of [page, thief]) {
        await one.goto("/members");
        await expect(one).toHaveURL(/\/login\?/);
      }
      await reader.goto(await linkTo(member.email, "reset", site));
      await expect(reader.getByRole("button", { name: "Set new password" })).toBeVisible();
    });
  });
}

test("who waits for the mail sees a countdown, and may sign in, correct the address and sign out meanwhile", async ({ page, site }) => {
  const email = `waits.${randomUUID()}@example.org`;
  await register(page, email);
  await expect(page.getByText(`A mail is on its way to ${email}`)).toBeVisible();
  await expect(page.getByRole("button", { name: /^Send again in \d+ s$/ })).toBeDisabled();
  await linkTo(email, "verification", site);
  await signIn(page, { email });
  await page.goto("/members");
  // An unfinished profile comes first; then the address.
  await expect(page).toHaveURL(/\/onboarding\?/);
  await page.goto("/verify-email");
  await page.getByText("Use another address").click();
  const correct = `right.${randomUUID()}@example.org`;
  await page.getByLabel("New address", { exact: true }).fill(correct);
  await page.getByRole("button", { name: "Change address" }).click();
  await expect(page.getByText(`A link is on its way to ${correct}`)).toBeVisible();
  await page.goto(await linkTo(correct, "emailChange", site));
  await page.getByRole("button", { name: "Confirm new address" }).click();
  await expect(page).toHaveURL(/\/settings\/security\?notice=address_changed_here$/);
});

test("a link from a mail stands in no Referer, and looking at it changes nothing", async ({ page, request, site }) => {
  const email = `looks.${randomUUID()}@example.org`;
  await register(page, email);
  const link = await linkTo(email, "verification", site);
  for (let index = 0; index < 3; index++) {
    const answer = await request.get(link);
    expect([answer.status(), answer.headers()["referrer-policy"]]).toEqual([200, "strict-origin"]);
    expect((await request.head(link)).status()).toBe(200);
  }
  const referers: string[] = [];
  page.on("request", (sent) => void referers.push(sent.headers().referer ?? ""));
  await page.goto(link);
  await page.getByRole("link", { name: "Choose a new password" }).hover();
  await page.waitForLoadState("networkidle");
  expect(referers.filter((referer) => referer.includes("token"))).toEqual([]);
  await page.goBack();
  await confirmAddress(page, { email, site });
  await page.goto(link);
  await expect(page).not.toHaveURL(/token/);
  const log = site.errors().join("\n");
  expect(log).not.toContain(new URL(link, site.url).searchParams.get("token"));
});

test("every page of the mail flows can be used by everybody, in either theme and language, on a phone and a desk", async ({
  page,
  visitor,
  site,
}) => {
  test.setTimeout(180_000);
  const member = await person();
  const other = await visitor();
  await enterAs(other, member);
  const second = await visitor();
  await enterAs(second, member);
  await second.goto("/settings/security");
  const address = `new.${randomUUID()}@example.org`;
  await second.getByLabel("New address", { exact: true }).fill(address);
  await second.getByRole("button", { name: "Change address" }).click();
  const change = await linkTo(address, "emailChange", site);
  await register(page, `pictures.${randomUUID()}@example.org`);
  const email = (await page.getByText(/on its way to/).textContent())?.match(/pictures\.\S+\.org/)?.[0] ?? "";
  const verify = await linkTo(email, "verification", site);
  const notMe = await linkTo(member.email, "newDevice", site);
  const pages = {
    waiting: "/verify-email",
    verify,
    change,
    notMe,
    forgot: "/forgot-password",
    dead: "/reset-password?token=x",
    login: "/login?notice=password_reset",
  };
  for (const language of ["en", "fr"]) {
    if (language === "fr") {
      await page.goto("/forgot-password");
      await page.getByRole("button", { name: "Français" }).click();
      await expect(page.locator("html")).toHaveAttribute("lang", "fr");
    }
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      await expectUsable(page, async (theme, size) => {
        if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${language}-${theme}-${size}.png`, fullPage: true });
      });
    }
  }
  await second.goto("/settings/security");
  await axe(second);
  if (PICTURES) await second.screenshot({ path: `${PICTURES}/settings.png`, fullPage: true });
});

async function register(page: Page, email: string): Promise<void> {
  await page.goto("/register");
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await expect(page).toHaveURL(/\/verify-email$/);
}
