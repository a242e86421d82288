import { axe, expect, test } from "../support/e2e";

test("the estimator is loaded with the first focus, names what is weak and says when it is enough, in the page's language", async ({
  page,
}) => {
  const scripts: number[] = [];
  page.on("response", async (response) => {
    if (/\.js(?:\?|$)/.test(response.url())) scripts.push((await response.body().catch(() => Buffer.alloc(0))).byteLength);
  });
  await page.goto("/register", { waitUntil: "networkidle" });
  const before = scripts.reduce((sum, bytes) => sum + bytes, 0);
  await page.getByLabel("Email").fill("ada.okafor@example.org");
  const field = page.getByLabel("Password", { exact: true });
  await field.focus();
  await field.fill("password");
  const status = page.locator("[data-slot=strength] [role=status]");
  await expect(status).toContainText("Strength: very weak. This is one of the ten most used passwords.");
  // The dictionaries came with the focus, and not before.
  expect(scripts.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(before + 1_000_000);
  expect(before).toBeLessThan(1_000_000);
  await axe(page);
  await field.fill("ada.okafor");
  await expect(status).toContainText("your own data");
  await field.fill("orchid-lantern-quartz-77");
  await expect(status).toHaveText("Strength: strong.");
  // What was refused is said until it is mended.
  await field.fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  const refusal = page.locator("#password-error");
  await expect(refusal).toBeVisible();
  await field.fill("orchid-lantern-quartz-77");
  await expect(refusal).toBeHidden();
  await expect(field).not.toHaveAttribute("aria-invalid");
  // 72 bytes are taken and 73 are not: what the server would say is said before it is asked.
  await field.fill(`${"orchid-lantern-quartz-"}${"é".repeat(25)}`);
  await expect(status).toHaveText("Strength: strong.");
  await field.press("End");
  await field.pressSequentially("7");
  await expect(status).toHaveText(/^Too long: 72 characters at most/);
  await page.context().addCookies([{ name: "locale", value: "fr", url: page.url() }]);
  await page.goto("/register");
  await page.locator("input[name=password]").fill("password");
  await expect(status).toContainText("Solidité");
  await expect(status).toContainText("mots de passe");
});
