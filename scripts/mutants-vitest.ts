import { mergeConfig } from "vitest/config";
import base from "../vitest.config";

/** The tests of scripts/mutants.ts: as always, with each guard switched off in turn. */
export default mergeConfig(base, { test: { runner: "./scripts/mutants-runner.ts", maxWorkers: 4, experimental: { fsModuleCache: true } } });
