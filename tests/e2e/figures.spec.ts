import { expect, test } from "../support/e2e";

const DAY_MS = 86_400_000;

test("an admin looks at a week, walks through a curve by keyboard, opens it as a table, and chooses days of their own", async ({
  asAdmin: page,
  site,
}) => {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  // As the worker writes it, of a day that is closed.
  await site.sql(
    `INSERT INTO "DailyFigure" ("day", "metric", "dimension", "value")
       VALUES ($1::date, 'active.day', '', 41), ($1::date, 'active.week', '', 1234), ($1::date, 'computed', '', $2)
     ON CONFLICT ("day", "metric", "dimension") DO UPDATE SET "value" = EXCLUDED."value"`,
    [day(midnight - DAY_MS), midnight + 2 * DAY_MS],
  );
  await page.goto("/admin");
  await expect(page.getByRole("heading", { name: "Figures", level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "7 days" }).click();
  await expect(page).toHaveURL(/\/admin\?range=7$/);
  await expect(page.getByRole("link", { name: "7 days" })).toHaveAttribute("aria-current", "true");

  const curve = page.getByRole("slider", { name: /^Active people/ });
  await curve.focus();
  await curve.press("ArrowLeft");
  await expect(curve).toHaveAttribute("aria-valuetext", /Within the day 41, Within 7 days 1,234/);
  await expect(page.locator("[data-slot=chart-tooltip]")).toContainText("1,234");
  await curve.press("Escape");
  await expect(page.locator("[data-slot=chart-tooltip]")).toHaveCount(0);

  const part = page.locator("section").filter({ has: page.getByRole("heading", { name: "Active people" }) });
  await part.getByText("Show as a table").click();
  await expect(part.getByRole("table", { name: "Active people" }).getByRole("row")).toHaveCount(8);
  await expect(part.getByRole("row", { name: /1,234/ })).toBeVisible();

  await page.getByLabel("From", { exact: true }).fill(day(midnight - 9 * DAY_MS));
  await page.getByLabel("To", { exact: true }).fill(day(midnight));
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`from=${day(midnight - 9 * DAY_MS)}&to=${day(midnight)}$`));
  await expect(page.getByText("Compared with the 10 days before.")).toBeVisible();
});
