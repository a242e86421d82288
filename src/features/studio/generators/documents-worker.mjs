// Runs in a worker thread, one for each document: a long book takes seconds of pure computation, and a hostile one may need to be stopped.
import { parentPort, workerData } from "node:worker_threads";

/** @typedef {typeof import("../documents/make")} Maker */

const { makeDocument } = await load();
const bytes = Uint8Array.from(await makeDocument(workerData.format, workerData.manuscript));
parentPort?.postMessage(bytes, [bytes.buffer]);

/** @returns {Promise<Maker>} */
async function load() {
  try {
    return await import("../documents/make");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    // Where nothing has been built, as in a test, Node has to be taught our TypeScript first.
    const { register } = await import(/* turbopackIgnore: true */ "tsx/esm/api");
    register();
    return import("../documents/make");
  }
}
