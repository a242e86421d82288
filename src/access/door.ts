import { ForbiddenError } from "@casl/ability";
import { headers } from "next/headers";
import { redirect, unstable_rethrow } from "next/navigation";
import type { NextRequest } from "next/server";
import type { z } from "zod";
import { AppError } from "@/lib/errors";
import { isForeignOrigin } from "@/lib/public-url";
import { answerTo, errorResponse, type Problem } from "./answer";
import { currentClaims, currentEntry, currentVisitor, type Entry, type Visitor } from "./entry";
import { forgetImpersonation } from "./impersonation";
import { addressKey, assertRate, type RateClass } from "./limits";
import type { Action, SubjectName } from "./rules";

/**
 * Who may: somebody whose rules allow it, or anybody. `standing: "any"` lets an unfinished profile or a first password pass.
 * An admin who acts as somebody changes nothing by it unless `impersonated` says so: "write" where they may, "any" always.
 */
export type MemberAccess = {
  can: readonly [Action, SubjectName];
  rate: RateClass;
  standing?: "any";
  impersonated?: "write" | "any";
};
export type VisitorAccess = { visitor: true; rate: RateClass };
export type Access = MemberAccess | VisitorAccess;

export type Result<T> = { ok: true; data: T } | { ok: false; error: Problem; values?: Record<string, string> };

/** A server action: called with plain input, as a form's action, or by useActionState. */
export interface ServerAction<Input, T> {
  (input: Input | FormData): Promise<Result<T>>;
  /** As a plain form's action, where nobody looks at the result. */
  (form: FormData): Promise<void>;
  // Last, because useActionState infers from the last one.
  (previous: Result<unknown> | null, form: FormData): Promise<Result<T>>;
  access?: Access;
}

const MAX_JSON_LENGTH = 256_000;
const SECRET_FIELD = /password|token|code|secret/i;

/**
 * The door of a page. Anonymous people go to /login and come back; an unfinished profile leads to /onboarding, a first
 * password to its change, an unconfirmed address to /verify-email, a missing right to /forbidden. Returns the Entry that the page's queries ask for.
 */
export async function enter(action?: Action, subject?: SubjectName, standing?: "any"): Promise<Entry> {
  const entry = await currentEntry();
  if (!entry) redirect(await signInAddress());
  const { actor, ability, visitor } = entry;
  if (standing !== "any") {
    if (actor.mustChangePassword) redirect("/settings/security");
    if (!actor.profileComplete) redirect(`/onboarding?${new URLSearchParams({ callbackUrl: visitor.path })}`);
    if (!actor.emailVerified) redirect(`/verify-email?${new URLSearchParams({ callbackUrl: visitor.path })}`);
  }
  if (action && subject && !ability.can(action, subject)) redirect(entry.missingFactor ? "/settings/security" : "/forbidden");
  return entry;
}

/** Where somebody unknown signs in and comes back from; whoever was signed in until a moment ago is told that they are no longer. */
async function signInAddress(): Promise<string> {
  const visitor = await currentVisitor();
  const notice = (await currentClaims(visitor)) ? { notice: "signed_out" } : undefined;
  return `/login?${new URLSearchParams({ callbackUrl: visitor.path, ...notice })}`;
}

/**
 * The door of a server action: checks from where, who is asking, what they may do and what they sent, in this order, then runs.
 * Never throws at the caller: `{ ok: false, error }` says in the reader's language what was wrong, beside which field,
 * and gives back what was typed (secrets excepted).
 */
export function action<Schema extends z.ZodType, T>(
  access: MemberAccess,
  schema: Schema,
  run: (input: z.output<Schema>, entry: Entry) => Promise<T>,
): ServerAction<z.input<Schema>, T>;
export function action<Schema extends z.ZodType, T>(
  access: VisitorAccess,
  schema: Schema,
  run: (input: z.output<Schema>, visitor: Visitor) => Promise<T>,
): ServerAction<z.input<Schema>, T>;
export function action<Schema extends z.ZodType, T>(
  access: Access,
  schema: Schema,
  run: (input: z.output<Schema>, by: never) => Promise<T>,
): ServerAction<z.input<Schema>, T> {
  const served = async (first: unknown, second?: FormData): Promise<Result<T>> => {
    const given = second instanceof FormData ? second : first;
    try {
      assertSameOrigin(await headers());
      const by = await admit(access);
      const input = schema.parse(given instanceof FormData ? fromForm(given) : given);
      // `by` is an Entry or a Visitor, as the overloads promise `run`: TypeScript cannot tie the two unions together.
      return { ok: true, data: await run(input, by as never) };
    } catch (error) {
      unstable_rethrow(error);
      const { problem: said, retryAfter } = await answerTo(error);
      const problem = retryAfter === undefined ? said : { ...said, retryAfter };
      return given instanceof FormData ? { ok: false, error: problem, values: typed(given) } : { ok: false, error: problem };
    }
  };
  // A plain form's action forgets the result: the one signature TypeScript will not derive from this function.
  return Object.assign(served, { access }) as ServerAction<z.input<Schema>, T>;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
interface Shape {
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** What a message with a signature of its own says: only once that is checked, and not by the door, is it read. */
  signed?: z.ZodType;
  /** What it answers, for docs/openapi.json and those who call it: the shape of its JSON, or the kind of anything else. */
  answer?: z.ZodType | "csv" | "events" | "picture" | "redirect" | "nothing";
  /** Characters of a body of JSON; MAX_JSON_LENGTH when unset. */
  maxJsonLength?: number;
}
interface Input<S extends Shape> {
  request: NextRequest;
  params: Parsed<S["params"]>;
  query: Parsed<S["query"]>;
  body: Parsed<S["body"]>;
}
type RouteHandler = ((request: NextRequest, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>) & {
  access?: Access;
};

/**
 * The door of a route handler: the same checks in the same order. Whatever `run` returns that is not a Response becomes
 * JSON. Every failure is `{ "error": { code, message } }` with its status; answers are `private, no-store` unless said
 * otherwise. A change asked for by another origin is refused.
 */
export function handler<S extends Shape>(
  access: MemberAccess,
  shape: S,
  run: (input: Input<S>, entry: Entry) => Promise<unknown>,
): RouteHandler;
export function handler<S extends Shape>(
  access: VisitorAccess,
  shape: S,
  run: (input: Input<S>, visitor: Visitor) => Promise<unknown>,
): RouteHandler;
export function handler<S extends Shape>(access: Access, shape: S, run: (input: Input<S>, by: never) => Promise<unknown>): RouteHandler {
  const served: RouteHandler = async (request, context) => {
    try {
      const changes = request.method !== "GET" && request.method !== "HEAD";
      if (changes) assertSameOrigin(request.headers);
      const by = await admit(access, changes);
      const input = {
        request,
        // An unknown id and a malformed one are the same to the caller: there is no such thing.
        params: shape.params ? orNotFound(shape.params.safeParse(await context.params)) : undefined,
        query: shape.query?.parse(single(request.nextUrl.searchParams)),
        body: shape.body ? shape.body.parse(await readJson(request, shape.maxJsonLength)) : undefined,
      };
      // As above: the overloads tie `access` to what `run` receives.
      const result = await run(input as Input<S>, by as never);
      const response = result instanceof Response ? result : Response.json(result ?? null);
      if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "private, no-store");
      return response;
    } catch (error) {
      return errorResponse(error);
    }
  };
  served.access = access;
  return served;
}

/** For the routes that Auth.js serves: the refusal of a change that a page of another origin asks for, null for what may go on. */
export async function refuseForeign(request: NextRequest, except: readonly string[]): Promise<Response | null> {
  if (!isForeignOrigin(request.headers) || except.includes(request.nextUrl.pathname)) return null;
  return errorResponse(new AppError("forbidden", "foreign_origin"));
}

/** The door of what is neither an action nor a handler of ours: the same checks of who is asking, and how often. */
export function admit(access: MemberAccess, changes?: boolean): Promise<Entry>;
export function admit(access: Access, changes?: boolean): Promise<Entry | Visitor>;
export async function admit(access: Access, changes = true): Promise<Entry | Visitor> {
  if ("visitor" in access) {
    const visitor = await currentVisitor();
    await assertRate(access.rate, visitor.ip ? addressKey(visitor.ip) : "unknown");
    return visitor;
  }
  const entry = await currentEntry();
  if (!entry) throw new AppError("unauthenticated", changes ? "signed_out" : undefined);
  await assertRate(access.rate, entry.actor.userId);
  if (changes && !entry.certain) throw new AppError("unavailable");
  if (changes) await assertActsForItself(entry, access);
  if (access.standing !== "any") {
    if (entry.actor.mustChangePassword) throw new AppError("forbidden", "must_change_password");
    if (!entry.actor.profileComplete) throw new AppError("profile_incomplete");
    if (!entry.actor.emailVerified) throw new AppError("forbidden", "email_unverified");
  }
  ForbiddenError.from(entry.ability).throwUnlessCan(...access.can);
  return entry;
}

/** Throws unless a change is the person's own, or one that whoever acts as them may make. */
async function assertActsForItself({ actor: { impersonator }, visitor, impersonationOver }: Entry, { impersonated }: MemberAccess) {
  if (impersonationOver) {
    await forgetImpersonation(visitor);
    throw new AppError("conflict", "impersonation_over");
  }
  if (!impersonator || impersonated === "any" || (impersonated === "write" && impersonator.mayWrite)) return;
  throw new AppError("forbidden", impersonator.mayWrite ? "impersonated" : "read_only");
}

/** Next's own `$ACTION_…` fields are its transport, not input; a file where text belongs is left for the schema to refuse. */
function fromForm(form: FormData): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    if (name.startsWith("$ACTION")) continue;
    const values = form.getAll(name);
    input[name] = values.length === 1 ? values[0] : values;
  }
  return input;
}

function typed(form: FormData): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of form)
    if (typeof value === "string" && !name.startsWith("$ACTION") && !SECRET_FIELD.test(name)) values[name] = value;
  return values;
}

function single(query: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    input[name] = values.length === 1 ? values[0] : values;
  }
  return input;
}

function orNotFound<T>(parsed: { success: true; data: T } | { success: false; error: unknown }): T {
  if (!parsed.success) throw new AppError("not_found");
  return parsed.data;
}

function assertSameOrigin(head: Pick<Headers, "get">): void {
  if (isForeignOrigin(head)) throw new AppError("forbidden", "foreign_origin");
}

async function readJson(request: NextRequest, maxLength = MAX_JSON_LENGTH): Promise<unknown> {
  const text = await request.text();
  if (text.length > maxLength) throw new AppError("too_large");
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid", "malformed_json");
  }
}
