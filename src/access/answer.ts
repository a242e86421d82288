import { ForbiddenError } from "@casl/ability";
import { type AbstractIntlMessages, createTranslator } from "next-intl";
import { getLocale, getMessages } from "next-intl/server";
import { ZodError, type z } from "zod";
import { TIME_ZONE } from "@/i18n/locale";
import { isDatabaseDown, isUniqueViolation, isWriteConflict } from "@/lib/db";
import { AppError, type ErrorCode } from "@/lib/errors";
import { log } from "@/lib/log";

/** What a person is told when something did not work. `reference` names a bug in the log. */
export interface Problem {
  code: ErrorCode | "internal";
  message: string;
  fields?: Record<string, string>;
  reference?: string;
  /** Of an action: seconds after which the same may go well. Of a route, HTTP says it. */
  retryAfter?: number;
}

/** A problem, with what HTTP needs to say it. */
export interface Answer {
  status: number;
  retryAfter: number | undefined;
  problem: Problem;
}

/**
 * Turns whatever was thrown into an answer in the reader's language. An AppError says what it says; a refused rule is
 * "forbidden", bad input "invalid", an outage "unavailable", a lost race "conflict". Anything else is a bug: it is
 * logged with a reference, and only the reference is shown.
 */
export async function answerTo(thrown: unknown): Promise<Answer> {
  const say = await translator();
  const error = known(thrown);
  if (!error) {
    const reference = crypto.randomUUID().slice(0, 8);
    log().error({ err: thrown, reference }, "unexpected error");
    return { status: 500, retryAfter: undefined, problem: { code: "internal", message: say("internal", { reference }), reference } };
  }
  if (error.code === "unavailable") log().warn({ err: error.cause ?? error }, "unavailable");
  const fields = Object.fromEntries(
    Object.entries(error.fields).map(([name, key]) => [name, say(key, { ...error.params, ...error.fieldParams[name] })]),
  );
  // How long to wait, where it is known; zero says "a little".
  const minutes = Math.ceil((error.retryAfter ?? 0) / 60);
  const problem: Problem = { code: error.code, message: say(error.reason, { minutes, ...error.params }) };
  if (Object.keys(fields).length > 0) problem.fields = fields;
  return { status: error.status, retryAfter: error.retryAfter, problem };
}

/** The same as an HTTP response: `{ "error": { code, message, fields? } }`. */
export async function errorResponse(thrown: unknown): Promise<Response> {
  const { status, retryAfter, problem } = await answerTo(thrown);
  const headers = new Headers({ "Cache-Control": "private, no-store" });
  if (retryAfter !== undefined) headers.set("Retry-After", String(retryAfter));
  return Response.json({ error: problem }, { status, headers });
}

/** Reasons a rule gives (`because` in rules.ts) that have a text of their own. */
const OWN = new Set(["own_role", "own_ban", "own_right", "impersonated", "read_only"]);

function known(thrown: unknown): AppError | null {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof ZodError) return fromZod(thrown);
  if (thrown instanceof ForbiddenError) return new AppError("forbidden", OWN.has(thrown.message) ? thrown.message : undefined);
  if (isWriteConflict(thrown) || isUniqueViolation(thrown)) return new AppError("conflict", undefined, { cause: thrown });
  const isStorageDown = thrown instanceof Error && thrown.name === "StorageUnavailable";
  if (isStorageDown || isDatabaseDown(thrown)) return new AppError("unavailable", undefined, { cause: thrown });
  return null;
}

/** The first problem of each field; schemas may give a message key of their own. */
function fromZod(error: ZodError): AppError {
  const fields: Record<string, string> = {};
  const fieldParams: Record<string, Record<string, number>> = {};
  for (const issue of error.issues) {
    // A form has one place for a message a field, also where the field is read as a list.
    const name = String(issue.path[0] ?? "form");
    if (fields[name]) continue;
    fields[name] = `field.${keyOf(issue)}`;
    fieldParams[name] = {
      ...("minimum" in issue && { min: Number(issue.minimum) }),
      ...("maximum" in issue && { max: Number(issue.maximum) }),
    };
  }
  return new AppError("invalid", undefined, { fields, fieldParams });
}

function keyOf(issue: z.core.$ZodIssue): string {
  if (/^[a-z]+(_[a-z]+)*$/.test(issue.message)) return issue.message;
  if (issue.code === "too_small") return issue.minimum === 1 ? "required" : "too_short";
  if (issue.code === "too_big") return "too_long";
  if (issue.code === "unrecognized_keys") return "unknown";
  if (issue.code === "invalid_format" && issue.format === "email") return "email";
  return issue.code === "invalid_type" && issue.message.endsWith("received undefined") ? "required" : "invalid";
}

/** Errors carry message keys, and which one is only known when they are thrown: hence not the typed translator. */
async function translator(): Promise<(key: string, params?: Record<string, string | number>) => string> {
  const messages: AbstractIntlMessages = await getMessages();
  const translate = createTranslator({
    locale: await getLocale(),
    messages,
    namespace: "errors",
    formats: FORMATS,
    timeZone: TIME_ZONE,
  }) as UntypedTranslator;
  return (key, params) => translate(translate.has(key) ? key : "invalid", params);
}

/** What `{until, date, long}` is: messages that were read before the build know of no names of their own. */
const FORMATS = { dateTime: { long: { year: "numeric", month: "long", day: "numeric" } } } as const;

interface UntypedTranslator {
  (key: string, params?: Record<string, string | number>): string;
  has(key: string): boolean;
}
