import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { type RunnerTestCase as TestCase, TestRunner } from "vitest";
import { type Line, linesOf } from "./mutants-lines";

const LINES = process.env.MUTANTS_LINES ?? "";
/** By the id of a guard the test files that are asked about it; all are, about one that is not here. */
const ONLY: Record<string, string[]> = JSON.parse(process.env.MUTANTS_ONLY ?? "{}");
/** For so long the tests of a file are asked about a guard: what passes them all has survived there. */
const MAX_MS = 30_000;

/**
 * Runs each test as it is, and sees which guards it passes; then once more for each of those that nobody has missed yet, with that guard
 * switched off. A failure counts only if the same test, with every guard in place, passes again afterwards.
 */
export default class MutantsRunner extends TestRunner {
  private readonly noticed = new Set<string>();
  private readonly survived = new Set<string>();
  private readonly spentMs = new Map<string, number>();
  private readonly passed = new Set<string>();
  private off: string | undefined;
  private file = "";

  onBeforeRunFiles(): void {
    Object.assign(globalThis, {
      foyerGuardIsOff: (id: string) => {
        this.passed.add(id);
        return this.off === id;
      },
    });
  }

  override onAfterRunFiles(): void {
    super.onAfterRunFiles();
    write({ file: this.file });
  }

  async runTask(test: TestCase): Promise<void> {
    this.file = relative(process.cwd(), test.file.filepath);
    const run = TestRunner.getTestFn(test);
    this.passed.clear();
    // As it is: what fails now tells nothing of any guard.
    await run();
    const passed = [...this.passed];
    // What another file has noticed meanwhile is asked no more.
    for (const line of linesOf(LINES)) if ("id" in line && line.noticed) this.noticed.add(line.id);
    for (const id of passed.filter((one) => this.mayBeAsked(one))) {
      const began = Date.now();
      this.off = id;
      const failure = await failureOf(run);
      this.off = undefined;
      this.spentMs.set(id, (this.spentMs.get(id) ?? 0) + Date.now() - began);
      // Only with all guards in place can it be said that it was this one.
      if (failure !== null && (await failureOf(run)) !== null) return;
      this.judge(id, `${this.file}: ${test.name}`, failure !== null && !/timed out/i.test(failure));
    }
  }

  private mayBeAsked(id: string): boolean {
    return !this.noticed.has(id) && (this.spentMs.get(id) ?? 0) < MAX_MS && (ONLY[id]?.includes(this.file) ?? true);
  }

  private judge(id: string, test: string, noticed: boolean): void {
    const isNew = noticed || !this.survived.has(id);
    (noticed ? this.noticed : this.survived).add(id);
    if (isNew) write({ id, test, noticed });
  }
}

function write(line: Line): void {
  appendFileSync(LINES, `${JSON.stringify(line)}\n`);
}

async function failureOf(run: () => unknown): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
