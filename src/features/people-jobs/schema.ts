import { z } from "zod";
import { peopleFilterSchema, peopleFilterShape } from "@/access/identity/people-filter";
import { cursorSchema } from "@/lib/keyset";
import { line } from "@/lib/text";
import { IMPORT_REFUSALS } from "./import/person";

export const PEOPLE_JOB_KINDS = ["BULK", "EXPORT", "IMPORT"] as const;
export type PeopleJobKind = (typeof PEOPLE_JOB_KINDS)[number];

/** How long the file and the report of a job are kept. */
export const PEOPLE_JOB_DAYS = 30;
/** The row of a report that is about the job as a whole; those of people begin at 1. */
export const WHOLE_JOB = 0;
/** How many people can be chosen one by one; more are chosen by a filter. */
export const MAX_CHOSEN = 1_000;

/** Why a row was left alone, or a job ended early. Each has its words below `peopleJobs.refusals` in src/i18n/messages. */
export const REFUSAL_REASONS = [
  "rights_lost",
  "failed",
  "forbidden",
  "not_found",
  "own_role",
  "own_ban",
  "own_account",
  "own_devices",
  "last_admin",
  "role_unchanged",
  "already_banned",
  "not_banned",
  "already_verified",
  "already_leaving",
  "not_leaving",
  "not_signed_in",
  ...IMPORT_REFUSALS,
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

const personId = z.uuid().toLowerCase();
const chosen = z
  .array(personId)
  .min(1)
  .max(MAX_CHOSEN)
  .transform((ids) => [...new Set(ids)]);

/** Whom: people chosen one by one, or all that a filter means at the moment of asking. */
const whom = { ids: chosen.optional(), filter: peopleFilterSchema.optional() };
const only = <Act extends "unban" | "verify" | "signOut" | "delete" | "keep">(act: Act) => z.strictObject({ act: z.literal(act), ...whom });
const eitherOr = ({ ids, filter }: { ids?: unknown; filter?: unknown }) => (ids === undefined) !== (filter === undefined);

/** A day, which counts to its end (UTC); empty for good. */
const banEnd = z
  .union([z.literal(""), z.iso.date()])
  .optional()
  .transform((day) => (day ? new Date(`${day}T23:59:59.999Z`) : null))
  .refine((date) => date === null || date > new Date(), "past");

export const startBulkSchema = z
  .discriminatedUnion("act", [
    z.strictObject({ act: z.literal("role"), role: z.enum(["MEMBER", "ADMIN"]), ...whom }),
    z.strictObject({ act: z.literal("ban"), reason: line(300, 1), until: banEnd, ...whom }),
    only("unban"),
    only("verify"),
    only("signOut"),
    only("delete"),
    only("keep"),
  ])
  .refine(eitherOr, "invalid");

/** As it lies in the job. */
export const bulkParamsSchema = z.strictObject({
  act: z.discriminatedUnion("act", [
    z.strictObject({ act: z.literal("role"), role: z.enum(["MEMBER", "ADMIN"]) }),
    z.strictObject({ act: z.literal("ban"), reason: z.string(), until: z.coerce.date().nullable() }),
    ...(["unban", "verify", "signOut", "delete", "keep"] as const).map((act) => z.strictObject({ act: z.literal(act) })),
  ]),
  ids: chosen.optional(),
  filter: peopleFilterSchema.optional(),
});

export const EXPORT_FORMATS = ["csv", "jsonl"] as const;

/** A plain form: what its address filters by stands flat beside the format, and a box that is not ticked says nothing. */
export const exportPeopleSchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  hashes: z
    .literal("on")
    .optional()
    .transform((ticked) => ticked === "on"),
  ids: chosen.optional(),
  ...peopleFilterShape,
});

/** As it lies in the job. */
export const exportParamsSchema = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  hashes: z.boolean(),
  ids: chosen.optional(),
  filter: peopleFilterSchema.optional(),
});

export const peopleJobIdSchema = z.strictObject({ id: z.uuid().toLowerCase() });

/** The address of the list, and of a report. */
export const jobsQuerySchema = z.strictObject({ cursor: cursorSchema.optional() });
export const reportQuerySchema = z.strictObject({ after: z.coerce.number().int().min(0).max(2_000_000_000).optional() });
