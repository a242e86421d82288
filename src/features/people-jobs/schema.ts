import { IMPORT_REFUSALS } from "./import/person";

export const PEOPLE_JOB_KINDS = ["BULK", "EXPORT", "IMPORT"] as const;
export type PeopleJobKind = (typeof PEOPLE_JOB_KINDS)[number];

/** How long the file and the report of a job are kept. */
export const PEOPLE_JOB_DAYS = 30;

/** Why a row was left alone, or a job ended early. Each has its words below `peopleJobs.refusals` in src/i18n/messages. */
export const REFUSAL_REASONS = ["rights_lost", "failed", ...IMPORT_REFUSALS] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];
