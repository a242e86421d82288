import type { Page } from "@playwright/test";
import { admin, axe, expect, person, signIn, test } from "../support/e2e";
import { pages } from "../support/e2e-pages";
import { file } from "../support/people";

const SIZES = { phone: { width: 360, height: 780 }, desktop: { width: 1280, height: 900 } };
const THEMES = ["light", "dark"] as const;

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`no page has a serious barrier or scrolls sideways: ${theme}, ${size}`, async ({ visitor, site }) => {
      test.slow();
      const open = async (who?: Awaited<ReturnType<typeof person>>) => {
        const page = await visitor();
        await page.setViewportSize(viewport);
        await page.context().addCookies([{ name: "theme", value: theme, url: site.url }]);
        if (who) await signIn(page, who);
        return page;
      };
      // Nothing but colour depends on the theme.
      const judge = (page: Page) => judged(page, theme === "dark" ? ["color-contrast"] : undefined);
      const boss = await admin();
      await file(boss, { name: "a name that is far longer than any phone is wide and has-no-good-place-to-break-in-2026.pdf" });
      await person({ name: "Maximiliane-Wilhelmina Featherstonehaugh-Cholmondeley von und zu Hohenlohe" });
      const viewers = { anonymous: await open(), newcomer: await open(await person({ complete: false })), admin: await open(boss) };
      for (const { path, door } of pages()) {
        const page = viewers[door];
        await page.goto(path);
        await expect(page).toHaveURL(new RegExp(`${path}$`));
        await judge(page);
      }
      await viewers.anonymous.goto("/no-such-page");
      await judge(viewers.anonymous);
      await viewers.anonymous.goto("/register");
      await viewers.anonymous.getByRole("button", { name: "Create account", exact: true }).click();
      await expect(viewers.anonymous.locator('[aria-invalid="true"]').first()).toBeVisible();
      await judge(viewers.anonymous);
      await viewers.admin.goto("/admin/users?q=nobody-is-called-this");
      await judge(viewers.admin);
      await viewers.admin.goto("/files");
      await viewers.admin.getByRole("button", { name: /^Actions for/ }).click();
      await viewers.admin.getByRole("menuitem", { name: "Delete file" }).click();
      await expect(viewers.admin.getByRole("alertdialog")).toHaveCSS("opacity", "1");
      await judge(viewers.admin);
    });
  }
}

test("at 360 px the sections lie in a drawer that closes by itself", async ({ page }) => {
  await page.setViewportSize(SIZES.phone);
  await signIn(page, await person());
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

test("titles, language and headings say where one is", async ({ page, asAdmin }) => {
  const titles = new Set<string>();
  const seen = pages().filter(({ door }) => door !== "newcomer");
  for (const { path, door } of seen) {
    const at = door === "admin" ? asAdmin : page;
    await at.goto(path);
    await expect(at.locator("h1"), path).toHaveCount(1);
    await expect(at.locator("html"), path).toHaveAttribute("lang", "en");
    await expect(at.getByRole("main"), path).toHaveCount(1);
    titles.add(await at.title());
  }
  expect(titles.size, [...titles].join(", ")).toBe(seen.length);
});

async function judged(page: Page, rules?: string[]): Promise<void> {
  await test.step(`${new URL(page.url()).pathname}${new URL(page.url()).search}`, async () => {
    // Half-transparent text in a transition is no colour anybody reads.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
    await axe(page, rules);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      "sideways",
    ).toBeLessThanOrEqual(0);
  });
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
