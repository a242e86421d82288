import { z } from "zod";

/** Without what PostgreSQL's JSON cannot hold: nobody's change may fail because of a mail about it. */
const text = z
  .string()
  .max(500)
  .transform((value) => value.replace(/[\0\p{Cs}]/gu, ""));
const url = z.url({ protocol: /^https?$/ }).max(2_000);
/** ISO 8601, as `Date.toISOString` writes it: the row is JSON. */
const when = z.iso.datetime();
const count = z.number().int().positive();
const device = { when, browser: text, place: text.optional() };

/** What a person is told of besides a new password or address (ASVS 6.3.7). */
const SECURITY_CHANGES = [
  "totpOn",
  "totpOff",
  "recoveryCodesRenewed",
  "recoveryCodeUsed",
  "passkeyAdded",
  "passkeyRemoved",
  "providerConnected",
  "providerDisconnected",
  "factorsReset",
] as const;
export type SecurityChange = (typeof SECURITY_CHANGES)[number];

/**
 * Every mail Foyer sends, and what each is told. Links are made by `siteLink`, moments are ISO texts; names and places may be
 * anything, the templates write them down safely.
 */
export const mailProps = {
  /** The account is ready. */
  welcome: z.strictObject({ name: text }),
  /** Confirm that this address is yours. */
  verification: z.strictObject({ url, minutes: count }),
  /** Somebody wanted to register, or change to, an address that has an account. */
  alreadyRegistered: z.strictObject({ signInUrl: url, resetUrl: url }),
  /** Choose a new password. */
  /** `voided`: the password there was is no longer one, so that this mail cannot be left alone. */
  reset: z.strictObject({ url, minutes: count, voided: z.boolean().optional() }),
  passwordChanged: z.strictObject(device),
  /** A way into the account, or its second factor, changed. */
  securityChanged: z.strictObject({ ...device, what: z.enum(SECURITY_CHANGES) }),
  /** A sign-in from a browser that was not seen before; `url` leads to "this was not me". */
  newDevice: z.strictObject({ ...device, url }),
  /** To the new address: confirm it. */
  emailChange: z.strictObject({ url, newAddress: text, hours: count }),
  /** To the old address: told, and reversible. */
  emailChanged: z.strictObject({ oldAddress: text, newAddress: text, revertUrl: url, days: count }),
  /** `by` is who invites. */
  invitation: z.strictObject({ url, by: text, days: count }),
  /** As `invitation`, into an organisation; by `byId` the names in it are found when whoever invites is deleted. */
  organizationInvitation: z.strictObject({ url, by: text, byId: z.uuid(), organization: text, days: count }),
  /** An admin made an account for this address: choose a password for it. */
  accountCreated: z.strictObject({ url, days: count }),
  /** An admin closed the account, until then or for good. */
  banned: z.strictObject({ reason: text, until: when.optional() }),
  /** The account goes at `when`. */
  accountDeletion: z.strictObject({ when, undoUrl: url.optional() }),
  /** Sign in by this link. */
  magicLink: z.strictObject({ url, minutes: count }),
} satisfies Record<string, z.ZodType>;

export type MailTemplate = keyof typeof mailProps;
export type MailProps<Template extends MailTemplate> = z.output<(typeof mailProps)[Template]>;

/** A template with the props that belong to it. */
export type MailContent = { [Template in MailTemplate]: { template: Template; props: MailProps<Template> } }[MailTemplate];

/** Reads what a row of the outbox holds; throws where the row is of another release or its props are gone. */
export function readMailContent(template: string, props: unknown): MailContent {
  const schema = Object.entries(mailProps).find(([name]) => name === template)?.[1];
  if (!schema) throw new Error(`there is no mail ${template}`);
  // The schema was found by this very name, which TypeScript cannot follow.
  return { template, props: schema.parse(props) } as MailContent;
}
