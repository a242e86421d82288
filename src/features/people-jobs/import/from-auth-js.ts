import type { Draft } from "./person";
import { leftover, moment, objects, password, picture, text } from "./values";

const USED = ["id", "name", "email", "emailVerified", "email_verified", "createdAt", "created_at", "role", "accounts"];

/** A row of Auth.js's `User` table, with the rows of its `Account` table in a column `accounts`; a hash in a column of its own. */
export function fromAuthJs(values: Record<string, unknown>): Draft {
  const image = picture(values.image);
  const providers = objects(values.accounts)
    .map(({ provider, providerAccountId }) => ({ provider: text(provider), providerAccountId: text(providerAccountId) }))
    .filter(({ provider }) => provider !== "credentials" && provider !== "email");
  const hash = values.passwordHash ?? values.password_hash ?? values.hashedPassword ?? values.password;
  return {
    externalId: text(values.id),
    email: text(values.email),
    emailVerified: moment(values.emailVerified ?? values.email_verified),
    name: text(values.name),
    image,
    role: /^admin$/i.test(text(values.role) ?? "") ? "ADMIN" : undefined,
    createdAt: moment(values.createdAt ?? values.created_at),
    privateMetadata: leftover("authjs", { ...values, ...(image && { image: undefined }) }, USED),
    providers: providers.length > 0 ? providers : undefined,
    ...password(hash),
  };
}
