import { format } from "node:util";
import { afterAll, afterEach, beforeEach, vi } from "vitest";

const printed: string[] = [];
const expected: RegExp[] = [];

/** Allows one console.error or console.warn that matches, before this test ends; the test fails if none comes. */
export function expectConsole(pattern: RegExp): void {
  expected.push(pattern);
}

/** From here on a console.error or console.warn that no test expected fails the test it came in. */
export function guardConsole(): void {
  const watch = () => {
    for (const level of ["error", "warn"] as const) {
      vi.spyOn(console, level).mockImplementation((...args) => void printed.push(`console.${level}: ${format(...args)}`));
    }
  };
  watch();
  // Again before each test, because a test may have restored all mocks.
  beforeEach(watch);
  afterEach(settle);
  afterAll(settle);
}

function settle(): void {
  const lines = printed.splice(0);
  const missing = expected.splice(0).filter((pattern) => {
    const index = lines.findIndex((line) => pattern.test(line));
    if (index >= 0) lines.splice(index, 1);
    return index < 0;
  });
  if (lines.length > 0) throw new Error(`Unexpected output:\n${lines.join("\n")}`);
  if (missing.length > 0) throw new Error(`Nothing on the console matched ${missing.join(", ")}`);
}
