// Runs in a worker thread: a hash takes 50 to 500 ms of pure computation, which must never stand in the way of a request.
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";

/** A third of what a thread of normal priority gets where the cores are too few: behind the pages, and never starved. */
const NICENESS = 5;

// Linux gives this thread alone another priority, other systems the whole process.
if (process.platform === "linux") setPriority(NICENESS);

/** @typedef {{ kind: "hash", password: string, cost: number } | { kind: "compare", password: string, hash: string, rest: string[] } | { kind: "strength", password: string, inputs: string[] }} Job */

let estimator;

parentPort?.on("message", async (/** @type {Job} */ job) => {
  try {
    parentPort?.postMessage({ value: await work(job) });
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});

/** @param {Job} job */
async function work(job) {
  if (job.kind === "hash") return bcrypt.hashSync(job.password, job.cost);
  if (job.kind === "compare") {
    if (bcrypt.compareSync(job.password, job.hash)) return true;
    // Only for the time it takes; whatever these are hashes of, it is no answer.
    for (const hash of job.rest) bcrypt.compareSync(job.password, hash);
    return false;
  }
  estimator ??= await loadEstimator();
  const { score, feedback } = estimator.check(job.password, job.inputs);
  return { score, warning: feedback.warning ?? null };
}

/** Two megabytes of dictionaries: loaded at the first sign-up, here, and nowhere else. */
async function loadEstimator() {
  const [{ ZxcvbnFactory }, common, english, french] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
    import("@zxcvbn-ts/language-en"),
    import("@zxcvbn-ts/language-fr"),
  ]);
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary, ...french.dictionary },
    graphs: common.adjacencyGraphs,
    // No useLevenshteinDistance: it takes the thread 400 ms a password, and every sign-in waits behind it.
    // Without translations the warning is a stable key, which src/i18n/messages has in every language.
  });
}
