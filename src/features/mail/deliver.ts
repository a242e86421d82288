import "server-only";
import { env } from "@/lib/env";
import { mailReason, openMailTransport } from "@/lib/mail-transport";
import { siteOrigin } from "@/lib/site-link";
import { MARK_CID, MARK_PNG } from "./mark";
import type { RenderedMail } from "./render";

/** Each wait for the server; SMTP_URL may set others (`?socketTimeout=60000`). */
const TIMEOUTS = { dnsTimeout: 10_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** The whole conversation: a server that sends a byte now and then would never run into the others. */
const LONGEST_MS = 120_000;

/** `refused`: this mail to this address will never be taken. `failed`: perhaps later. */
export type Outcome = { result: "sent" } | { result: "refused" | "failed"; reason: string };

export interface Envelope {
  id: string;
  to: string;
  createdAt: Date;
}

/**
 * One conversation with the mail server. The Message-ID is the same at every try, by which most servers drop a second copy of
 * what they took when the connection broke before they could say so. Never throws for what the server does.
 */
export async function deliver({ id, to, createdAt }: Envelope, { subject, html, text }: RenderedMail): Promise<Outcome> {
  const { EMAIL_FROM } = env();
  const host = new URL(siteOrigin()).hostname;
  const transport = openMailTransport(TIMEOUTS);
  let late: NodeJS.Timeout | undefined;
  try {
    const sending = transport.sendMail({
      from: EMAIL_FROM,
      // As an object, so that nothing in an address is read as a second one.
      to: { name: "", address: to },
      subject,
      html,
      text,
      date: createdAt,
      messageId: `<${id}@${host}>`,
      // Out-of-office replies and the like have nobody to go to (RFC 3834); a filter can be hung on the list's id (RFC 2919).
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "List-Id": `Foyer account mail <account.${host}>` },
      attachments: [{ filename: "foyer.png", content: Buffer.from(MARK_PNG, "base64"), cid: MARK_CID, contentDisposition: "inline" }],
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const tooLong = new Promise<never>((_, fail) => {
      late = setTimeout(() => fail(new Error(`no end after ${LONGEST_MS / 1000} s`)), LONGEST_MS);
    });
    await Promise.race([sending, tooLong]);
    return { result: "sent" };
  } catch (error) {
    return { result: isPermanent(error) ? "refused" : "failed", reason: mailReason(error) };
  } finally {
    clearTimeout(late);
    transport.close();
  }
}

/** A 5xx to the address or to the content. To the greeting, the password or the sender it is the settings that are wrong: those get mended. */
function isPermanent(error: unknown): boolean {
  const { responseCode = 0, command = "" } = error as { responseCode?: number; command?: string };
  return responseCode >= 500 && responseCode < 600 && /^(RCPT TO|DATA)$/.test(command);
}
