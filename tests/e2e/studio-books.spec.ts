import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { enterAs, expect, person, test } from "../support/e2e";
import { expectUsable } from "../support/e2e-look";

test("a book of two chapters is written, put in order by keyboard, made into EPUB and PDF, and not there for a stranger", async ({
  page,
  visitor,
}) => {
  await enterAs(page, await person());
  await page.goto("/studio/books");
  await page.getByRole("button", { name: "New book" }).click();
  const dialog = page.getByRole("dialog", { name: "New book" });
  await dialog.getByRole("textbox", { name: "Title" }).fill("The lit doorway");
  await dialog.getByRole("button", { name: "New book" }).click();
  await expect(page.getByRole("heading", { name: "The lit doorway", level: 1 })).toBeVisible();

  await addChapter(page, "Second");
  await page
    .getByRole("textbox", { name: "Text" })
    .fill("## Élève\n\n<script>window.ran = true</script> **bold** [no](javascript:alert(1))");
  const preview = page.getByRole("region", { name: "Preview" });
  await expect(preview.getByRole("heading", { name: "Élève" })).toBeVisible();
  await expect(preview.getByText("<script>window.ran = true</script>")).toBeVisible();
  await expect(preview.getByRole("link")).toHaveCount(0);
  await page.getByRole("button", { name: "Save chapter" }).click();
  await expect(page.getByText(/^Saved at/)).toBeVisible();

  await addChapter(page, "First");
  // Nobody pressed anything: a link takes along what was typed before it.
  await page.getByRole("textbox", { name: "Text" }).fill("Not saved by hand.");
  await page.getByRole("link", { name: "Second" }).click();
  await expect(page.getByRole("textbox", { name: "Chapter title" })).toHaveValue("Second");
  await page.getByRole("link", { name: "First" }).click();
  await expect(page.getByRole("textbox", { name: "Text" })).toHaveValue("Not saved by hand.");
  // Nor does the browser's way back lead to what stood there before.
  await page.getByRole("textbox", { name: "Text" }).fill("Nor is this.");
  await page.getByRole("link", { name: "Second" }).click();
  await expect(page.getByRole("textbox", { name: "Chapter title" })).toHaveValue("Second");
  await page.goBack();
  await expect(page.getByRole("textbox", { name: "Text" })).toHaveValue("Nor is this.");
  await page.getByRole("button", { name: "Move “First” up" }).press("Enter");
  await expect(page.getByText("“First” is chapter 1 now.")).toBeAttached();
  await expect(page.getByRole("navigation", { name: "Chapters" }).getByRole("listitem").first()).toContainText("First");
  await expectUsable(page);

  expect((await made(page, "EPUB")).subarray(30, 58).toString()).toBe("mimetypeapplication/epub+zip");
  expect((await made(page, "PDF")).subarray(0, 5).toString()).toBe("%PDF-");
  expect(await page.evaluate(() => "ran" in window)).toBe(false);

  const stranger = await visitor();
  await enterAs(stranger, await person());
  expect((await stranger.goto(page.url()))?.status()).toBe(404);
});

async function addChapter(page: Page, title: string): Promise<void> {
  await page.getByRole("textbox", { name: "Title of the new chapter" }).fill(title);
  await page.getByRole("button", { name: "Add chapter" }).click();
  await expect(page.getByRole("textbox", { name: "Chapter title" })).toHaveValue(title);
}

async function made(page: Page, format: string): Promise<Buffer> {
  await page.getByRole("button", { name: `Make ${format}`, exact: true }).click();
  const link = page.getByRole("link", { name: `Download ${format}`, exact: true });
  await expect(link).toBeVisible({ timeout: 30_000 });
  const download = page.waitForEvent("download");
  await link.click();
  return readFile(await (await download).path());
}
