import { cookies } from "next/headers";
import type { z } from "zod";
import { env } from "@/lib/env";
import { decodeToken, encodeToken } from "@/lib/session-token";
import type { Visitor } from "../entry";

/** A short-lived cookie only this site can write or read. */
export interface SealedCookie<Content> {
  write(content: Content, by: Visitor): Promise<void>;
  /** What was written into it, or null when there is none, it is over, or it is not ours. */
  read(by: Visitor): Promise<Content | null>;
  clear(by: Visitor): Promise<void>;
}

/**
 * A cookie sealed like the session's (the same JWE), with a key of its own: its name is the salt, so neither passes for the
 * other. HttpOnly, SameSite=Lax, and over https with the `__Host-` prefix, so that no neighbouring host can plant one.
 */
export function sealedCookie<Content extends object>(name: string, seconds: number, content: z.ZodType<Content>): SealedCookie<Content> {
  const nameFor = ({ secure }: Visitor) => (secure ? `__Host-${name}` : name);
  const attributes = ({ secure }: Visitor) => ({ path: "/", httpOnly: true, sameSite: "lax", secure }) as const;
  return {
    async write(given, by) {
      const now = Math.floor(Date.now() / 1000);
      const token = encodeToken({ iat: now, exp: now + seconds, content: given }, env().AUTH_SECRET, name);
      (await cookies()).set(nameFor(by), token, { ...attributes(by), maxAge: seconds });
    },
    async read(by) {
      const token = (await cookies()).get(nameFor(by))?.value;
      const sealed = token ? decodeToken(token, env().AUTH_SECRETS, name) : null;
      return content.safeParse(sealed?.content).data ?? null;
    },
    async clear(by) {
      (await cookies()).set(nameFor(by), "", { ...attributes(by), maxAge: 0 });
    },
  };
}
