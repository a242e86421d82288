import type { MailProps, MailTemplate } from "@/lib/mail-props";

/** The address the links of these tests lead to, and the only one. */
export const SITE = "https://members.example.org";

const when = "2026-11-20T21:42:00.000Z";
const token = "Zk3vJq0b1uVd8sXn5mWc2rTy7hLp4gKa9eFi6oQzBxE";

/** Every mail there is, with everything it can be told. */
export const SAMPLES: { [Template in MailTemplate]: MailProps<Template> } = {
  welcome: { name: "Amélie Fontaine" },
  verification: { url: `${SITE}/verify-email?token=${token}`, minutes: 1440 },
  alreadyRegistered: { signInUrl: `${SITE}/login`, resetUrl: `${SITE}/forgot-password` },
  reset: { url: `${SITE}/reset-password?token=${token}`, minutes: 30 },
  passwordChanged: { when, browser: "Firefox 152 on Linux", place: "Lyon, FR" },
  securityChanged: { when, browser: "Firefox 152 on Linux", place: "Lyon, FR", what: "totpOn" },
  newDevice: { when, browser: "Chrome 140 on Windows", place: "Paris, FR", url: `${SITE}/not-me?token=${token}` },
  emailChange: { url: `${SITE}/confirm-email?token=${token}`, newAddress: "amelie@new.example.org", hours: 1 },
  emailChanged: {
    oldAddress: "amelie@old.example.org",
    newAddress: "amelie@new.example.org",
    revertUrl: `${SITE}/revert-email?token=${token}`,
    days: 7,
  },
  invitation: { url: `${SITE}/invitation?token=${token}`, by: "Ines Carvalho", days: 7 },
  organizationInvitation: {
    url: `${SITE}/join?token=${token}`,
    by: "Ines Carvalho",
    byId: "01a1fe19-f170-745f-b80d-f3623d10600e",
    organization: "Choir of the North",
    days: 7,
  },
  accountCreated: { url: `${SITE}/reset-password?token=${token}`, days: 7 },
  banned: { reason: "Sold other people’s photographs", until: when },
  accountDeletion: { when, undoUrl: `${SITE}/settings/account?undo=${token}` },
  magicLink: { url: `${SITE}/magic-link?token=${token}`, minutes: 15 },
};
