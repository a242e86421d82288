import { z } from "zod";
import type { Visitor } from "../entry";
import { sealedCookie } from "./sealed-cookie";

/** How long to wait before the next mail is asked for, in seconds: first soon, because it may be lost; then slower. */
const WAITS = [30, 60, 120, 300, 600];

const cookie = sealedCookie(
  "foyer-address",
  24 * 3600,
  z.object({ address: z.string(), path: z.string(), sentAt: z.number(), mails: z.number() }),
);

/** What this browser was told to look for in a mailbox. It says nothing of whether there is an account. */
export interface PendingAddress {
  address: string;
  /** Where the person was going. */
  path: string;
  /** Mails asked for so far. */
  mails: number;
  /** Seconds until another may be asked for; 0 when it may be now. */
  wait: number;
}

/** Notes in this browser that a mail to this address was asked for. Not a limit: that is counted by address, in the job. */
export async function rememberAddress(address: string, path: string, mails: number, by: Visitor): Promise<void> {
  await cookie.write({ address, path, sentAt: Date.now(), mails }, by);
}

/** The address this browser waits for a mail at, or null. */
export async function pendingAddress(by: Visitor): Promise<PendingAddress | null> {
  const noted = await cookie.read(by);
  if (!noted) return null;
  const until = noted.sentAt + (WAITS[Math.min(noted.mails, WAITS.length) - 1] ?? 0) * 1000;
  const { address, path, mails } = noted;
  return { address, path, mails, wait: Math.max(0, Math.ceil((until - Date.now()) / 1000)) };
}

/** There is nothing left to wait for. */
export async function forgetAddress(by: Visitor): Promise<void> {
  await cookie.clear(by);
}
