import { PrismaAdapter } from "@auth/prisma-adapter";
import NextAuth, { CredentialsSignin, type NextAuthConfig } from "next-auth";
import type { Adapter } from "next-auth/adapters";
import type { Provider } from "next-auth/providers";
import { closeSession, connectAccount, mayConnect, openSession, registerFromProvider, verifyCredentials } from "@/access/credentials";
import { SESSION_SECONDS, standingOf } from "@/access/freshness";
import { hasVerifiedEmail, readyProviders } from "@/lib/auth-providers";
import { db } from "@/lib/db";
import { emailSchema, normaliseEmail } from "@/lib/email";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { asClaims, decodeToken, encodeToken } from "@/lib/session-token";
import authConfig from "./auth.config";

/** The one Auth.js instance. Its configuration is made at the first request, because a build has no environment. */
export const { handlers, auth, signIn, signOut } = NextAuth(() => configuration());

/** The providers of auth.config.ts that can be used here. */
export function configuredProviders(): Provider[] {
  return readyProviders(authConfig.providers).map((provider) => {
    const isPassword = typeof provider !== "function" && provider.type === "credentials" && provider.id === "credentials";
    return isPassword ? { ...provider, options: { ...provider.options, authorize: authorizePassword } } : provider;
  });
}

function configuration(): NextAuthConfig {
  return {
    ...authConfig,
    providers: configuredProviders(),
    adapter: adapter(),
    secret: env().AUTH_SECRET,
    basePath: "/api/auth",
    // Host and protocol were checked by serve.mjs before the request came here; AUTH_URL, when set, overrules both.
    trustHost: true,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    jwt: {
      encode: ({ token = {}, secret, salt, maxAge = SESSION_SECONDS }) => {
        const now = Math.floor(Date.now() / 1000);
        // Auth.js slides a session for ever; `end`, set at sign-in, is where ours stops.
        const exp = Math.min(now + maxAge, typeof token.end === "number" ? token.end : now + maxAge);
        return encodeToken({ ...token, iat: now, exp }, one(secret), salt);
      },
      decode: async ({ token, secret, salt }) => {
        const claims = token ? asClaims(decodeToken(token, [secret].flat(), salt)) : null;
        return claims && (await hasEnded(claims)) ? null : claims;
      },
    },
    callbacks: {
      // A throw in `jwt` or `session` deletes the cookie, so neither ever throws: an outage must not sign anybody out.
      async jwt({ token, user, account }) {
        try {
          if (user?.id && account) return await openSession(user.id, account.provider);
          const claims = asClaims(token);
          const standing = claims && (await standingOf(claims));
          if (!standing) return null;
          const { role, profileComplete, mustChangePassword, name, email, image } = standing;
          // "update" carries what the browser sent; it is never looked at, only taken as "read again".
          return { ...token, role, profileComplete, mustChangePassword, name, email, picture: image };
        } catch (error) {
          log().error({ err: error }, "jwt callback");
          return user ? null : token;
        }
      },
      session({ session, token }) {
        const claims = asClaims(token);
        if (!claims) return session;
        const { sub: id, role, profileComplete, name, email, picture: image, end } = claims;
        return { user: { id, role, profileComplete, name, email, image }, expires: new Date(end * 1000).toISOString() };
      },
      async signIn({ account, profile }) {
        if (account?.type !== "oauth" && account?.type !== "oidc") return true;
        if (!hasVerifiedEmail(profile)) return "/login?error=unverified_email";
        return (await mayConnect()) || "/settings/security?error=reauthenticate";
      },
    },
    events: {
      async signOut(message) {
        const claims = "token" in message && message.token ? asClaims(message.token) : null;
        if (claims) await closeSession(claims);
      },
    },
    logger: {
      error: (error) => (isExpected(error) ? log().info(summaryOf(error), "auth") : log().error({ err: error }, "auth")),
      warn: (code) => log().debug({ code }, "auth"),
      debug: () => undefined,
    },
  };
}

/** Password sign-in as Auth.js asks for it; the reason for a refusal is the error's `code`. */
async function authorizePassword({ email, password }: Partial<Record<string, unknown>>) {
  const refusal = new CredentialsSignin();
  if (typeof email !== "string" || typeof password !== "string") throw refusal;
  try {
    // What is no address (a NUL in it PostgreSQL would refuse) is nobody's, and is refused at the same cost.
    const address = emailSchema.safeParse(email);
    const userId = await verifyCredentials(address.success ? address.data : NOBODYS_ADDRESS, password);
    if (userId) return { id: userId };
  } catch (error) {
    refusal.code = error instanceof AppError ? error.code : "unavailable";
    if (!(error instanceof AppError)) log().error({ err: error }, "password sign-in");
  }
  throw refusal;
}

function adapter(): Adapter {
  return {
    ...PrismaAdapter(db()),
    getUserByEmail: (email) => db().user.findUnique({ where: { email: normaliseEmail(email) }, select: ADAPTER_USER }),
    createUser: (user) => registerFromProvider(user),
    linkAccount: (account) => connectAccount(account),
  };
}

/** None that emailSchema would take, so that nobody can register it. */
const NOBODYS_ADDRESS = "";
const ADAPTER_USER = { id: true, email: true, emailVerified: true, name: true, image: true } as const;

/** Whether the session behind these claims is over; while that cannot be known, it is not. */
async function hasEnded(claims: Parameters<typeof standingOf>[0]): Promise<boolean> {
  return standingOf(claims).then(
    (standing) => standing === null,
    () => false,
  );
}

/** What people do (a wrong password, "Cancel" at GitHub) is no fault of ours. */
function isExpected(error: Error): boolean {
  // By its type: a build shortens the names of classes.
  return "type" in error && EXPECTED.has(String(error.type));
}

/** One line of what anybody can cause as often as they like: where it was thrown says nothing. */
function summaryOf(error: Error) {
  const { type, code } = error as Error & { type?: unknown; code?: unknown };
  const cause = error.cause && typeof error.cause === "object" && "err" in error.cause ? error.cause.err : error.cause;
  return { type, code, reason: cause instanceof Error ? cause.message : error.message };
}

const EXPECTED = new Set([
  "AccessDenied",
  "CredentialsSignin",
  "InvalidCallbackUrl",
  "InvalidCheck",
  "InvalidProvider",
  "JWTSessionError",
  "MissingCSRF",
  "OAuthAccountNotLinked",
  "OAuthCallbackError",
  "UnknownAction",
]);

function one(secret: string | string[]): string {
  return typeof secret === "string" ? secret : (secret[0] ?? "");
}
