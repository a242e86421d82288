import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enterAs, expect, person, test } from "../support/e2e";

/** Nine parts: above 64 MB, what is sent is cut into 8 MiB. */
const SIZE_BYTES = 70_000_000;

test("a large upload that a reload broke off goes on with the same file, and sends nothing twice", async ({ page, site }) => {
  const folder = mkdtempSync(join(tmpdir(), "foyer-large-"));
  const [path, other] = [join(folder, "minutes.txt"), join(folder, "other.txt")];
  writeFileSync(path, Buffer.alloc(SIZE_BYTES, "Minutes of the meeting.\n"));
  writeFileSync(other, "other");
  const member = await person();
  await enterAs(page, member);
  await page.goto("/files");
  const sent: string[] = [];
  let isBroken = true;
  await page.route(/\/api\/storage\//, async (route) => {
    const part = new URL(route.request().url()).searchParams.get("p") ?? "whole";
    // The line is dead from the fourth part on: nobody answers, until the page is left.
    if (isBroken && Number(part) > 3) return;
    await route.continue();
    sent.push(part);
  });
  await page.locator('input[type="file"]').first().setInputFiles(path);
  const uploads = page.getByRole("list", { name: "Uploads" });
  await expect(uploads.getByText("35 %")).toBeVisible();
  page.on("dialog", (dialog) => void dialog.accept());
  await page.reload();
  isBroken = false;

  const resume = page.getByRole("button", { name: "Resume minutes.txt" });
  for (const [chosen, says] of [
    [other, page.getByText("That is not the file that was begun")],
    [path, uploads.getByText("Uploaded", { exact: true })],
  ] as const) {
    const chooser = page.waitForEvent("filechooser");
    await resume.click();
    await (await chooser).setFiles(chosen);
    await expect(says).toBeVisible({ timeout: 20_000 });
  }
  expect(sent.sort()).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  await expect(page.getByRole("row", { name: /minutes\.txt/ })).toBeVisible();
  await expect(resume).toHaveCount(0);
  const rows = await site.sql(`SELECT status, "sizeBytes"::int AS bytes FROM "File" WHERE "ownerId" = $1`, [member.id]);
  expect(rows).toEqual([{ status: "READY", bytes: SIZE_BYTES }]);
  rmSync(folder, { recursive: true });
});
