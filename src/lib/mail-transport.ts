import { createTransport } from "nodemailer";
import { env } from "./env";
import { withoutAddresses } from "./text";

const MAX_REASON = 300;

/** A connection to the mail server of SMTP_URL, with these waits in milliseconds where the URL sets no others. */
export function openMailTransport(waits: {
  dnsTimeout: number;
  connectionTimeout: number;
  greetingTimeout: number;
  socketTimeout: number;
}) {
  const url = env().SMTP_URL ?? "";
  const { username, hostname } = new URL(url);
  // A password is not sent in the clear because somebody on the way took STARTTLS out; `?requireTLS=false` allows it by name.
  const requireTLS = Boolean(username) && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return createTransport({ requireTLS, ...waits, url });
}

/** What the server said, for the log, the row and the admin: its first line, without addresses, which are personal data. */
export function mailReason(error: unknown): string {
  const { response, code, message } = error as { response?: string; code?: string; message?: string };
  return withoutAddresses(`${code ? `${code}: ` : ""}${response ?? message ?? String(error)}`).slice(0, MAX_REASON);
}
