import type { Draft } from "./person";
import { flag, json, leftover, list, moment, password, picture, text, totp } from "./values";

const USED = [
  "id",
  "first_name",
  "last_name",
  "primary_email_address",
  "created_at",
  "last_sign_in_at",
  "banned",
  "public_metadata",
  "private_metadata",
  "unsafe_metadata",
];

/**
 * A row of the CSV file of Clerk's dashboard. Beside its thirteen columns, those that Clerk's API names for the same person may
 * be joined to it: created_at, last_sign_in_at, image_url, banned and the three metadata.
 */
export function fromClerk(values: Record<string, unknown>): Draft {
  const verified = list(values.verified_email_addresses).map((address) => address.toLowerCase());
  const email = text(values.primary_email_address) ?? verified[0] ?? list(values.unverified_email_addresses)[0];
  const image = picture(values.image_url);
  const totpSecret = totp(values.totp_secret);
  const kept = {
    ...values,
    // The primary one stands in two columns; only what is beside it has no place.
    verified_email_addresses: verified.filter((address) => address !== email?.toLowerCase()),
    unverified_email_addresses: list(values.unverified_email_addresses).filter((address) => address !== email),
    ...(image && { image_url: undefined }),
    ...(!totpSecret && text(values.totp_secret) && { authenticator_not_taken_over: true }),
  };
  const left = leftover("clerk", kept, USED);
  const own = json(values.private_metadata);
  const createdAt = moment(values.created_at);
  return {
    externalId: text(values.id),
    email,
    emailVerified: email && verified.includes(email.toLowerCase()) ? (createdAt ?? new Date()) : undefined,
    name: [text(values.first_name), text(values.last_name)].filter(Boolean).join(" ") || undefined,
    image,
    createdAt,
    lastSeenAt: moment(values.last_sign_in_at),
    bannedAt: flag(values.banned) ? new Date() : undefined,
    publicMetadata: json(values.public_metadata),
    privateMetadata: typeof own === "object" && own !== null ? { ...own, ...left } : (own ?? left),
    unsafeMetadata: json(values.unsafe_metadata),
    ...password(values.password_digest),
    totpSecret,
  };
}
