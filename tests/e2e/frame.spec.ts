import { expect, test } from "../support/e2e";

test("on a low screen the current section is in view on every page, and the sections stay where they were", async ({ asAdmin: page }) => {
  await page.setViewportSize({ width: 1280, height: 640 });
  const sections = page.getByRole("navigation", { name: "Main", exact: true });
  const scrolled = () => sections.evaluate(({ scrollTop }) => scrollTop);
  await page.goto("/admin/audit");
  const current = sections.locator('[aria-current="page"]');
  await expect(current).toHaveText("Audit log");
  await expect(current).toBeInViewport({ ratio: 1 });
  const before = await scrolled();
  expect(before).toBeGreaterThan(0);
  await sections.getByRole("link", { name: "Policy" }).click();
  await expect(current).toHaveText("Policy");
  await expect(current).toBeInViewport({ ratio: 1 });
  expect(await scrolled()).toBe(before);
  expect(await page.evaluate(() => scrollY)).toBe(0);
});
