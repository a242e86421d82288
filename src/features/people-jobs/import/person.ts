import { z } from "zod";
import { locales } from "@/i18n/locale";
import { emailSchema } from "@/lib/email";
import { metadataSchema } from "@/lib/metadata";
import { biography, cityName, interest, MAX_INTERESTS, personName } from "@/lib/profile-fields";
import { line } from "@/lib/text";

const FIRST = new Date("1900-01-01T00:00:00Z");
const LAST = new Date("9999-12-31T00:00:00Z");

const moment = z.date().min(FIRST).max(LAST);
const provider = z.strictObject({
  type: z.enum(["oauth", "oidc", "email", "webauthn"]).optional(),
  provider: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,49}$/),
  providerAccountId: line(200, 1),
});

/** Somebody from elsewhere, ready to be written. What a file does not say is absent: here it stays as it is. */
export const importedPersonSchema = z.strictObject({
  /** Of our own format only: who it was here, or at another site of ours. */
  id: z.uuid().toLowerCase().optional(),
  externalId: line(200, 1).optional(),
  email: emailSchema,
  /** When the address was confirmed there; absent when it was not. */
  emailVerified: moment.optional(),
  name: personName().optional(),
  image: z
    .url({ protocol: /^https$/ })
    .max(500)
    .optional(),
  role: z.enum(["MEMBER", "ADMIN"]).optional(),
  city: cityName(1).optional(),
  interests: z.array(interest).max(MAX_INTERESTS).optional(),
  bio: biography(1).optional(),
  locale: z.enum(locales).optional(),
  theme: z.enum(["light", "dark", "system"]).optional(),
  createdAt: moment.optional(),
  lastSeenAt: moment.optional(),
  bannedAt: moment.optional(),
  bannedUntil: moment.optional(),
  banReason: line(300).optional(),
  publicMetadata: metadataSchema.optional(),
  privateMetadata: metadataSchema.optional(),
  unsafeMetadata: metadataSchema.optional(),
  providers: z.array(provider).max(20).optional(),
  /** A hash this site can check. */
  passwordHash: z.string().max(100).optional(),
  /** There was a password whose hash nobody here can check. */
  resetAtSignIn: z.literal(true).optional(),
  /** In base32. */
  totpSecret: z.string().max(128).optional(),
});
export type ImportedPerson = z.output<typeof importedPersonSchema>;

/** A row that was left alone. */
export type Refused = { subject: string; reason: RefusalReason; field?: string };
/** Why: each has its words below `peopleJobs.refusals` in src/i18n/messages. */
export const IMPORT_REFUSALS = [
  "unreadable",
  "address_missing",
  "address_invalid",
  "value_invalid",
  "metadata_too_large",
  "deleted_there",
  "duplicate",
  "address_taken",
  "address_unconfirmed",
  "address_differs",
  "other_external_id",
  "provider_taken",
  "redacted",
] as const;
export type RefusalReason = (typeof IMPORT_REFUSALS)[number];

/** What a format makes of a row, before it is looked at. */
export type Draft = { [Name in keyof ImportedPerson]?: unknown } & { deletedThere?: boolean };

/** A row that can be imported, or why it cannot. */
export type Checked = { person: ImportedPerson } | { refused: Refused };

/** Looks at what a format made of a row by the schemas of the site's own forms. */
export function check({ deletedThere, ...draft }: Draft): Checked {
  const subject = String(draft.email ?? draft.externalId ?? draft.id ?? "").slice(0, 254);
  if (deletedThere) return { refused: { subject, reason: "deleted_there" } };
  if (draft.email === undefined) return { refused: { subject, reason: "address_missing", field: "email" } };
  const { success, data, error } = importedPersonSchema.safeParse(draft);
  if (success) return { person: data };
  const [issue] = error.issues;
  const field = String(issue?.path[0] ?? "");
  if (field === "email") return { refused: { subject: printable(subject), reason: "address_invalid", field } };
  const reason = issue?.message === "metadata_large" ? "metadata_too_large" : "value_invalid";
  return { refused: { subject: printable(subject), reason, field } };
}

/** What PostgreSQL takes and a table shows. */
function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cs}/gu, "");
}
