import "server-only";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { env } from "@/lib/env";

/** The specification has no dots in them: an id that ends in one and a time could be read as another id. */
const MESSAGE_ID = /^[\w-]{1,255}$/;
const HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

/** The headers of Standard Webhooks for this body: signed by every secret, so that whoever knows one of two while they change can tell. */
export function signed(id: string, body: string): Record<(typeof HEADERS)[number], string> {
  const now = new Date();
  const signatures = env().WEBHOOK_SECRETS.map((secret) => new Webhook(secret).sign(id, now, body));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": signatures.join(" "),
  };
}

/** The id of a message that somebody signed who knows a secret, within five minutes; null for any other. */
export function verifiedId(headers: Pick<Headers, "get">, body: string): string | null {
  const [id = "", timestamp = "", signature = ""] = HEADERS.map((name) => headers.get(name) ?? "");
  // Digits alone: what is signed is a number, and "1 " or "1x" would be other spellings of it.
  if (!MESSAGE_ID.test(id) || !/^\d{1,12}$/.test(timestamp)) return null;
  const given = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  return env().WEBHOOK_SECRETS.some((secret) => isSignedBy(secret, given, body)) ? id : null;
}

function isSignedBy(secret: string, headers: Record<string, string>, body: string): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}
