import { cookies, headers } from "next/headers";
import { cache } from "react";
import { env } from "@/lib/env";
import { readSessionCookie, sessionCookieName } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken } from "@/lib/session-token";
import { standingIn } from "./freshness";
import type { Standing } from "./freshness-memory";
import { type Impersonator, impersonation } from "./impersonation";
import { isAwake } from "./lifetimes";
import { missingFactor } from "./required-factor";
import { type AppAbility, abilityFor } from "./rules";

/**
 * The cookie of a browser's long-lived id, which every sign-in gives it: what tells a copied session cookie from its own. Over
 * https no neighbouring host can plant one (RFC 6265bis, 4.1.3.2).
 */
export const deviceCookieName = (secure: boolean): string => (secure ? "__Host-foyer-device" : "foyer-device");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Acting = Exclude<Awaited<ReturnType<typeof impersonation>>, "over" | null>;

declare const issued: unique symbol;

/** Who is asking, as the database has them now. */
export interface Actor extends Omit<Standing, "certain"> {
  userId: string;
  sid: string;
  /** The admin who acts as this person; null when it is the person. */
  impersonator: Impersonator | null;
  /** Whether a second factor or a passkey was shown at this sign-in. */
  strong: boolean;
}

/** Where a request came from, as far as it can be known. */
export interface Visitor {
  ip: string | null;
  userAgent: string | null;
  /** Whether the browser spoke https, to us or to a trusted proxy. */
  secure: boolean;
  /** Path and query of the page asked for; `/` when unknown. */
  path: string;
  /** The browser's long-lived id, when it has signed in to any account before. */
  deviceId: string | null;
}

/**
 * The right to ask for data: who is asking and what they may do. Only the door makes one, so a query or a change that
 * was not asked for through the door does not compile.
 */
export interface Entry {
  readonly [issued]: true;
  readonly actor: Actor;
  readonly ability: AppAbility;
  readonly visitor: Visitor;
  /** False while neither the link nor the database confirms what memory says: reads may go on, changes may not. */
  readonly certain: boolean;
  /** What an admin has yet to do before their rights count, where REQUIRE_ADMIN_MFA is on. */
  readonly missingFactor: "set_up" | "show" | null;
  /** True while a browser may still show pages of somebody whom its admin no longer acts as: no change is taken from it. */
  readonly impersonationOver: boolean;
}

/** Who this request is from; null for anonymous. Read once a request, however many components ask. */
export const currentEntry: () => Promise<Entry | null> = cache(async () => {
  const current = await currentStanding();
  if (!current) return null;
  const { visitor, claims } = current;
  const { certain, ...person } = current.standing;
  const actor: Actor = { userId: claims.sub, sid: claims.sid, strong: claims.strong, impersonator: null, ...person };
  const missing = await missingFactor(actor);
  const role = missing ? "MEMBER" : actor.role;
  const acting = await impersonation({ ...actor, role }, visitor);
  if (acting && acting !== "over") return actingAs(acting, visitor, certain);
  // An admin who has not shown what REQUIRE_ADMIN_MFA asks for may do what a member may.
  const ability = abilityFor({ ...actor, role });
  return issue({ actor, ability, visitor, certain, missingFactor: missing, impersonationOver: acting === "over" });
});

/**
 * Whose session this request brings and what is true of them; null where it brings none that runs, or one that is too old or lay idle for
 * too long. Throws "unavailable" where that cannot be known.
 */
export async function currentStanding(): Promise<{ visitor: Visitor; claims: Claims; standing: Standing } | null> {
  const visitor = await currentVisitor();
  const claims = await currentClaims(visitor);
  const standing = claims && (await standingIn(claims, visitor.deviceId));
  return claims && standing && (await isAwake(claims, standing)) ? { visitor, claims, standing } : null;
}

/** An admin as the member they act as: who may do what the member may, less what is the member's alone. */
function actingAs({ claims, standing, impersonator }: Acting, visitor: Visitor, certain: boolean): Entry {
  const { certain: alsoCertain, ...person } = standing;
  const actor: Actor = { userId: claims.sub, sid: claims.sid, strong: false, impersonator, ...person };
  const ability = abilityFor({ ...actor, impersonated: impersonator.mayWrite ? "write" : "read" });
  return issue({ actor, ability, visitor, certain: certain && alsoCertain, missingFactor: null, impersonationOver: false });
}

/** The one place where an Entry comes into being: the brand exists in the types alone. */
function issue(entry: Omit<Entry, typeof issued>): Entry {
  return entry as Entry;
}

/** Whether a page is shown as the answer to a form of its own: one that led elsewhere then would take away what was wrong. */
export async function isAnswerToForm(): Promise<boolean> {
  const head = await headers();
  // Where an action leads elsewhere Next asks for that page with the head of the form, and with `rsc`.
  return head.has("next-action") || (head.has("content-type") && !head.has("rsc"));
}

/** What is known of the request itself. serve.mjs has already removed every forwarded header that is not to be believed. */
export async function currentVisitor(): Promise<Visitor> {
  const [head, jar] = await Promise.all([headers(), cookies()]);
  const secure = head.get("x-forwarded-proto") === "https";
  return {
    ...senderOf((name) => head.get(name)),
    secure,
    path: localPath(head.get("x-foyer-path")),
    deviceId: deviceIdOf(jar.get(deviceCookieName(secure))?.value),
  };
}

/** A browser's long-lived id, of the cookie that holds it. */
export function deviceIdOf(cookie: string | undefined): string | null {
  return cookie !== undefined && UUID.test(cookie) ? cookie : null;
}

/** From where, and by which browser, a request with this head was sent. */
export function senderOf(head: (name: "x-forwarded-for" | "user-agent") => string | null | undefined): Pick<Visitor, "ip" | "userAgent"> {
  return {
    ip: head("x-forwarded-for")?.split(",")[0]?.trim().slice(0, 45) || null,
    userAgent: printable(head("user-agent"), 500),
  };
}

/** Who sent a request, as `change` wants to remember it, where no page or action of Next's is under way: in a job, and before Next. */
export function visitorOf({ ip, userAgent }: Pick<Visitor, "ip" | "userAgent">): Visitor {
  return { ip, userAgent, secure: true, path: "/", deviceId: null };
}

/** Who changes what nobody asked for just now: the worker, and a generator that answers. */
export const NOBODY: Visitor = visitorOf({ ip: null, userAgent: null });

/** `value` when it is a path on this site, else `/`: the guard of every redirect whose target came from outside. */
export function localPath(value: string | null | undefined): string {
  if (!value?.startsWith("/") || value.length > 2_000 || /[\\\p{Cc}]/u.test(value)) return "/";
  const base = "http://foyer.invalid";
  if (!URL.canParse(value, base)) return "/";
  const url = new URL(value, base);
  // "/.//host" becomes "//host" on the way, which is another site.
  return url.origin === base && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}

/** Where somebody lands who was going to `path`, a path of this site: nobody who signs in was going to the front page. */
export function homeOr(path: string): string {
  return path === "/" ? "/members" : path;
}

/** The claims of the cookie this browser sent, whether or not they are still true; null when there are none to believe. */
export async function currentClaims({ secure }: Visitor): Promise<Claims | null> {
  const jar = await cookies();
  const token = readSessionCookie((name) => jar.get(name)?.value, secure);
  return token ? asClaims(decodeToken(token, env().AUTH_SECRETS, sessionCookieName(secure))) : null;
}

function printable(value: string | null | undefined, length: number): string | null {
  return value?.replace(/\p{Cc}|\p{Cs}/gu, "").slice(0, length) || null;
}
