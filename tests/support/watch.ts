import type { BrowserContext } from "@playwright/test";

/** Notes what must not happen in a browser: errors on its console (CSP violations are), uncaught ones, 5xx answers, missing assets. */
export function watch(context: BrowserContext): (allowed: readonly RegExp[]) => string[] {
  const problems: string[] = [];
  context.on("console", (message) => {
    // Chromium's own line for a 4xx or 5xx answer; the answers are judged below.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => problems.push(`uncaught: ${error.error().stack ?? error.error().message}`));
  context.on("response", (response) => {
    const status = response.status();
    // A page or a call may rightly be refused; an image or a script of ours that is missing is a mistake.
    const isAsset = ["script", "stylesheet", "image", "font"].includes(response.request().resourceType());
    if (status >= 500 || (isAsset && status >= 400)) problems.push(`${status}: ${response.request().method()} ${response.url()}`);
  });
  return (allowed) => problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)));
}
