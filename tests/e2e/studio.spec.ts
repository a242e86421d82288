import { enterAs, expect, person, test } from "../support/e2e";
import { expectUsable } from "../support/e2e-look";

test("four images arrive while the page is loaded again, open, and are chosen and deleted", async ({ page }) => {
  await enterAs(page, await person());
  await page.goto("/studio");
  await expect(page).toHaveURL(/\/studio\/images$/);
  await page.getByRole("button", { name: "Generate images" }).click();
  await expect(page.getByLabel("What it shows")).toHaveAccessibleDescription(/./);
  await page.getByLabel("What it shows").fill("A lit doorway");
  await page.getByLabel("How many").selectOption("4");
  await page.getByRole("button", { name: "Generate images" }).click();
  await expect(page.getByText("Your images are on their way.")).toBeVisible();
  await page.reload();
  const images = page.getByRole("list", { name: "Your images" });
  await expect(images.getByRole("button", { name: /a-lit-doorway-\d\.png/ })).toHaveCount(4, { timeout: 30_000 });
  await expect(images.getByRole("heading", { name: "A lit doorway" })).toBeVisible();
  await images.getByRole("button", { name: /a-lit-doorway-2\.png/ }).click();
  const shown = page.getByRole("dialog").getByRole("img", { name: "a-lit-doorway-2.png" });
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1024);
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("dialog").getByRole("img", { name: "a-lit-doorway-3.png" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).toHaveURL(/\/studio\/images$/);
  // Closed twice, it goes back once.
  await images.getByRole("button", { name: /a-lit-doorway-2\.png/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: "Close" })
    .last()
    .evaluate((button: HTMLElement) => [button.click(), button.click()]);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).toHaveURL(/\/studio\/images$/);
  const bar = page.getByRole("region", { name: "Selected files" });
  await page.getByRole("checkbox", { name: "Select a-lit-doorway-1.png" }).check();
  await expect(bar).toBeVisible();
  // Whoever leaves the page leaves no selection behind.
  await page.getByRole("link", { name: "Home", exact: true }).click();
  await expect(page).toHaveURL(/\/members$/);
  await page.getByRole("link", { name: "Images", exact: true }).click();
  await expect(page.getByRole("checkbox", { name: "Select a-lit-doorway-1.png" })).not.toBeChecked();
  await expect(bar).toHaveCount(0);
  await page.getByRole("checkbox", { name: "Select a-lit-doorway-1.png" }).check();
  await page.getByRole("checkbox", { name: "Select a-lit-doorway-3.png" }).check();
  await expect(bar.getByRole("status")).toHaveText("2 files selected");
  await expectUsable(page);
  await expect(bar.getByRole("link", { name: "Download as ZIP" })).toHaveAttribute(
    "href",
    /^\/api\/files\/archive\?ids=[\w-]{36},[\w-]{36}$/,
  );
  await bar.getByRole("button", { name: "Delete files" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete files" }).click();
  await expect(images.getByRole("button", { name: /a-lit-doorway-\d\.png/ })).toHaveCount(2);
});

test("a video is watched on two pages while it is made, and cancelled", async ({ page }) => {
  await enterAs(page, await person());
  await page.goto("/studio/videos");
  await expect(page.getByText("It takes a moment")).toBeVisible();
  await page.getByLabel("What it shows").fill("Snow falls");
  await page.getByRole("button", { name: "Generate videos" }).click();
  const job = page.locator('[data-slot="job"]').filter({ hasText: "Snow falls" });
  await expect(job).toContainText("Being made · 12%", { timeout: 30_000 });
  await page.goto("/members");
  await expect(job).toContainText("Being made");
  await job.getByRole("button", { name: "Cancel job" }).click();
  await expect(page.getByRole("heading", { name: "Under way" })).toHaveCount(0);
  await page.goto("/studio/videos");
  await expect(job.getByRole("status")).toHaveText("Cancelled");
  await expect(job).toContainText("Nothing had arrived yet.");
  await expect(job.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectUsable(page);
});
