import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";

/** Who may register by themselves: with `invitedOnly` nobody, else whoever has an address of these domains, or of any when there are none. */
export function signUpTerms(): { invitedOnly: boolean; domains: string[] } {
  const { SIGN_UP, SIGN_UP_DOMAINS: domains } = env();
  return { invitedOnly: SIGN_UP === "invite", domains };
}

/**
 * Why nobody registers this address without an invitation; null when they may. It follows from the settings and from what was
 * typed, never from who has an account: whoever is told it at once learns nothing (ASVS 6.3.8).
 */
export function signUpRefusal(address: string): "invited_only" | "domain" | null {
  const { invitedOnly, domains } = signUpTerms();
  if (invitedOnly) return "invited_only";
  return domains.length === 0 || domains.includes(address.slice(address.lastIndexOf("@") + 1)) ? null : "domain";
}

/** Throws AppError where `signUpRefusal` names a reason: "forbidden" for everybody, "invalid" beside the field of the address. */
export function assertSignUpOpen(address: string): void {
  const refusal = signUpRefusal(address);
  if (refusal === "invited_only") throw new AppError("forbidden", "invited_only");
  const fieldParams = { email: { domains: signUpTerms().domains.join(", ") } };
  if (refusal === "domain") throw new AppError("invalid", undefined, { fields: { email: "field.email_domain" }, fieldParams });
}
