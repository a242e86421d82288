import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Member } from "./foyer";
import { send } from "./load";
import type { Running } from "./process";

export const PASSWORD = "plum-velvet-harbour-92";
const REFUSED_PAUSE_MS = 1_000;
/** What each person's browser was told to keep, as browsers do: without it every sign-in would be one on a new device, with its mail. */
const devices = new Map<string, string>();
/** The hidden fields of the sign-in form, as a browser without JavaScript sends them. */
export type Form = [name: string, value: string][];

/** Reads the sign-in form as it is served now. */
export async function signInForm({ url }: Running): Promise<Form> {
  const html = await (await fetch(`${url}/login`)).text();
  const form = /<form[^>]*>(?:(?!<\/form>).)*name="password".*?<\/form>/s.exec(html)?.[0] ?? "";
  const fields = [...form.matchAll(/<input type="hidden"[^>]*>/g)].map(([tag]): Form[number] => [
    attribute(tag, "name"),
    attribute(tag, "value"),
  ]);
  if (fields.length === 0) throw new Error("/login has no form that works without JavaScript");
  return fields;
}

/**
 * Signs in; false when the form comes back, because so many wait already. From the second time on a known device, unless it is to be a
 * `newDevice`. Each person comes from an address of their own: a limit on guessing is not what is measured.
 */
export async function signIn(agent: Agent, form: Form, { url }: Running, { id, email }: Member, newDevice = false): Promise<boolean> {
  const boundary = "----bench";
  const fields = [...form, ["email", email], ["password", PASSWORD]];
  const parts = fields.map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const address = [0, 2, 4].map((at) => Number.parseInt(id.slice(at, at + 2), 16)).join(".");
  const device = newDevice ? undefined : devices.get(id);
  const { status, headers } = await send(agent, `${url}/login`, {
    method: "POST",
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      origin: url,
      "x-forwarded-for": `10.${address}`,
      ...(device && { cookie: device }),
    },
    body: `${parts.join("")}--${boundary}--\r\n`,
  });
  if (status === 200) return false;
  if (status !== 303 || !headers["set-cookie"]?.some((cookie) => cookie.startsWith("authjs.session-token=ey")))
    throw new Error(`signing in answered ${status}`);
  const kept = headers["set-cookie"].find((cookie) => /^(?:__\w+-)?foyer-device=/.test(cookie))?.split(";")[0];
  if (kept) devices.set(id, kept);
  return true;
}

/** So many browsers that sign in again and again until they are stopped; `stop` resolves with how many did, and were told to come back. */
export function keepSigningIn(
  browsers: number,
  form: Form,
  server: Running,
  people: Member[],
): { stop(): Promise<{ count: number; refused: number }> } {
  let running = true;
  let count = 0;
  let refused = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: browsers });
  const browser = async (index: number) => {
    for (let turn = 0; running; turn++) {
      const person = people[(index + turn * browsers) % people.length];
      if (person && (await signIn(agent, form, server, person))) count++;
      else {
        refused++;
        await sleep(REFUSED_PAUSE_MS);
      }
    }
  };
  const all = Promise.all(Array.from({ length: browsers }, (_, index) => browser(index)));
  return {
    stop: async () => {
      running = false;
      await all.finally(() => agent.destroy());
      return { count, refused };
    },
  };
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&#x27;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
