import { env } from "@/lib/env";

/** What a source row may hold: cells are text, JSON holds anything. An empty cell and null say nothing. */
type Values = Record<string, unknown>;

/** Made by others for one use, or open doors: never taken over, under whatever name. */
const SECRET = /token|secret|password|passwd|digest|hash|salt|otp|(?:backup|recovery).?codes?/i;
const BCRYPT = /^\$2[aby]\$(0[4-9]|1\d|2\d|3[01])\$[./A-Za-z0-9]{53}$/;
const BASE32 = /^[A-Z2-7]{26,128}$/;

/** The text of a value; absent when there is none. */
export function text(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** Several texts in one cell, separated by a comma, a bar or a semicolon, or a list of them. */
export function list(value: unknown): string[] {
  const parts = Array.isArray(value) ? value : (text(value) ?? "").split(/[,|;\s]+/);
  return parts.flatMap((part) => text(part) ?? []);
}

/** A JSON value, from a cell or as it is; a text that is no JSON stays what it is, for the schema to refuse. */
export function json(value: unknown): unknown {
  if (typeof value !== "string") return value ?? undefined;
  if (value.trim() === "") return undefined;
  try {
    return JSON.parse(value) ?? undefined;
  } catch {
    return value;
  }
}

/** The entries of a list of objects, from a cell or as it is; none when it is something else. */
export function objects(value: unknown): Values[] {
  const found = json(value);
  return Array.isArray(found) ? found.filter((one): one is Values => typeof one === "object" && one !== null) : [];
}

/** An object, from a cell or as it is; empty when it is something else. */
export function object(value: unknown): Values {
  const found = json(value);
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Values) : {};
}

/**
 * A moment: ISO 8601, PostgreSQL's text (without a zone it is UTC), or a Unix time in seconds or milliseconds. What is none
 * stays what it is, for the schema to refuse.
 */
export function moment(value: unknown): unknown {
  const given = text(value);
  if (given === undefined) return undefined;
  if (/^\d{9,10}(\.\d+)?$/.test(given)) return new Date(Number(given) * 1000);
  if (/^\d{12,14}$/.test(given)) return new Date(Number(given));
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(given) ?? [];
  if (!day) return given;
  const offset = !zone || /^z$/i.test(zone) ? "Z" : zone.length === 3 ? `${zone}:00` : zone.replace(/^(...):?(..)$/, "$1:$2");
  const date = new Date(`${day}T${time ?? "00:00"}${offset}`);
  return Number.isNaN(date.getTime()) ? given : date;
}

/** Whether a cell or value says yes: true, "true", "t", 1. */
export function flag(value: unknown): boolean {
  return value === true || /^(true|t|1|yes)$/i.test(text(value) ?? "");
}

/** A picture that can be shown here: https, at most 500 characters. Others are kept with what has no place. */
export function picture(value: unknown): string | undefined {
  const given = text(value);
  return given && given.length <= 500 && /^https:\/\//.test(given) && URL.canParse(given) ? given : undefined;
}

/**
 * What becomes of a password: a bcrypt hash this site can check at its own cost is kept, and is raised at the first sign-in; of
 * any other the person chooses a new one then. A costlier one than BCRYPT_COST would tell by its time that the account is there.
 */
export function password(hash: unknown): { passwordHash?: string; resetAtSignIn?: true } {
  const given = text(hash);
  if (given === undefined) return {};
  return BCRYPT.test(given) && Number(given.slice(4, 6)) <= env().BCRYPT_COST ? { passwordHash: given } : { resetAtSignIn: true };
}

/** The secret of an authenticator app, when it is one our apps' codes can be checked with: base32, at least 16 bytes. */
export function totp(value: unknown): string | undefined {
  const given = text(value)
    ?.replace(/[\s=-]/g, "")
    .toUpperCase();
  return given && BASE32.test(given) ? given : undefined;
}

/** What has no column here, under the name of where it came from: nothing is lost but secrets. Absent when there is nothing. */
export function leftover(source: string, values: Values, used: readonly string[]): Record<string, unknown> | undefined {
  const kept = Object.entries(values).flatMap(([name, value]) => {
    const known = used.includes(name) || SECRET.test(name) || value === null || value === "" || value === undefined;
    return known || (Array.isArray(value) && value.length === 0) ? [] : [[name, withoutSecrets(value)]];
  });
  return kept.length > 0 ? { [source]: Object.fromEntries(kept) } : undefined;
}

/** The same without what is called a secret, at every level but those that the schema refuses for their depth. */
function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > 40) return value;
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => (SECRET.test(name) ? [] : [[name, withoutSecrets(one, depth + 1)]])),
  );
}
