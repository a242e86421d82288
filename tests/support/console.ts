import { format } from "node:util";
import { afterAll, afterEach, beforeEach, vi } from "vitest";

const printed: string[] = [];

/** From here on a console.error or console.warn fails the test it came in. */
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
  if (lines.length > 0) throw new Error(`Unexpected output:\n${lines.join("\n")}`);
}
