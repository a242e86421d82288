import type { Draft } from "./person";
import { json, moment, password, text } from "./values";

/** A row of our own export, as CSV or as JSON lines: each column is what it is called. */
export function fromFoyer(values: Record<string, unknown>): Draft {
  return {
    id: text(values.id),
    externalId: text(values.externalId),
    email: text(values.email),
    emailVerified: moment(values.emailVerified),
    name: text(values.name),
    image: elsewhere(text(values.image)),
    role: text(values.role),
    city: text(values.city),
    interests: json(values.interests),
    bio: text(values.bio),
    locale: text(values.locale),
    theme: text(values.theme),
    createdAt: moment(values.createdAt),
    lastSeenAt: moment(values.lastSeenAt),
    bannedAt: moment(values.bannedAt),
    bannedUntil: moment(values.bannedUntil),
    banReason: text(values.banReason),
    publicMetadata: json(values.publicMetadata),
    privateMetadata: json(values.privateMetadata),
    unsafeMetadata: json(values.unsafeMetadata),
    providers: json(values.providers),
    ...password(values.passwordHash),
  };
}

/** A picture that was uploaded lies at the site it was uploaded to: what is there already stays. */
function elsewhere(image: string | undefined): string | undefined {
  return image?.startsWith("/api/avatars/") ? undefined : image;
}
