import { PrismaAdapter } from "@auth/prisma-adapter";
import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import NextAuth, { type NextAuthConfig } from "next-auth";
import type { Adapter, AdapterAccount, AdapterUser } from "next-auth/adapters";
import type { Provider } from "next-auth/providers";
import Credentials from "next-auth/providers/credentials";
import { answerTo } from "@/access/answer";
import { admit } from "@/access/door";
import { currentVisitor, localPath } from "@/access/entry";
import { standingIn } from "@/access/freshness";
import { attempted, currentAttempt, fail, note } from "@/access/identity/attempt";
import { closeSession, openSession, signInCredentials } from "@/access/identity/credentials";
import { rememberFailedSignIn } from "@/access/identity/failed-sign-in";
import { connectAccount, findBanned, providerSignUpRefusal, registerFromProvider, whoConnects } from "@/access/identity/providers";
import { SignInRefused } from "@/access/identity/sign-in-refused";
import { beginTwoStep, redeemTicket, twoStepPage } from "@/access/identity/tickets";
import { isAwake } from "@/access/lifetimes";
import { hasVerifiedEmail, listedWaysIn, offersMagicLink, readyProviders, waysIn } from "@/lib/auth-providers";
import { db } from "@/lib/db";
import { emailSchema, normaliseEmail } from "@/lib/email";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { isAddress } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken, SESSION_SECONDS } from "@/lib/session-token";
import authConfig from "./auth.config";

/** The one Auth.js instance. Its configuration is made at the first request, because a build has no environment. */
export const { handlers, auth, signIn, signOut } = NextAuth(configuration);

/** The way in that is never offered: whoever was asked for more than one proof comes by it in the end. */
export const TICKET_PROVIDER = "ticket";
const BASE_PATH = "/api/auth";
/** What Auth.js answers there beside its providers. */
const ROUTES = ["session", "csrf", "providers", "signin", "signout", "error", "verify-request"];
/** Where Auth.js notes the page to come back to, over https. */
const CALLBACK_COOKIE = "__Host-authjs.callback-url";

/**
 * Answers a request to one of Auth.js's own routes. Where a session could not be begun or ended, whoever comes back from a provider is
 * told so at /login, and everybody else by what this throws; the browser's cookie is not touched.
 */
export async function handle(request: NextRequest): Promise<Response> {
  const { answer, error } = await attempted(async () => {
    await assertServed(request);
    // It is one function for both methods.
    return handlers.POST(request);
  });
  if (answer && !error) return answer;
  if (!providerCallbacks().includes(request.nextUrl.pathname)) throw error;
  const told = new URLSearchParams({ error: await nameOf(error), callbackUrl: await askedFor() });
  return Response.redirect(new URL(`/login?${told}`, request.nextUrl), 302);
}

/** Throws AppError for what Auth.js would answer with an error of its own, and for tries to come in that are too many. */
async function assertServed({ method, nextUrl: { pathname, searchParams } }: NextRequest): Promise<void> {
  const [action = "", provider, ...rest] = pathname.slice(BASE_PATH.length + 1).split("/");
  const isProviders = (action === "signin" || action === "callback") && rest.length === 0 && isProvider(provider);
  if (!isProviders && (provider !== undefined || !ROUTES.includes(action))) throw new AppError("not_found");
  if (!searchParams.getAll("callbackUrl").every((url) => url === "" || isAddress(url))) throw new AppError("invalid");
  // What other pages may send here they could use up for whoever opens them; state and PKCE guard it.
  if (isProviders && method === "POST" && !providerCallbacks().includes(pathname))
    await admit({ visitor: true, rate: "credentials" }).catch(fail);
}

function isProvider(id: string | undefined): boolean {
  return id === TICKET_PROVIDER || waysIn(configuredProviders()).some((way) => way.id === id);
}

/** What /login and /settings/security call it (`error=`). */
async function nameOf(error: unknown): Promise<string> {
  // It is written into the log there, where it is worth it.
  const { code } = (await answerTo(error)).problem;
  const reason = error instanceof AppError ? error.reason : code;
  if (reason === "banned_until") return "banned";
  if (TOLD.has(reason)) return reason;
  if (code === "forbidden") return "reauthenticate";
  // Of two at once the other was sooner, or what was asked in has ended.
  return code === "conflict" || code === "unauthenticated" ? "sign_in_overtaken" : "unavailable";
}

const TOLD = new Set(["banned", "invited_only", "reauthenticate", "sign_in_overtaken", "email_unverified", "profile_incomplete"]);

/** Signs this browser in as Auth.js would, and throws where no session could be begun: the browser is in the one of before then. */
export async function signInHere(provider: string, shown: Record<string, string>): Promise<void> {
  // Not to where the browser says it came from: what is no address there Auth.js would answer with an error page.
  const { error, opened } = await attempted(() => signIn(provider, { ...shown, redirect: false, redirectTo: "/" }));
  if (error || !opened) throw error ?? new AppError("unavailable");
}

/** The providers of auth.config.ts that can be used here. */
export function configuredProviders(): Provider[] {
  return readyProviders(authConfig.providers).map((provider) => {
    const isPassword = typeof provider !== "function" && provider.type === "credentials" && provider.id === "credentials";
    return isPassword ? { ...provider, options: { ...provider.options, authorize: authorizePassword } } : provider;
  });
}

/** Where the OAuth and OpenID providers of auth.config.ts send people back to: the paths below this site's origin. */
export function providerCallbacks(): string[] {
  const outside = waysIn(configuredProviders()).filter(({ type }) => type === "oauth" || type === "oidc");
  return outside.map(({ id }) => `${BASE_PATH}/callback/${id}`);
}

/** Every way in that stands in auth.config.ts, with what it lacks. */
export function listedProviders() {
  return listedWaysIn(authConfig.providers);
}

/** Whether a link in the mail signs people in here. */
export function isMagicLinkOffered(): boolean {
  return offersMagicLink(authConfig.providers);
}

async function configuration(): Promise<NextAuthConfig> {
  return {
    ...authConfig,
    cookies: await hostCookies(),
    // Auth.js's own page for it would stand in another design, and no mail of ours leads there.
    pages: { verifyRequest: "/login", ...authConfig.pages },
    providers: [...configuredProviders(), Credentials({ id: TICKET_PROVIDER, credentials: {}, authorize: authorizeTicket })],
    adapter: adapter(),
    secret: env().AUTH_SECRETS,
    basePath: BASE_PATH,
    // Host and protocol were checked by serve.mjs before the request came here; AUTH_URL, when set, overrules both.
    trustHost: true,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    jwt: {
      encode: ({ token = {}, secret, salt, maxAge = SESSION_SECONDS }) => {
        // Auth.js slides a session for ever; `end`, set at sign-in, is where ours stops.
        const slid = Math.floor(Date.now() / 1000) + maxAge;
        const exp = typeof token.end === "number" ? Math.min(slid, token.end) : slid;
        // With the `iat` that it has: what was last known of it at that second is no newer for being written again.
        return encodeToken({ ...token, exp }, one(secret), salt);
      },
      decode: async ({ token, secret, salt }) => {
        const claims = token ? asClaims(decodeToken(token, [secret].flat(), salt)) : null;
        return claims && (await hasEnded(claims)) ? null : claims;
      },
    },
    callbacks: {
      // A throw deletes the cookie where a session is read, so neither ever throws there: an outage must not sign anybody out.
      async jwt({ token, user, account }) {
        try {
          if (user?.id && account) {
            const { error, connects, connected } = currentAttempt() ?? {};
            // Where Auth.js could not find out who is signed in, it goes on as if nobody were.
            if (error) throw error;
            if (connects && connects.actor.userId !== user.id) throw new AppError("unavailable");
            if (connected) {
              note({ opened: true });
              return connected;
            }
            const isLinked = account.type === "oauth" || account.type === "oidc";
            const { provider, providerAccountId } = account;
            const shown = isLinked ? { account: { provider, providerAccountId } } : user.proof;
            const opened = await openSession(user.id, user.proof?.method ?? provider, shown);
            note({ opened: true });
            return opened;
          }
          const claims = asClaims(token);
          const iat = Math.floor(Date.now() / 1000);
          const standing = claims && (await standingNow(claims));
          if (!standing) return null;
          const { image, certain, ...known } = standing;
          // "update" carries what the browser sent; it is never looked at, only taken as "read again".
          return { ...token, ...known, picture: image, ...(certain && { iat, whole: true }) };
        } catch (error) {
          // At a sign-in nothing is written yet: the browser stays in the session that it is in, whichever that is by now.
          if (user) fail(error);
          log().error({ err: error }, "jwt callback");
          return token;
        }
      },
      session({ session, token }) {
        const claims = asClaims(token);
        if (!claims) return session;
        const { sub: id, role, profileComplete, name, email, picture: image, end } = claims;
        return { user: { id, role, profileComplete, name, email, image }, expires: new Date(end * 1000).toISOString() };
      },
      async signIn(attempt) {
        // Of a throw Auth.js would say that the person has cancelled.
        return mayComeIn(attempt).catch((error: unknown) => {
          note({ error });
          return false;
        });
      },
    },
    events: {
      async signOut(message) {
        const claims = "token" in message && message.token ? asClaims(message.token) : null;
        if (claims)
          await closeSession(claims).catch((error: unknown) => {
            if (!currentAttempt()) throw error;
            note({ error });
          });
      },
    },
    logger: {
      error: (error) => {
        if (currentAttempt()?.error) return;
        if (isExpected(error)) log().info(summaryOf(error), "auth");
        else log().error({ err: error }, "auth");
      },
      warn: (code) => log().debug({ code }, "auth"),
      debug: () => undefined,
    },
  };
}

/**
 * Over https, those of a sign-in under way have names that no neighbouring host can plant (RFC 6265bis, 4.1.3.2), as Auth.js has it for
 * its CSRF token: whoever did would have their own account at a provider connected to somebody else's here.
 */
async function hostCookies(): Promise<NonNullable<NextAuthConfig["cookies"]>> {
  const { AUTH_URL } = env();
  const secure = AUTH_URL ? new URL(AUTH_URL).protocol === "https:" : (await currentVisitor()).secure;
  if (!secure) return {};
  return {
    state: { name: "__Host-authjs.state" },
    pkceCodeVerifier: { name: "__Host-authjs.pkce.code_verifier" },
    nonce: { name: "__Host-authjs.nonce" },
    callbackUrl: { name: CALLBACK_COOKIE },
  };
}

/** Whether a sign-in that was shown goes on to a session, or where it goes on instead. */
async function mayComeIn({ user, account, profile, email }: SignInParams): Promise<boolean | string> {
  if (account?.type === "oauth" || account?.type === "oidc") {
    const { provider: method } = account;
    // Typed as what a provider may send; `createUser` is called with what `linkAccount` gets after it.
    note({ account: account as AdapterAccount });
    if (!hasVerifiedEmail(profile)) {
      await rememberFailedSignIn(undefined, { method, reason: "unverified_email" });
      return "/login?error=unverified_email";
    }
    const connects = await whoConnects();
    note({ connects });
    // Of an account that is another's Auth.js says so; one that is theirs already changes nothing.
    if (connects) return user.id === connects.actor.userId ? askedFor() : true;
    const banned = await findBanned(account);
    if (banned) {
      await rememberFailedSignIn(banned, { method, reason: "banned" });
      return "/login?error=banned";
    }
    const refusal = await providerSignUpRefusal(account, profile?.email ?? "");
    if (refusal) return `/login?error=${refusal}`;
  }
  // Our own providers have asked already; and who asks for a mail has shown nothing yet.
  if (!account || !user.id || account.type === "credentials" || email?.verificationRequest) return true;
  const { provider, providerAccountId } = account;
  const shown = { account: { provider, providerAccountId } };
  return (await beginTwoStep(user.id, provider, shown)) ? twoStepPage(await askedFor()) : true;
}

type SignInParams = Parameters<NonNullable<NonNullable<NextAuthConfig["callbacks"]>["signIn"]>>[0];

/** Password sign-in as Auth.js asks for it; the reason for a refusal is the error's `code`. */
async function authorizePassword({ email, password }: Partial<Record<string, unknown>>) {
  if (typeof email !== "string" || typeof password !== "string") throw new SignInRefused();
  try {
    // What is no address (a NUL in it PostgreSQL would refuse) is nobody's, and is refused at the same cost.
    const address = emailSchema.safeParse(email);
    const person = await signInCredentials(address.success ? address.data : NOBODYS_ADDRESS, password);
    // One that was set up in this very moment is asked for by `openSession`.
    if (person?.secondFactor && (await beginTwoStep(person.id, "password", { shownFor: person.shownFor })))
      throw new AppError("unauthenticated", "second_step");
    if (person) return { id: person.id, proof: { method: "password", strong: false, shownFor: person.shownFor } };
  } catch (error) {
    throw refused(error);
  }
  throw new SignInRefused();
}

/** What Auth.js is told of a sign-in that could not be checked; of one that has to wait, whoever asked is told so instead of it. */
function refused(error: unknown): SignInRefused {
  const told = error instanceof AppError ? error : new AppError("unavailable", undefined, { cause: error });
  // As it was thrown: what is no outage is written into the log as what it is.
  if (told.retryAfter !== undefined) note({ error });
  return new SignInRefused(told);
}

/** The end of a sign-in in two steps, or by passkey: a ticket this site made a moment ago for this very request. */
async function authorizeTicket({ ticket }: Partial<Record<string, unknown>>) {
  if (typeof ticket !== "string") throw new SignInRefused();
  const proof = await redeemTicket(ticket).catch((error: unknown) => {
    throw refused(error);
  });
  if (!proof) throw new SignInRefused();
  const { userId: id, ...shown } = proof;
  return { id, proof: shown };
}

/** Where the person was going when they left for a provider, as Auth.js noted it: an address of this site. */
async function askedFor(): Promise<string> {
  const jar = await cookies();
  const noted = (jar.get(CALLBACK_COOKIE) ?? jar.get("authjs.callback-url"))?.value ?? "";
  return URL.canParse(noted) ? localPath(new URL(noted).pathname + new URL(noted).search) : "/";
}

function adapter(): Adapter {
  const known = PrismaAdapter(db());
  return {
    ...known,
    // Auth.js takes whom it cannot find for somebody new, and what fails for a fault of the provider.
    getUser: (id) => db().user.findUnique({ where: { id }, select: ADAPTER_USER }).catch(fail),
    getUserByAccount: async (account) => Promise.resolve(known.getUserByAccount?.(account) ?? null).catch(fail),
    getUserByEmail: (email) =>
      db()
        .user.findUnique({ where: { email: normaliseEmail(email) }, select: ADAPTER_USER })
        .catch(fail),
    createUser: (user) => registerHere(user).catch(fail),
    linkAccount: async (account) => note({ connected: await connectAccount(account, currentAttempt()?.connects ?? null).catch(fail) }),
  };
}

/** Nobody is registered in the place of whoever is signed in, nor after anything has failed. */
async function registerHere(user: AdapterUser): Promise<AdapterUser> {
  const { error, connects, account } = currentAttempt() ?? {};
  if (error) throw error;
  if (connects) throw new AppError("unavailable");
  return registerFromProvider(user, account);
}

/** None that emailSchema would take, so that nobody can register it. */
const NOBODYS_ADDRESS = "";
const ADAPTER_USER = { id: true, email: true, emailVerified: true, name: true, image: true } as const;

/** As the door has it: whom it does not let in Auth.js takes for nobody, and lets them sign in. */
async function standingNow(claims: Claims): Promise<Awaited<ReturnType<typeof standingIn>>> {
  const standing = await standingIn(claims, (await currentVisitor()).deviceId);
  return standing && (await isAwake(claims, standing)) ? standing : null;
}

/** Whether the session behind these claims is over; while that cannot be known, it is not. */
async function hasEnded(claims: Claims): Promise<boolean> {
  return standingNow(claims).then(
    (standing) => standing === null,
    () => false,
  );
}

/** What people do (a wrong password, "Cancel" at GitHub) is no fault of ours. */
function isExpected(error: Error): boolean {
  // By its type: a build shortens the names of classes.
  const type = "type" in error ? String(error.type) : "";
  return EXPECTED.has(type) || (type === "CallbackRouteError" && SPENT.has(String(causeOf(error)?.error)));
}

/** What was thrown where Auth.js says no more than that something was. */
function causeOf({ cause }: Error): { message?: unknown; error?: unknown } | undefined {
  const thrown = cause && typeof cause === "object" && "err" in cause ? cause.err : cause;
  return thrown instanceof Error ? thrown : undefined;
}

/** One line of what anybody can cause as often as they like: where it was thrown says nothing. */
function summaryOf(error: Error) {
  const { type, code } = error as Error & { type?: unknown; code?: unknown };
  return { type, code, reason: causeOf(error)?.message ?? error.message };
}

/** Of a code at a provider that was made up, used already, or is too old. */
const SPENT = new Set(["bad_verification_code", "invalid_grant"]);
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
