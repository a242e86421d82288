import { GENERATORS } from "@/features/studio/generators/registry";
import { stepWith } from "@/features/studio/jobs/run";
import { startWorker } from "@/lib/queue";

/*
 * A worker of generated content in a process of its own, for a test that kills it.
 * node --import tsx --import ./tests/support/bare.mjs
 */
startWorker({ "generation.step": stepWith(GENERATORS) });
