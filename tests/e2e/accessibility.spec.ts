import type { Page } from "@playwright/test";
import { admin, enterAs, expect, person, test } from "../support/e2e";
import { expectUsable, SIZES } from "../support/e2e-look";
import { type Door, OTHERS, pages } from "../support/e2e-pages";
import { file } from "../support/people";

test("no page that anybody sees has a serious barrier or scrolls sideways, on a phone or a desk, in either theme", async ({ page }) => {
  test.slow();
  await expectUsablePages(page, "anonymous");
  await page.goto("/no-such-page");
  await expectUsable(page);
  await page.goto("/register");
  await page.getByRole("button", { name: "Create account", exact: true }).click();
  await expect(page.locator('[aria-invalid="true"]').first()).toBeVisible();
  await expectUsable(page);
});

test("no page behind sign-in has a serious barrier or scrolls sideways, on a phone or a desk, in either theme", async ({
  page,
  visitor,
}) => {
  test.slow();
  const newcomer = await visitor();
  await enterAs(newcomer, await person({ complete: false }));
  await expectUsablePages(newcomer, "newcomer");

  const boss = await admin();
  await file(boss, { name: "a name that is far longer than any phone is wide and has-no-good-place-to-break-in-2026.pdf" });
  await person({ name: "Maximiliane-Wilhelmina Featherstonehaugh-Cholmondeley von und zu Hohenlohe" });
  await enterAs(page, boss);
  await expectUsablePages(page, "admin");
  await page.goto("/admin/users?q=nobody-is-called-this");
  await expectUsable(page);
  await page.goto("/files");
  await page.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Delete file" }).click();
  await expect(page.getByRole("alertdialog")).toHaveCSS("opacity", "1");
  await expectUsable(page);
});

test("at 360 px the sections lie in a drawer that closes by itself", async ({ page }) => {
  await page.setViewportSize(SIZES.phone);
  await enterAs(page, await person());
  await page.goto("/members");
  await page.getByRole("button", { name: "Open navigation" }).click();
  await page.getByRole("link", { name: "Files", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Files", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: "Files", exact: true })).toBeHidden();
  await page.getByRole("button", { name: "Open navigation" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Open navigation" })).toBeFocused();
});

test("by keyboard: the first stop on every page skips to its content, and each stop shows where it is", async ({ page, asAdmin }) => {
  for (const path of ["/", "/login", "/register"]) await expectSkipLink(page, path);
  for (const path of ["/members", "/files", "/settings/profile", "/settings/security", "/admin/users"]) await expectSkipLink(asAdmin, path);

  await page.goto("/login");
  const stops = new Set<string>();
  for (let stop = 0; stop < 16; stop++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) break;
    stops.add((await focused.getAttribute("name")) ?? (await focused.textContent()) ?? "");
    const { outlineStyle, outlineWidth } = await focused.evaluate((element) => getComputedStyle(element));
    expect(`${outlineStyle} ${outlineWidth}`, [...stops].at(-1)).toBe("solid 2px");
  }
  for (const stop of ["email", "password", "Sign in", "theme", "locale"]) expect([...stops]).toContain(stop);
});

test("by keyboard: a dialog holds the focus, Escape closes it and gives the focus back", async ({ asAdmin: page }) => {
  await person({ name: "Zora Keyboard" });
  await page.goto("/admin/users?q=Zora+Keyboard");
  const trigger = page.getByRole("button", { name: /^Change role of Zora/ }).first();
  await trigger.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toBeVisible();
  for (let stop = 0; stop < 5; stop++) {
    await page.keyboard.press("Tab");
    await expect(dialog.locator(":focus"), `after ${stop + 1} steps`).toHaveCount(1);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(trigger).toBeFocused();
});

test("by keyboard: `/` goes to the search, and is a letter where one types", async ({ asAdmin: page }) => {
  await page.goto("/admin/users");
  const search = page.getByRole("searchbox");
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(search).toBeFocused({ timeout: 500 });
  }).toPass();
  await search.fill("");
  await page.keyboard.type("a/b");
  await expect(search).toHaveValue("a/b");
});

test("with reduced motion nothing moves", async ({ asAdmin: page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const path of ["/", "/members", "/files", "/admin/users"]) {
    await page.goto(path);
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element);
          return animationName !== "none" || transitionDuration.split(",").some((duration) => Number.parseFloat(duration) > 0);
        })
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(moving, path).toEqual([]);
  }
});

test("no two pages have the same title", async ({ page, asAdmin }) => {
  // One page at another address is one page.
  const seen = pages().filter(({ path, door }) => door !== "newcomer" && !OTHERS.includes(path));
  const titles = await Promise.all(
    seen.map(async ({ path, door }) => {
      const html = await (await (door === "admin" ? asAdmin : page).request.get(path)).text();
      return /<title>(.+?)<\/title>/.exec(html)?.[1];
    }),
  );
  expect(titles).not.toContain(undefined);
  expect(new Set(titles).size, titles.join(", ")).toBe(seen.length);
});

/** Every page that this viewer sees: it says where one is and in which language, and can be used. */
async function expectUsablePages(page: Page, viewer: Door): Promise<void> {
  for (const { path } of pages().filter(({ door }) => door === viewer)) {
    await page.goto(path);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.locator("h1"), path).toHaveCount(1);
    await expect(page.locator("html"), path).toHaveAttribute("lang", "en");
    await expect(page.getByRole("main"), path).toHaveCount(1);
    await expectUsable(page);
  }
}

async function expectSkipLink(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip, path).toBeFocused();
  await expect(skip, path).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main"), path).toBeFocused();
}
