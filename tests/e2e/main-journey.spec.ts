import { createHash, randomBytes, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { requireFirstAdmin } from "../../scripts/first-admin";
import { parseEnv } from "../../src/lib/env";
import { confirmAddress, enterAs, expect, PASSWORD, person, signIn, signOutByMenu, signUp, test } from "../support/e2e";
import { startServer } from "../support/server";

const FILE_BYTES = 20_000_000;
/** Slow enough that a person would look at the bar, fast enough for a test. */
const UPLOAD_BYTES_PER_SECOND = 8_000_000;

test("registration says what is wrong beside the field, keeps what was typed and moves to the first error", async ({ page }) => {
  await page.goto("/register");
  const [email, password] = [page.getByLabel("Email", { exact: true }), page.getByLabel("Password", { exact: true })];
  const submit = page.getByRole("button", { name: "Create account", exact: true });
  await email.fill("nobody.at.example");
  await password.fill("plum");
  await submit.click();
  await expect(email).toHaveAccessibleDescription(/This is not an email address/);
  await expect(email).toHaveValue("nobody.at.example");
  await expect(email).toBeFocused();

  const address = `ida.${randomUUID()}@example.org`;
  await email.fill(address);
  await password.fill("password1234");
  await submit.click();
  await expect(password).toHaveAccessibleDescription(/much used password/);
  await expect(password).toBeFocused();
  await expect(email).toHaveValue(address);
  await expect(email).not.toHaveAttribute("aria-invalid");
});

test("a form that waits for its answer takes nothing that the answer would take away again", async ({ page }) => {
  const { email } = await person();
  let answer = () => {};
  const held = new Promise<void>((done) => {
    answer = done;
  });
  await page.route("**/login", async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await page.goto("/login");
  const password = page.getByLabel("Password", { exact: true });
  await page.getByLabel("Email", { exact: true }).fill(email);
  await password.fill("not-the-one-at-all");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(password).not.toBeEditable();
  answer();
  await expect(page.getByRole("alert").filter({ hasText: "wrong" })).toBeVisible();
  await expect(password).toBeEditable();
  await password.fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).toHaveURL(/\/members$/);
});

test("an address that has an account already is answered like any other, and its owner told by mail", async ({ page, site }) => {
  const { email } = await person();
  await page.goto("/register");
  await page.getByLabel("Email", { exact: true }).fill(email.toUpperCase());
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await expect(page).toHaveURL(/\/verify-email$/);
  await expect(page.getByText(email)).toBeVisible();
  await expect
    .poll(async () => await site.sql(`SELECT template FROM "Mail" WHERE "to" = $1`, [email]))
    .toEqual([{ template: "alreadyRegistered" }]);
});

test("a new member completes a profile and arrives where they were going", async ({ page, site }) => {
  const email = `noor.${randomUUID()}@example.org`;
  await page.goto("/settings/profile");
  await expect(page).toHaveURL(/\/login\?/);
  await page.getByRole("link", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Create your account" })).toBeVisible();
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await confirmAddress(page, { email, site });
  await expect(page).toHaveURL(/\/onboarding\?/);

  const save = page.getByRole("button", { name: "Save profile", exact: true });
  await page.getByLabel("City", { exact: true }).fill("Lyon");
  await save.click();
  const name = page.getByLabel("Full name", { exact: true });
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/This is missing/);
  await expect(page.getByLabel("City", { exact: true })).toHaveValue("Lyon");

  await name.fill("Noor de Vries");
  await page.getByLabel("Interests", { exact: true }).fill("choir, bread");
  await page.getByLabel("About you", { exact: true }).fill("I bake.\nOn Sundays.");
  await save.click();
  await expect(page).toHaveURL(/\/settings\/profile$/);
  await expect(page.getByLabel("Full name", { exact: true })).toHaveValue("Noor de Vries");
  const [row] = await site.sql(`SELECT city, interests, bio, "profileComplete" FROM "User" WHERE email = $1`, [email]);
  expect(row).toEqual({ city: "Lyon", interests: ["choir", "bread"], bio: "I bake.\nOn Sundays.", profileComplete: true });

  await page.getByLabel("City", { exact: true }).fill("Grenoble");
  await save.click();
  await expect(page.getByText("Profile saved.")).toBeVisible();
  await expect(page.getByLabel("City", { exact: true })).toHaveValue("Grenoble");
});

test("every members' page leads to onboarding and back while the profile is incomplete", async ({ page, site }) => {
  await signUp(page, { email: `omar.${randomUUID()}@example.org`, site });
  for (const path of ["/members", "/files", "/settings/profile", "/admin/users"]) {
    await page.goto(path);
    expect(new URL(page.url()).pathname).toBe("/onboarding");
    expect(new URL(page.url()).searchParams.get("callbackUrl")).toBe(path);
  }
  expect((await page.request.get("/api/files")).status()).toBe(403);
});

test("a 20 MB file goes up with visible progress, comes down byte for byte, is renamed and deleted", async ({ page }, info) => {
  await enterAs(page, await person());
  await page.goto("/files");
  await expect(page.getByText("No files yet")).toBeVisible();
  const path = info.outputPath("ledger.txt");
  writeFileSync(path, randomBytes(FILE_BYTES / 2).toString("hex"));

  const network = await page.context().newCDPSession(page);
  await network.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: UPLOAD_BYTES_PER_SECOND,
  });
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Upload file", exact: true }).click();
  await (await chooser).setFiles(path);
  const uploads = page.getByRole("list", { name: "Uploads" });
  const bar = uploads.getByRole("progressbar", { name: /ledger\.txt/ });
  const seen = new Set<number>();
  await expect
    .poll(async () => seen.add(Number(await bar.getAttribute("aria-valuenow", { timeout: 1_000 }).catch(() => 100))).size, {
      intervals: [50],
    })
    .toBeGreaterThan(3);
  expect([...seen].some((percent) => percent > 0 && percent < 100)).toBe(true);
  await expect(uploads.getByText("Uploaded", { exact: true })).toBeVisible({ timeout: 20_000 });

  const row = page.getByRole("row", { name: /ledger\.txt/ });
  await expect(row).toContainText("20 MB");
  const download = page.waitForEvent("download");
  const link = row.getByRole("link", { name: "ledger.txt" });
  await link.click();
  expect((await download).suggestedFilename()).toBe("ledger.txt");
  // Without it a browser knows no end, and shows no progress.
  const head = await page.request.head((await link.getAttribute("href")) ?? "");
  expect(head.headers()["content-length"]).toBe(String(FILE_BYTES));
  expect(hashOf(await (await download).path())).toBe(hashOf(path));

  await chooseInMenu(page, "ledger.txt", "Rename");
  const dialog = page.getByRole("dialog", { name: "Rename ledger.txt" });
  await dialog.getByLabel("New name").fill("Kassenbuch 2026.txt");
  await dialog.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("link", { name: "Kassenbuch 2026.txt" })).toBeVisible();

  await chooseInMenu(page, "Kassenbuch 2026.txt", "Delete file");
  const question = page.getByRole("alertdialog", { name: "Delete Kassenbuch 2026.txt?" });
  await expect(question).toContainText("cannot be brought back");
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("link", { name: "Kassenbuch 2026.txt" })).toBeVisible();
  await chooseInMenu(page, "Kassenbuch 2026.txt", "Delete file");
  await question.getByRole("button", { name: "Delete file" }).click();
  await expect(page.getByText("Kassenbuch 2026.txt is deleted.")).toBeVisible();
  await expect(page.getByText("No files yet")).toBeVisible();
});

test("an upload that cannot be is refused with its reason and leaves nothing", async ({ page }) => {
  await enterAs(page, await person());
  await page.goto("/files");
  const uploads = page.getByRole("list", { name: "Uploads" });
  await page.locator('input[type="file"]').setInputFiles([
    { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
    { name: "tool.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
    { name: "photo.png", mimeType: "image/png", buffer: Buffer.from("<script>alert(1)</script>") },
  ]);
  await expect(uploads.getByRole("listitem").filter({ hasText: "empty.txt" })).toContainText("Not uploaded");
  await expect(uploads.getByRole("listitem").filter({ hasText: "tool.exe" })).toContainText("Files of this type are not accepted");
  await expect(uploads.getByRole("listitem").filter({ hasText: "photo.png" })).toContainText("not what the file’s name says");
  await page.reload();
  await expect(page.getByText("No files yet")).toBeVisible();
});

test("an admin finds a member by half a name and makes them ADMIN; the member's open window has it on its next page", async ({
  page,
  asAdmin,
}) => {
  const family = `Quill${randomUUID().slice(0, 8)}`;
  const member = await person({ name: `Wilma ${family}` });
  await enterAs(page, member);
  await page.goto("/admin");
  await expect(page).toHaveURL(/\/forbidden$/);
  await page.getByRole("link", { name: "Go to the members’ area" }).click();
  await expect(page.getByRole("link", { name: "Users" })).toHaveCount(0);
  await page.evaluate(() => Object.assign(window, { sameWindow: true }));

  await asAdmin.goto("/admin/users");
  await asAdmin.getByRole("searchbox", { name: "Search by name, email or id" }).fill(family.slice(2).toLowerCase());
  await asAdmin.getByRole("button", { name: "Search" }).click();
  await expect(asAdmin.getByText("1 person")).toBeVisible();
  await asAdmin.getByRole("button", { name: `Change role of Wilma ${family}` }).click();
  const dialog = asAdmin.getByRole("alertdialog", { name: `Change the role of Wilma ${family}` });
  await expect(dialog).toContainText(`Wilma ${family} becomes an admin`);
  await dialog.getByRole("button", { name: "Change role", exact: true }).click();
  await expect(asAdmin.getByRole("row", { name: new RegExp(family) })).toContainText("Admin");

  await page.getByRole("link", { name: "Files", exact: true }).click();
  await expect(page).toHaveURL(/\/files$/);
  await page.getByRole("link", { name: "Users", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Users", level: 1 })).toBeVisible();
  expect(await page.evaluate(() => "sameWindow" in window), "the window was not loaded anew").toBe(true);
});

test("a sign-out makes a copied cookie worthless", async ({ page, visitor }) => {
  await signIn(page, await person());
  const thief = await visitor();
  await thief.context().addCookies(await page.context().cookies());
  expect((await thief.request.get("/api/files")).status()).toBe(200);

  await signOutByMenu(page);
  await expect(page).toHaveURL(/\/login/);
  expect((await thief.request.get("/api/files")).status()).toBe(401);
  await thief.goto("/members");
  await expect(thief).toHaveURL(/\/login/);
});

test("a change of password signs out the other devices and not this one", async ({ page, visitor }) => {
  const member = await person();
  const other = await visitor();
  await enterAs(page, member);
  await enterAs(other, member);
  await page.goto("/settings/security");
  await page.getByLabel("Current password", { exact: true }).first().fill("wrong");
  await page.getByLabel("New password", { exact: true }).fill("tundra-marble-oboe-41");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password", { exact: true }).first()).toHaveAccessibleDescription(/not your password/);
  await page.getByLabel("Current password", { exact: true }).first().fill(PASSWORD);
  await page.getByLabel("New password", { exact: true }).fill("tundra-marble-oboe-41");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Password changed" }).first()).toBeVisible();
  expect((await page.request.get("/api/files")).status()).toBe(200);
  expect((await other.request.get("/api/files")).status()).toBe(401);
});

test("the first admin has to replace the one-time password, and the note with it goes", async ({ page }) => {
  const server = await startServer();
  try {
    const env = parseEnv({
      DATABASE_URL: server.databaseUrl,
      FOYER_DATA: server.data,
      AUTH_SECRET: process.env.AUTH_SECRET,
      BCRYPT_COST: "4",
    });
    await requireFirstAdmin(server.databaseUrl, env);
    const note = join(server.data, "first-admin.txt");
    const oneTime = /^Password: +(.+)$/m.exec(readFileSync(note, "utf8"))?.[1] ?? "";

    await page.goto(`${server.url}/login`);
    await page.getByLabel("Email", { exact: true }).fill("admin@foyer.local");
    await page.getByLabel("Password", { exact: true }).fill(oneTime);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL(/\/settings\/security/);
    await expect(page.getByText("Choose your own before you go on")).toBeVisible();
    await page.goto(`${server.url}/admin/users`);
    await expect(page, "no other page is open yet").toHaveURL(/\/settings\/security/);
    await page.getByLabel("Current password", { exact: true }).fill(oneTime);
    await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Password changed").first()).toBeVisible();
    expect(existsSync(note)).toBe(false);
    await page.goto(`${server.url}/admin/users`);
    await expect(page.getByRole("heading", { name: "Users", level: 1 })).toBeVisible();
  } finally {
    await server.stop();
  }
});

async function chooseInMenu(page: Page, file: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${file}` }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
