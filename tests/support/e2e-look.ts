import type { Page } from "@playwright/test";
import { axe, expect, test } from "./e2e";

export const SIZES = { phone: { width: 360, height: 780 }, desktop: { width: 1280, height: 900 } };

/**
 * Fails where the page as it stands has a serious barrier or scrolls sideways, on a phone and on a desk, in either theme. It is
 * loaded once: the sizes are the window's, and the theme is the attribute that the cookie of that name makes.
 * `look` is shown each of the four.
 */
export async function expectUsable(page: Page, look?: (theme: string, size: string) => Promise<unknown>): Promise<void> {
  const { pathname, search } = new URL(page.url());
  for (const theme of ["light", "dark"]) {
    await page.evaluate((chosen) => document.documentElement.setAttribute("data-theme", chosen), theme);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await test.step(`${pathname}${search}: ${theme}, ${size}`, async () => {
        await page.setViewportSize(viewport);
        await settle(page);
        // Nothing but colour depends on the theme.
        await axe(page, theme === "dark" ? ["color-contrast"] : undefined);
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
          `${pathname} sideways: ${theme}, ${size}`,
        ).toBeLessThanOrEqual(0);
        await look?.(theme, size);
      });
    }
  }
}

/** Brings what moves to its end, without waiting for it: half-transparent text in a transition is no colour anybody reads. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
  });
}
