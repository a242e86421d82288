import type { Draft } from "./person";
import { flag, leftover, moment, objects, password, picture, text } from "./values";

const USED = ["id", "name", "email", "emailVerified", "createdAt", "updatedAt", "role", "banned", "banReason", "banExpires", "accounts"];

/** A row of Better Auth's `user` table, with the rows of its `account` table in a column `accounts`. */
export function fromBetterAuth(values: Record<string, unknown>): Draft {
  const accounts = objects(values.accounts);
  const image = picture(values.image);
  const isBanned = flag(values.banned);
  const createdAt = moment(values.createdAt);
  const providers = accounts
    .map(({ providerId, accountId }) => ({ provider: text(providerId), providerAccountId: text(accountId) }))
    .filter(({ provider }) => provider !== "credential");
  return {
    externalId: text(values.id),
    email: text(values.email),
    // It keeps only whether, not when.
    emailVerified: flag(values.emailVerified) ? (createdAt ?? new Date()) : undefined,
    name: text(values.name),
    image,
    role: (text(values.role) ?? "").split(",").includes("admin") ? "ADMIN" : undefined,
    createdAt,
    bannedAt: isBanned ? new Date() : undefined,
    bannedUntil: isBanned ? moment(values.banExpires) : undefined,
    banReason: isBanned ? text(values.banReason) : undefined,
    privateMetadata: leftover("better-auth", { ...values, ...(image && { image: undefined }) }, USED),
    providers: providers.length > 0 ? providers : undefined,
    ...password(accounts.find(({ providerId }) => providerId === "credential")?.password),
  };
}
