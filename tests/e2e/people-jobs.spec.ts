import { randomUUID } from "node:crypto";
import { expect, test } from "../support/e2e";

test("people chosen on two pages are banned by the worker, whose progress and report are seen", async ({ asAdmin: page, site }) => {
  const name = `Zoe ${randomUUID().slice(0, 8)}`;
  await site.sql(
    `INSERT INTO "User" ("id", "email", "name", "emailVerified", "profileComplete", "bannedAt", "updatedAt")
     SELECT gen_random_uuid(), n || '.' || $1 || '@example.org', $2 || ' ' || lpad(n::text, 2, '0'), now(), true, CASE WHEN n = 60 THEN now() END, now() FROM generate_series(1, 60) n`,
    [randomUUID(), name],
  );
  await page.goto(`/admin/users?${new URLSearchParams({ q: name, sort: "name" })}`);
  await expect(page.getByText("60 people", { exact: true })).toBeVisible();
  await page.getByRole("checkbox", { name: `Select ${name} 01`, exact: true }).check();
  await page.getByRole("checkbox", { name: `Select ${name} 02`, exact: true }).check();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByRole("checkbox", { name: `Select ${name} 60`, exact: true })).toBeVisible();
  const bar = page.getByRole("region", { name: "Selected people" });
  await expect(bar.getByRole("status")).toHaveText("2 people selected");
  await page.getByRole("checkbox", { name: `Select ${name} 60`, exact: true }).check();
  await expect(bar.getByRole("status")).toHaveText("3 people selected");

  await bar.getByRole("button", { name: "What to do" }).click();
  await page.getByRole("menuitem", { name: "Ban", exact: true }).click();
  const dialog = page.getByRole("alertdialog", { name: "Ban: 3 people" });
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();
  await expect(dialog.getByLabel("Reason")).toHaveAccessibleDescription(/This is missing/);
  await dialog.getByLabel("Reason").fill("Spam");
  await dialog.getByRole("button", { name: "Ban", exact: true }).click();

  await expect(page).toHaveURL(/\/admin\/jobs\/[0-9a-f-]{36}$/);
  await expect(page.getByText("2 done, 1 left alone")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("row", { name: `${name} 60` })).toContainText("Is banned already.");
  expect(await site.sql(`SELECT name FROM "User" WHERE "banReason" = 'Spam' AND starts_with(name, $1) ORDER BY name`, [name])).toEqual([
    { name: `${name} 01` },
    { name: `${name} 02` },
  ]);
  await page.goto("/admin/users");
  await expect(page.getByRole("region", { name: "Selected people" })).toHaveCount(0);
});
