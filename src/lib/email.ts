import { z } from "zod";

/**
 * The one form in which an address is compared and stored: NFKC first, because it can turn a harmless character into
 * an @ or a dot, then trimmed and lower case (the local part too: two people never share an address by case).
 */
export function normaliseEmail(value: string): string {
  return value.normalize("NFKC").trim().toLowerCase();
}

/** An e-mail address as typed, checked after it is normalised; at most 254 characters (RFC 5321). An empty one is missing, not wrong. */
export const emailSchema = z.string().max(320).transform(normaliseEmail).pipe(z.string().min(1)).pipe(z.email().max(254));
