import { createHash } from "node:crypto";
import { env } from "./env";
import { log } from "./log";

const PATIENCE_MS = 1_500;
const PREFIX_CHARS = 5;
/** A range has about a thousand lines of 40 bytes; what is far longer is no range. */
const MOST_BYTES = 1_000_000;

/**
 * Whether a password stands in the lists of stolen ones at Have I Been Pwned, when HIBP_ENABLED is set; else false, and nothing
 * is asked. Only the first five hex digits of its SHA-1 leave this process (k-anonymity), and the answer is padded, so that
 * its length tells nothing. A service that fails, hangs or talks nonsense stops nobody: the answer is then false, and logged.
 * https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange; NIST SP 800-63B-4, 3.1.1.2; ASVS 6.2.12.
 */
export async function isBreached(password: string): Promise<boolean> {
  const { HIBP_ENABLED, HIBP_URL } = env();
  if (!HIBP_ENABLED) return false;
  const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
  try {
    const answer = await fetch(new URL(digest.slice(0, PREFIX_CHARS), HIBP_URL), {
      headers: { "Add-Padding": "true", "User-Agent": "Foyer" },
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return isListed(await bodyOf(answer), digest.slice(PREFIX_CHARS));
  } catch (error) {
    log().warn({ err: error }, "breached passwords were not asked");
    return false;
  }
}

async function bodyOf(answer: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_BYTES) throw new Error("the answer is too long");
  }
  return text;
}

/** Lines are `SUFFIX:COUNT`; those with a count of 0 are padding. */
function isListed(range: string, suffix: string): boolean {
  return range.split(/\r?\n/).some((line) => {
    const [listed, count] = line.split(":");
    return listed?.toUpperCase() === suffix && Number(count) > 0;
  });
}
