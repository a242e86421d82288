import { defineConfig } from "@playwright/test";
import { findChromium, SANDBOX } from "./scripts/browser";

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/support/e2e-setup.ts",
  outputDir: "test-results/e2e",
  workers: 2,
  fullyParallel: true,
  // In this order: a site of its own has to be built first, which nobody should have to wait for at the end.
  projects: [
    { name: "built", testMatch: /providers\.spec/ },
    { name: "site", testIgnore: /providers\.spec/ },
  ],
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  // A password is judged with dictionaries that are read on first use, and a test machine may be busy with other things.
  expect: { timeout: 30_000 },
  reporter: [["list"], ["json", { outputFile: "test-results/e2e.json" }]],
  use: {
    locale: "en-US",
    // Whatever is still moving is tried again, and the page scrolled for it: a menu that grows was pressed where it no longer stood.
    contextOptions: { reducedMotion: "reduce" },
    // A third of what a run costs; `npm run test:e2e -- --trace retain-on-failure` has one to look at.
    trace: "off",
    launchOptions: {
      executablePath: await findChromium(),
      // Nothing but the page itself: no look-ups, no updates, no first-run pages.
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        ...SANDBOX,
      ],
    },
  },
});
