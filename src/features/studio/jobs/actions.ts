"use server";

import { action } from "@/access/door";
import { cancelJob as cancel, retryJob as retry } from "./changes";
import { jobIdSchema } from "./schema";

/** Ends a job that is not done yet; what has arrived stays. */
export const cancelJob = action({ can: ["update", "Job"], rate: "write", impersonated: "write" }, jobIdSchema, ({ id }, entry) =>
  cancel(entry, id),
);

/** Tries a job again that failed or was cancelled. */
export const retryJob = action({ can: ["update", "Job"], rate: "write", impersonated: "write" }, jobIdSchema, ({ id }, entry) =>
  retry(entry, id),
);
