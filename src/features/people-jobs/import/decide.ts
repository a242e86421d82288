import { isDeepStrictEqual } from "node:util";
import { type Known, type Neighbours, providerKey } from "./match";
import type { ImportedPerson, RefusalReason } from "./person";

/** What of an existing row a file may change. */
const COMPARED = [
  "externalId",
  "email",
  "name",
  "image",
  "city",
  "interests",
  "bio",
  "locale",
  "theme",
  "publicMetadata",
  "unsafeMetadata",
] as const;

/** One column that is, or would be, another one. */
export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

export type Fields = Partial<Pick<ImportedPerson, (typeof COMPARED)[number] | "emailVerified" | "privateMetadata" | "role">>;

/** What is to be done with one person of a file. */
export type Decision =
  | { kind: "refused"; reason: RefusalReason; field?: string }
  | { kind: "created"; differences: Difference[] }
  | { kind: "unchanged"; id: string }
  | {
      kind: "changed";
      id: string;
      fields: Fields;
      profileComplete: boolean;
      /**
       * Ways in are taken over once, when the two are found to be one, and of nobody who has ever signed in here: theirs change
       * by their own hand, and what is closed here later stays closed.
       */
      takesWaysIn: boolean;
      /** Nobody had confirmed the address here: whatever way in was left by who registered it is closed. */
      closesWaysIn: boolean;
      differences: Difference[];
    };

/**
 * Whom of those here a person is (by id, then the id from elsewhere, then the address, which the other site has to have
 * confirmed), and what that changes. A file fills and overwrites columns, and empties none; a role is only ever raised, and only
 * with `roles`; when somebody came and whether they are shut out is this site's to know, once they are here.
 */
export function decide(person: ImportedPerson, around: Neighbours, { roles }: { roles: boolean }): Decision {
  const byId = person.id === undefined ? undefined : around.byId.get(person.id);
  const byExternalId = person.externalId === undefined ? undefined : around.byExternalId.get(person.externalId);
  const byEmail = around.byEmail.get(person.email);
  const known = byId ?? byExternalId ?? byEmail;
  const isSure = (byId ?? byExternalId) !== undefined;
  const reason = known ? problemWith(person, known, { byExternalId, byEmail, isSure }) : null;
  if (reason) return { kind: "refused", ...reason };
  if (person.id !== undefined && around.gone.has(person.id)) return { kind: "refused", reason: "redacted" };
  const holders = (person.providers ?? []).map((pair) => around.byProvider.get(providerKey(pair)));
  if (holders.some((holder) => holder !== undefined && holder !== known?.id))
    return { kind: "refused", reason: "provider_taken", field: "providers" };
  return known ? compare(person, known, { roles, isSure }) : { kind: "created", differences: allOf(person, roles) };
}

function problemWith(
  person: ImportedPerson,
  known: Known,
  { byExternalId, byEmail, isSure }: { byExternalId: Known | undefined; byEmail: Known | undefined; isSure: boolean },
): { reason: RefusalReason; field?: string } | null {
  if (known.deletedAt) return { reason: "redacted" };
  if (byExternalId && byExternalId.id !== known.id) return { reason: "other_external_id", field: "externalId" };
  if (byEmail && byEmail.id !== known.id) return { reason: "address_taken", field: "email" };
  if (person.externalId && known.externalId && known.externalId !== person.externalId)
    return { reason: "other_external_id", field: "externalId" };
  // Whoever typed somebody else's address over there is not who has it here.
  if (!person.emailVerified && (!isSure || known.email !== person.email)) return { reason: "address_unconfirmed", field: "email" };
  // Somebody who has been here may have given the address up: it is changed by them, or by an admin who asks.
  if (known.email !== person.email && known.hasSignedIn) return { reason: "address_differs", field: "email" };
  return null;
}

function compare(person: ImportedPerson, known: Known, { roles, isSure }: { roles: boolean; isSure: boolean }): Decision {
  const fields: Fields = {};
  const differences: Difference[] = [];
  const take = <Name extends keyof Fields>(field: Name, after: Fields[Name], before: unknown) => {
    if (after === undefined || isDeepStrictEqual(after, before)) return;
    fields[field] = after;
    differences.push({ field, before, after });
  };
  for (const field of COMPARED) take(field, person[field], known[field]);
  if (!known.emailVerified) take("emailVerified", person.emailVerified, null);
  if (person.privateMetadata)
    take("privateMetadata", { ...(known.privateMetadata as object), ...person.privateMetadata }, known.privateMetadata);
  if (roles && person.role === "ADMIN") take("role", "ADMIN", known.role);
  const closesWaysIn = !isSure && known.emailVerified === null;
  const isNobodysYet = closesWaysIn || !known.hasSignedIn;
  const takesWaysIn = !isSure && person.externalId !== undefined && known.role !== "ADMIN" && isNobodysYet;
  if (takesWaysIn) differences.push(...waysInOf(person, closesWaysIn ? NOTHING : known));
  if (differences.length === 0) return { kind: "unchanged", id: known.id };
  const profileComplete = known.profileComplete || isComplete({ ...person, ...withoutNull(known), ...fields });
  return { kind: "changed", id: known.id, fields, profileComplete, takesWaysIn, closesWaysIn, differences };
}

/** Whether a profile has all that a member is asked for at first. */
export function isComplete({ name, city, interests, bio }: Pick<ImportedPerson, "name" | "city" | "interests" | "bio">): boolean {
  return (name?.length ?? 0) >= 2 && (city?.length ?? 0) >= 2 && (interests?.length ?? 0) > 0 && (bio?.length ?? 0) > 0;
}

function allOf(person: ImportedPerson, roles: boolean): Difference[] {
  const { providers: _, passwordHash: __, resetAtSignIn: ___, totpSecret: ____, role, ...columns } = person;
  const shown = { ...columns, ...(roles && role === "ADMIN" ? { role } : {}) };
  const set = Object.entries(shown).flatMap(([field, after]) => (after === undefined ? [] : [{ field, before: null, after }]));
  return [...set, ...waysInOf(person, NOTHING)];
}

const NOTHING = { hasPassword: false, hasTotp: false };

/** Ways in, without what a secret is. */
function waysInOf(
  { providers = [], passwordHash, resetAtSignIn, totpSecret }: ImportedPerson,
  { hasPassword, hasTotp }: Pick<Known, "hasPassword" | "hasTotp">,
): Difference[] {
  const password = hasPassword ? null : passwordHash ? "bcrypt" : resetAtSignIn ? "reset" : null;
  return [
    ...(providers.length > 0 ? [{ field: "providers", before: null, after: providers.map(({ provider }) => provider) }] : []),
    ...(password ? [{ field: "password", before: null, after: password }] : []),
    ...(totpSecret && !hasTotp ? [{ field: "totp", before: null, after: "on" }] : []),
  ];
}

function withoutNull({ name, city, interests, bio }: Known) {
  return { name, interests, ...(city !== null && { city }), ...(bio !== null && { bio }) };
}
