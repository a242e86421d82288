import { beginPasskeySignIn, finishPasskeySignIn } from "./actions";
import { type AskedToShow, refusalOf, showPasskey, stopWaiting } from "./browser";
import type { PasskeyTexts } from "./confirm-passkey-button";

/** A little less than a question is good for. */
const FRESH_MS = 270_000;

export interface Ceremony {
  /** The question of the server that is answered, and when it came. */
  asked: AskedToShow;
  since: number;
  callbackUrl: string;
  texts: PasskeyTexts;
  tell: (problem: string) => void;
}

/** Signs in by a passkey. Quietly means that nobody pressed anything: what goes wrong then is nobody's concern. */
export async function signInByPasskey(ceremony: Ceremony, quietly = false): Promise<void> {
  const { callbackUrl, texts, tell } = ceremony;
  if (Date.now() - ceremony.since > FRESH_MS) {
    const again = await beginPasskeySignIn({});
    if (!again.ok) return quietly ? undefined : tell(again.error.message);
    ceremony.asked = again.data;
    ceremony.since = Date.now();
  }
  const response = await showPasskey(ceremony.asked, quietly).catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal && !quietly) tell(texts[refusal]);
    return null;
  });
  const done = response && (await finishPasskeySignIn({ response, callbackUrl }));
  if (done?.ok === false) tell(done.error.message);
}

/** Has the browser offer passkeys among what it fills in, where it can, for as long as the page is there. Returns how to end it. */
export function offerPasskeys(ceremony: Ceremony): () => void {
  let left = false;
  let waits = false;
  const offer = async () => {
    if (left || !(await PublicKeyCredential.isConditionalMediationAvailable?.()) || left) return;
    waits = true;
    await signInByPasskey(ceremony, true);
  };
  // The network may be gone when it is asked again: then the browser just offers nothing.
  const quietly = () => void offer().catch(() => undefined);
  quietly();
  const again = setInterval(quietly, FRESH_MS + 1_000);
  return () => {
    left = true;
    clearInterval(again);
    if (waits) stopWaiting();
  };
}
