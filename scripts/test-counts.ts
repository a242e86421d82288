import { readFileSync } from "node:fs";

export type Counts = { passed: number; failed: number; skipped: number };

/** What vitest's JSON report says. A file that could not be read and an error outside any test count as one failure each. */
export function vitestCounts(path: string, exitCode: number): Counts {
  const report: {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    testResults: { status: string; assertionResults: { status: string }[] }[];
  } | null = read(path);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const unread = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  ).length;
  return settle({ passed: report.numPassedTests, failed: report.numFailedTests + unread, skipped: report.numPendingTests }, exitCode);
}

/** What Playwright's JSON report says; a flaky test passed in the end. */
export function playwrightCounts(path: string, exitCode: number): Counts {
  const report: { stats: { expected: number; unexpected: number; flaky: number; skipped: number } } | null = read(path);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  return settle({ passed: expected + flaky, failed: unexpected, skipped }, exitCode);
}

/** No test at all and a runner that fails without naming a test are failures: silence must never pass for success. */
function settle(counts: Counts, exitCode: number): Counts {
  const isSilent = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return isSilent ? { ...counts, failed: 1 } : counts;
}

function read<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
