import type { Draft } from "./person";
import { flag, json, leftover, moment, object, objects, password, picture, text } from "./values";

const USED = [
  "id",
  "email",
  "email_confirmed_at",
  "confirmed_at",
  "encrypted_password",
  "raw_user_meta_data",
  "banned_until",
  "created_at",
  "updated_at",
  "last_sign_in_at",
  "deleted_at",
  "identities",
  // The same for everybody, or about mails that were never answered.
  "instance_id",
  "aud",
  "role",
  "email_change",
  "email_change_confirm_status",
  "phone_change",
  "is_sso_user",
  "is_anonymous",
];

/**
 * A row of Supabase's auth.users, with the rows of auth.identities in a column of that name where they are wanted as ways in.
 * What people wrote themselves (raw_user_meta_data) decides upon nothing there, nor here; what the server wrote stays private.
 */
export function fromSupabase(values: Record<string, unknown>): Draft {
  const own = object(values.raw_user_meta_data);
  const bannedUntil = moment(values.banned_until);
  const isBanned = bannedUntil instanceof Date ? bannedUntil > new Date() : bannedUntil !== undefined;
  return {
    externalId: text(values.id),
    deletedThere: text(values.deleted_at) !== undefined,
    email: text(values.email),
    // Not confirmed_at, which a telephone number confirms too; and of whom a company's sign-in speaks for, nobody asked the mailbox.
    emailVerified: flag(values.is_sso_user) ? undefined : moment(values.email_confirmed_at),
    name: text(own.full_name) ?? text(own.name),
    image: picture(own.avatar_url) ?? picture(own.picture),
    createdAt: moment(values.created_at),
    lastSeenAt: moment(values.last_sign_in_at),
    bannedAt: isBanned ? new Date() : undefined,
    bannedUntil: isBanned ? bannedUntil : undefined,
    unsafeMetadata: json(values.raw_user_meta_data),
    privateMetadata: leftover("supabase", { ...values, ...falses(values) }, USED),
    providers: providersOf(values.identities),
    ...password(values.encrypted_password),
  };
}

/** Columns that say "no" of nearly everybody. */
function falses(values: Record<string, unknown>): Record<string, unknown> {
  return { is_super_admin: flag(values.is_super_admin) || undefined, raw_app_meta_data: json(values.raw_app_meta_data) };
}

/** Only what auth.identities says: raw_user_meta_data could be written by the person, and would be somebody else's way in. */
function providersOf(identities: unknown): Draft["providers"] {
  const found = objects(identities)
    .map((identity) => ({ provider: text(identity.provider), providerAccountId: text(identity.provider_id) }))
    .filter(({ provider }) => provider !== "email" && provider !== "phone");
  return found.length > 0 ? found : undefined;
}
