import { randomUUID } from "node:crypto";
import { confirmAddress, expect, PASSWORD, person, signIn, signOutByMenu, test } from "../support/e2e";

test.use({ javaScriptEnabled: false });

test("without JavaScript one registers, completes a profile, arrives where one was going, and signs out", async ({ page, site }) => {
  await page.goto("/settings/profile");
  await page.getByRole("link", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Create your account" })).toBeVisible();
  const email = `pia.${randomUUID()}@example.org`;
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/Too short: 12/);
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await confirmAddress(page, { email, site });
  await expect(page).toHaveURL(/\/onboarding/);

  await page.getByLabel("Full name", { exact: true }).fill("Pia Sandström");
  await page.getByLabel("City", { exact: true }).fill("Umeå");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByLabel("Interests", { exact: true })).toHaveAccessibleDescription(/This is missing/);
  await expect(page.getByLabel("Full name", { exact: true })).toHaveValue("Pia Sandström");
  await page.getByLabel("Interests", { exact: true }).fill("skiing, jazz");
  await page.getByLabel("About you", { exact: true }).fill("Snow first.");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page).toHaveURL(/\/settings\/profile$/);

  await signOutByMenu(page);
  await expect(page).toHaveURL(/\/login/);
  await page.goto("/members");
  await expect(page).toHaveURL(/\/login/);
});

test("without JavaScript a wrong password says so and keeps the address; the right one signs in", async ({ page }) => {
  const { email } = await person();
  await page.goto("/login?callbackUrl=%2Ffiles");
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not-the-one-at-all");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText(/The address or the password is wrong/);
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue(email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/files$/);
  await expect(page.locator("main noscript")).toBeVisible();
});

test("without JavaScript a wrong password is said to be so also where somebody has signed in meanwhile", async ({ page }) => {
  const [first, second] = [await person(), await person()];
  await page.goto("/login");
  const other = await page.context().newPage();
  await signIn(other, first);
  await expect(other).toHaveURL(/\/members$/);
  await page.getByLabel("Email", { exact: true }).fill(second.email);
  await page.getByLabel("Password", { exact: true }).fill("not-the-one-at-all");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveText(/The address or the password is wrong/);
});

test("without JavaScript language and theme can be switched, and stay", async ({ page }) => {
  await page.goto("/login");
  await page.getByRole("button", { name: "Français" }).click();
  await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Sign in");
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await page.getByRole("button", { name: "Sombre" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.goto("/register");
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});
