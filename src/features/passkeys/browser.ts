import { startAuthentication, startRegistration, WebAuthnAbortService, WebAuthnError } from "@simplewebauthn/browser";

/*
 * The half of the ceremony that runs in the browser. Loaded when it is needed: most people who open a page with passkeys on
 * it use none on that visit.
 */
export type AskedToCreate = Parameters<typeof startRegistration>[0]["optionsJSON"];
export type AskedToShow = Parameters<typeof startAuthentication>[0]["optionsJSON"];

/** Why the browser brought nothing; a key of the texts. */
export type BrowserRefusal = "cancelled" | "known" | "unsupported";

/** Makes a passkey; throws what `refusalOf` explains. */
export function createPasskey(optionsJSON: AskedToCreate) {
  return startRegistration({ optionsJSON });
}

/** Shows a passkey: in a dialog, or, with `quietly`, among what the browser fills in (conditional UI), which waits until one is chosen. */
export function showPasskey(optionsJSON: AskedToShow, quietly = false) {
  return startAuthentication({ optionsJSON, useBrowserAutofill: quietly });
}

/** Ends a ceremony that still waits. */
export function stopWaiting(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** What to tell the person; null when they stopped it by starting another. */
export function refusalOf(error: unknown): BrowserRefusal | null {
  if (error instanceof WebAuthnError && error.code === "ERROR_CEREMONY_ABORTED") return null;
  const name = error instanceof Error ? error.name : "";
  if (name === "AbortError") return null;
  if (name === "InvalidStateError") return "known";
  return name === "NotAllowedError" ? "cancelled" : "unsupported";
}
