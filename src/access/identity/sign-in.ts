import { redirect } from "next/navigation";
import { configuredProviders, isMagicLinkOffered, listedProviders, signIn, signInHere, signOut, TICKET_PROVIDER } from "@/auth";
import { type WayIn, waysIn } from "@/lib/auth-providers";
import { AppError } from "@/lib/errors";
import { answerTo } from "../answer";
import { currentStanding } from "../entry";
import { closeSession } from "./credentials";
import { rememberWhoConnects } from "./providers";
import { SignInRefused } from "./sign-in-refused";

export { isMagicLinkOffered, listedProviders };

/** The ways in that are offered here, in the order of auth.config.ts. */
export function offeredWaysIn(): WayIn[] {
  return waysIn(configuredProviders());
}

/**
 * Signs this browser in with address and password, or throws AppError: "unauthenticated" for a wrong pair (one text for
 * every reason), "rate_limited" when too many hashes wait, "unavailable" during an outage. False: the pair was right, and
 * nobody is signed in yet, because a second step is asked for at `twoStepPage`.
 */
export async function signInWithPassword(email: string, password: string): Promise<boolean> {
  try {
    await signInHere("credentials", { email, password });
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    if (error.told?.reason === "second_step") return false;
    throw error.told ?? new AppError("unauthenticated", "wrong_credentials");
  }
  return true;
}

/** Signs this browser in with a ticket, or throws AppError "unauthenticated" for one that is not, or no longer, good. */
export async function signInWithTicket(ticket: string): Promise<void> {
  try {
    await signInHere(TICKET_PROVIDER, { ticket });
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error;
    throw error.told ?? new AppError("unauthenticated", "two_step_over");
  }
}

/** Whether this browser may be sent to a provider of this id. */
export function isOfferedProvider(provider: string): boolean {
  return offeredWaysIn().some(({ id, type }) => id === provider && type !== "credentials");
}

/**
 * Sends the browser to a provider (by Next's redirect, so this never returns); afterwards it comes back to `path`, signed in, or with the
 * provider connected to the account of whom it `connects`. Where somebody else is signed in by now, or nobody, it leads to the settings instead, and says so.
 */
export async function continueWithProvider(provider: string, path: string, connects: string | undefined): Promise<never> {
  if (!isOfferedProvider(provider)) throw new AppError("invalid", "unknown_provider");
  // The buttons are plain forms, which show no answer.
  const isTheirs = await rememberWhoConnects(connects).catch(async (error: unknown) => {
    await answerTo(error);
    return redirect(`/login?${new URLSearchParams({ error: "unavailable", callbackUrl: path })}`);
  });
  if (!isTheirs) redirect("/settings/security?error=signed_in_meanwhile");
  await signIn(provider, { redirectTo: path });
  throw new AppError("unavailable");
}

/** Ends this session in the database, and takes the cookie back. Throws, and leaves the cookie, where it cannot be ended. */
export async function endSession(): Promise<void> {
  const current = await currentStanding();
  // Before Auth.js is asked, which would only log that it failed.
  if (current) await closeSession(current.claims);
  await signOut({ redirect: false, redirectTo: "/" });
}
