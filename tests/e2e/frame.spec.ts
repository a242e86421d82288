import { randomUUID } from "node:crypto";
import { expect, person, test } from "../support/e2e";

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

  // In the drawer of a phone too, behind which nothing takes the focus until it is shut.
  await page.setViewportSize({ width: 390, height: 664 });
  await page.getByRole("button", { name: "Open navigation" }).click();
  await expect(current).toBeInViewport({ ratio: 1 });
  const isInert = () => page.locator("#content").evaluate((content: HTMLElement) => content.inert);
  await expect.poll(isInert).toBe(true);
  await sections.getByRole("link", { name: "System" }).click();
  await expect(page).toHaveURL(/\/admin\/system$/);
  await expect(page.locator(":popover-open")).toHaveCount(0);
  expect(await isInert()).toBe(false);
});

test("the account menu holds its whole row, and a search whose people are all selected offers no more of them", async ({
  asAdmin: page,
}) => {
  const name = `Ines ${randomUUID().slice(0, 8)}`;
  await Promise.all([1, 2].map((n) => person({ name: `${name} ${n}` })));
  await page.goto(`/admin/users?${new URLSearchParams({ q: name })}`);
  const bar = page.getByRole("region", { name: "Selected people" });
  await page.getByRole("checkbox", { name: `Select ${name} 1`, exact: true }).check();
  await expect(bar.getByRole("button", { name: /^Select all/ })).toBeVisible();
  await page.getByRole("checkbox", { name: `Select ${name} 2`, exact: true }).check();
  await expect(bar.getByRole("status")).toHaveText("2 people selected");
  await expect(bar.getByRole("button", { name: /^Select all/ })).toHaveCount(0);

  await page.getByRole("button", { name: /^Your account/ }).click();
  const menu = page.locator('[data-slot="account-menu"]');
  const rightOf = (element: typeof menu) => element.evaluate((node) => node.getBoundingClientRect().right);
  expect((await rightOf(menu)) - (await rightOf(menu.locator("fieldset").last()))).toBeGreaterThanOrEqual(8);
});
