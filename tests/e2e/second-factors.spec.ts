import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { admin, axe, enterAs, expect, PASSWORD, person, signIn, test } from "../support/e2e";
import { codeOf, withTotp } from "../support/second-factors";

/** A phone or laptop with a finger on its reader. Whoever looks at the screen chooses nothing: that is `present`. */
async function authenticator(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  return {
    present: (enabled: boolean) => cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    recognises: (isUserVerified: boolean) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    passkeys: async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

async function addPasskey(page: Page, name: string) {
  await page.goto("/settings/security");
  await page.getByLabel("Name of the passkey").fill(name);
  await page.getByRole("button", { name: "Add passkey" }).click();
  await expect(page.getByRole("list", { name: "Your passkeys" })).toContainText(name);
}

test("a passkey is added, signs in by its button and quietly, is renamed, and once removed opens nothing", async ({ page, site }) => {
  const member = await person();
  const device = await authenticator(page);
  await enterAs(page, member);
  await addPasskey(page, "Work laptop");
  expect(await device.passkeys()).toHaveLength(1);
  await axe(page);

  await device.present(false);
  await page.context().clearCookies();
  await page.goto("/login?callbackUrl=%2Ffiles");
  await expect(page.getByLabel("Email", { exact: true })).toHaveAttribute("autocomplete", "username webauthn");
  await device.present(true);
  await page.getByRole("button", { name: "Continue with a passkey" }).click();
  await expect(page).toHaveURL(/\/files$/);
  const [session] = await site.sql(`SELECT method, strong FROM "Session" WHERE "userId" = $1 ORDER BY "createdAt" DESC LIMIT 1`, [
    member.id,
  ]);
  expect(session).toEqual({ method: "passkey", strong: true });

  // Nothing is pressed: the browser offers it where the address is typed, and the authenticator agrees.
  await page.context().clearCookies();
  await page.goto("/login");
  await expect(page).toHaveURL(/\/members$/);

  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Actions for Work laptop" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByLabel("New name").fill("Old laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("list", { name: "Your passkeys" })).toContainText("Old laptop");
  await page.getByRole("button", { name: "Actions for Old laptop" }).click();
  await page.getByRole("menuitem", { name: "Remove passkey" }).click();
  await page.getByRole("alertdialog", { name: "Remove Old laptop?" }).getByRole("button", { name: "Remove passkey" }).click();
  await expect(page.getByRole("list", { name: "Your passkeys" })).toHaveCount(0);

  await page.context().clearCookies();
  await device.present(false);
  await page.goto("/login");
  await device.present(true);
  await page.getByRole("button", { name: "Continue with a passkey" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not accepted" })).toBeVisible();
});

test("a device that does not recognise its owner makes no passkey, and the page says that nothing was changed", async ({ page }) => {
  const device = await authenticator(page);
  await device.recognises(false);
  await enterAs(page, await person());
  await page.goto("/settings/security");
  // Without a name, the device is not even asked.
  await page.getByRole("button", { name: "Add passkey" }).click();
  await expect(page.getByLabel("Name of the passkey")).toHaveAccessibleDescription(/missing/);
  await page.getByLabel("Name of the passkey").fill("Laptop");
  await page.getByRole("button", { name: "Add passkey" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Nothing was changed" })).toBeVisible();
  expect(await device.passkeys()).toEqual([]);
});

test("somebody without a password cannot remove their last passkey", async ({ page, site }) => {
  const member = await person();
  await authenticator(page);
  await enterAs(page, member);
  await addPasskey(page, "Only one");
  await site.sql(`DELETE FROM "Password" WHERE "userId" = $1`, [member.id]);
  await page.getByRole("button", { name: "Actions for Only one" }).click();
  await page.getByRole("menuitem", { name: "Remove passkey" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Remove passkey" }).click();
  await expect(dialog.getByRole("alert")).toContainText("last way in");
});

test("two-step sign-in is turned on with the app, and a recovery code lets one back in", async ({ page }) => {
  const member = await person();
  await enterAs(page, member);
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Set up two-step sign-in" }).click();
  await expect(page.getByRole("img", { name: "QR code for an authenticator app" })).toBeVisible();
  await expect(page.getByText("Scan this with an authenticator app")).toBeFocused();
  const secret = (await page.locator("dd").first().textContent()) ?? "";
  await page.getByLabel("Code from your app").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByLabel("Code from your app")).toHaveAccessibleDescription(/not right/);
  await axe(page);
  await page.getByLabel("Code from your app").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { name: "Keep these recovery codes" })).toBeFocused();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download codes" }).click()]);
  const codes = readFileSync(await download.path(), "utf8").match(/^\w{5}-\w{5}$/gm) ?? [];
  expect(codes).toHaveLength(10);
  await axe(page);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText(codes[0] ?? "")).toHaveCount(0);
  await expect(page.getByText("10 recovery codes are left")).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/login?callbackUrl=%2Ffiles");
  await page.getByLabel("Email", { exact: true }).fill(member.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/login\/two-step/);
  await axe(page);
  await page.getByRole("link", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill((codes[3] ?? "").toUpperCase());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/files$/);

  await page.goto("/settings/security");
  await expect(page.getByText("9 recovery codes are left")).toBeVisible();
  await page.getByRole("button", { name: "Turn off two-step sign-in" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("alone then opens this account");
  await page.getByRole("alertdialog").getByRole("button", { name: "Turn off two-step sign-in" }).click();
  await expect(page.getByRole("button", { name: "Set up two-step sign-in" })).toBeVisible();
});

test("the app's code proves who is sitting there, when the last proof is old", async ({ page, site }) => {
  const member = await person();
  const { code } = await withTotp(member);
  await signIn(page, member);
  await page.getByLabel("Code from your app").fill(code());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/members$/);
  await site.sql(`UPDATE "Session" SET "reauthenticatedAt" = now() - interval '11 minutes' WHERE "userId" = $1`, [member.id]);
  await page.goto("/settings/security");
  await expect(page.getByRole("button", { name: "New recovery codes" })).toHaveCount(0);
  await page.getByLabel("Code from your app").fill(code(1));
  await page.getByRole("button", { name: "Confirm code" }).click();
  await page.getByRole("button", { name: "New recovery codes" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "New recovery codes" }).click();
  await expect(page.getByRole("heading", { name: "Keep these recovery codes" })).toBeVisible();
});

test("a dialog opened before the last proof grew old asks for a new one where it stands, and keeps what was typed", async ({
  page,
  site,
}) => {
  const [boss, member] = [await admin(), await person()];
  await enterAs(page, boss);
  await page.goto(`/admin/users/${member.id}`);
  await site.sql(`UPDATE "Session" SET "reauthenticatedAt" = now() - interval '11 minutes' WHERE "userId" = $1`, [boss.id]);
  await page.getByRole("button", { name: "Act as them" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Reason").fill("They asked for help.");
  await dialog.getByRole("button", { name: "Act as them" }).click();
  await dialog.getByLabel("Current password").fill(PASSWORD);
  // Not sent to the settings, above the very form that does it.
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Confirm password" }).click();
  await expect(dialog.getByLabel("Reason")).toHaveValue("They asked for help.");
  await dialog.getByRole("button", { name: "Act as them" }).click();
  await expect(page).toHaveURL(/\/members$/);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the second step says what was wrong, takes the app's code and leads on; five wrong ones lead back", async ({ page }) => {
    const member = await person();
    const { code, recoveryCodes } = await withTotp(member, 1);
    const first = async () => {
      await page.goto("/login?callbackUrl=%2Ffiles");
      await page.getByLabel("Email", { exact: true }).fill(member.email);
      await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page).toHaveURL(/\/login\/two-step/);
    };
    const second = async (typed: string, label = "Code from your app") => {
      await page.getByLabel(label).fill(typed);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
    };
    await first();
    for (let count = 1; count <= 4; count++) {
      await second("k7m2x-9qp4d");
      await expect(page.getByLabel("Code from your app")).toHaveAccessibleDescription(/not right/);
      await expect(page.getByLabel("Code from your app")).toHaveValue("");
    }
    await second("k7m2x-9qp4d");
    await expect(page.getByRole("alert")).toContainText("Sign in again");
    await first();
    await second(code());
    await expect(page).toHaveURL(/\/files$/);
    await page.context().clearCookies();
    await first();
    await page.getByRole("link", { name: "Use a recovery code" }).click();
    await second(recoveryCodes[0] ?? "", "Recovery code");
    await expect(page).toHaveURL(/\/files$/);
  });
});
