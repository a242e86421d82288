import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** `failures` has a line for each test that failed: what it promises, and what was found instead. */
export type Counts = { passed: number; failed: number; skipped: number; failures?: string[] };

type PlaywrightSuite = { file: string; specs?: PlaywrightSpec[]; suites?: PlaywrightSuite[] };
type PlaywrightSpec = { title: string; ok: boolean; tests: { results: { error?: { message?: string } }[] }[] };

/** What vitest's JSON report says. A file that could not be read and an error outside any test count as one failure each. */
export function vitestCounts(path: string, exitCode: number): Counts {
  const report: {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    testResults: {
      name: string;
      status: string;
      message: string;
      assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
    }[];
  } | null = read(path);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const unread = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => failure(name, fullName, failureMessages[0])),
  );
  return settle(
    {
      passed: report.numPassedTests,
      failed: report.numFailedTests + unread.length,
      skipped: report.numPendingTests,
      failures: [...failures, ...unread.map(({ name, message }) => failure(name, "could not be read", message))],
    },
    exitCode,
  );
}

/** What Playwright's JSON report says; a flaky test passed in the end. */
export function playwrightCounts(path: string, exitCode: number): Counts {
  const report: {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number };
    suites: PlaywrightSuite[];
  } | null = read(path);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  return settle({ passed: expected + flaky, failed: unexpected, skipped, failures: report.suites.flatMap(failuresIn) }, exitCode);
}

function failuresIn({ file, specs = [], suites = [] }: PlaywrightSuite): string[] {
  const own = specs
    .filter(({ ok }) => !ok)
    .map(({ title, tests }) => failure(file, title, tests.flatMap(({ results }) => results).at(-1)?.error?.message));
  return [...own, ...suites.flatMap(failuresIn)];
}

function failure(file: string, title: string, message = ""): string {
  const [first = ""] = stripVTControlCharacters(message).split("\n");
  return `${basename(file)} › ${title}${first && `: ${first}`}`;
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
