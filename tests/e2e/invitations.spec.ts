import { randomUUID } from "node:crypto";
import { axe, expect, linkTo, PASSWORD, test } from "../support/e2e";

test("an admin invites somebody, who comes in by the mail without JavaScript; the admin deletes their account, and it is gone", async ({
  asAdmin,
  browser,
  site,
}) => {
  const email = `guest.${randomUUID()}@example.org`;
  await asAdmin.goto("/admin/invitations");
  await asAdmin.getByRole("button", { name: "Invite", exact: true }).click();
  await asAdmin.getByLabel("Email", { exact: true }).fill(email);
  await axe(asAdmin);
  await asAdmin.getByRole("button", { name: "Send invitation" }).click();
  await expect(asAdmin.getByText(`The invitation to ${email}`)).toBeVisible();
  await expect(asAdmin.getByRole("row", { name: email })).toContainText("Pending");

  const context = await browser.newContext({ baseURL: site.url, locale: "en-US", javaScriptEnabled: false });
  const guest = await context.newPage();
  const link = await linkTo(email, "invitation", site);
  // Read by a mail scanner first.
  const answer = await guest.request.get(link);
  expect([answer.status(), answer.headers()["referrer-policy"]]).toEqual([200, "strict-origin"]);
  await guest.goto(link);
  await guest.getByLabel("Full name", { exact: true }).fill("Ada Okafor");
  await guest.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await guest.getByRole("button", { name: "Create account" }).click();
  await expect(guest).toHaveURL(/\/onboarding/);
  await guest.goto(link);
  await expect(guest.getByRole("heading", { level: 1 })).toHaveText("This link has expired");

  await asAdmin.reload();
  await expect(asAdmin.getByRole("row", { name: email })).toContainText("Accepted");
  await asAdmin.getByRole("link", { name: email }).click();
  await asAdmin.getByRole("button", { name: "Actions: Ada Okafor" }).click();
  await asAdmin.getByRole("menuitem", { name: "Delete account" }).click();
  await asAdmin.getByLabel("Now", { exact: true }).check();
  await asAdmin.getByLabel(`Type ${email} to confirm`).fill(email);
  await axe(asAdmin);
  await asAdmin.getByRole("button", { name: "Delete account" }).click();
  await expect(asAdmin).toHaveURL(/\/admin\/users$/);
  await expect.poll(() => site.sql(`SELECT 1 FROM "User" WHERE email = $1`, [email])).toEqual([]);
  await expect.poll(async () => (await guest.request.get("/api/files")).status()).toBe(401);
  await context.close();
});
