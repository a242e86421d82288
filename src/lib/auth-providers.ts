import { customFetch } from "next-auth";
import type { Provider } from "next-auth/providers";
import { normaliseEmail } from "./email";
import { env, providerVariable, providerVariables } from "./env";

const ANSWER_MS = 10_000;

/** A way in as /login offers it. */
export interface WayIn {
  id: string;
  name: string;
  type: string;
}

/**
 * `{ id: "email", name: "Email", type: "email" }` in auth.config.ts: sign-in by a link that Foyer mails itself. Auth.js is not
 * told of it: its own links sign in whoever fetches them, mail scanners included, and ask for no second factor.
 */
interface MagicLink {
  id: string;
  name: string;
  type: "email";
}
type Configured = readonly (Provider | MagicLink)[];

/** Whether auth.config.ts offers sign-in by a link in the mail. */
export function offersMagicLink(configured: Configured): boolean {
  return configured.some((entry) => typeof entry !== "function" && entry.type === "email");
}

/**
 * The providers of auth.config.ts that can work here: a credentials provider always, an OAuth one when its
 * client id is set. Each gets a time limit on every call, and GitHub the check that its address is a confirmed one.
 */
export function readyProviders(configured: Configured): Provider[] {
  return configured.flatMap((entry) => {
    if (typeof entry !== "function" && entry.type === "email") return [];
    const { AUTH_GITHUB_ENTERPRISE_URL: baseUrl } = env();
    const given = typeof entry === "function" ? entry({}) : entry;
    const id = String(given.options?.id ?? given.id);
    if (given.type !== "oauth" && given.type !== "oidc") return [given];
    const { clientId, clientSecret, issuer } = { ...providerVariables(id), ...given.options };
    if (!clientId) return [];
    const variables = { clientId, clientSecret, issuer };
    // Called again, because a provider's addresses follow from its options (GitHub Enterprise, an issuer).
    const made =
      typeof entry === "function"
        ? entry({ ...variables, ...(id === "github" && baseUrl ? { enterprise: { baseUrl } } : {}) })
        : { ...entry, ...variables };
    const checks = checksOf(given.type, given.options?.checks ?? given.checks);
    return [
      { ...made, checks, [customFetch]: patientFetch, ...(id === "github" ? { userinfo: githubUserinfo(baseUrl) } : {}) } as Provider,
    ];
  });
}

/** What binds the answer of a provider to the browser and the request that asked: Auth.js by itself asks for less. */
function checksOf(type: "oauth" | "oidc", own: readonly string[] = ["pkce"]): string[] {
  return [...new Set([...own.filter((check) => check !== "none"), "state", ...(type === "oidc" ? ["nonce"] : [])])];
}

/** These providers as people are shown them, in their order: a setting of the developer's goes before the provider's own. */
export function waysIn(providers: readonly Provider[]): WayIn[] {
  return providers.map((entry) => {
    const provider = typeof entry === "function" ? entry({}) : entry;
    return { id: String(provider.options?.id ?? provider.id), name: String(provider.options?.name ?? provider.name), type: provider.type };
  });
}

/** Every way in of auth.config.ts, whether or not it can be used, with the names of the variables it still lacks. */
export function listedWaysIn(configured: Configured): (WayIn & { missing: string[] })[] {
  return configured.map((entry) => {
    const given = { options: undefined, issuer: undefined, ...(typeof entry === "function" ? entry({}) : entry) };
    const { type } = given;
    const id = String(given.options?.id ?? given.id);
    const name = String(given.options?.name ?? given.name);
    if (type !== "oauth" && type !== "oidc") return { id, name, type, missing: [] };
    const { clientId, clientSecret, issuer = given.issuer } = { ...providerVariables(id), ...given.options };
    const values = { ID: clientId, SECRET: clientSecret, ...(type === "oidc" && { ISSUER: issuer }) };
    const missing = (["ID", "SECRET", "ISSUER"] as const).filter((suffix) => suffix in values && !values[suffix]);
    return { id, name, type, missing: missing.map((suffix) => providerVariable(id, suffix)) };
  });
}

/** The origins a browser is sent to when it signs in with one of these. */
export function authorizationOrigins(configured: Configured): string[] {
  const origins = readyProviders(configured).flatMap((entry) => {
    const provider = typeof entry === "function" ? entry({}) : entry;
    if (provider.type !== "oauth" && provider.type !== "oidc") return [];
    // What was given to a provider stands in its options until Auth.js merges them.
    const { authorization, issuer } = { issuer: undefined, ...provider, ...provider.options };
    const urls = [typeof authorization === "string" ? authorization : authorization?.url, issuer];
    return urls.flatMap((url) => (url && URL.canParse(url) ? [new URL(url).origin] : []));
  });
  return [...new Set(origins)];
}

/**
 * Whether the provider vouches for the address in its profile. OpenID Connect says so itself (Core 5.1); GitHub's
 * profile says nothing, so `githubUserinfo` asked and wrote the same claim. Silence is "no".
 */
export function hasVerifiedEmail(profile: Record<string, unknown> | undefined): boolean {
  return typeof profile?.email === "string" && (profile.email_verified === true || profile.email_verified === "true");
}

const patientFetch: typeof fetch = (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });

/** GitHub's profile may hide the address or hold an unconfirmed one; only the e-mails endpoint knows. */
function githubUserinfo(baseUrl: string | undefined) {
  const api = baseUrl ? `${baseUrl}/api/v3` : "https://api.github.com";
  return {
    url: `${api}/user`,
    async request({ tokens }: { tokens: { access_token?: string } }) {
      const headers = { Authorization: `Bearer ${tokens.access_token}`, Accept: "application/vnd.github+json", "User-Agent": "foyer" };
      const [profile, emails] = await Promise.all(
        [`${api}/user`, `${api}/user/emails`].map(async (url) => {
          const response = await patientFetch(url, { headers });
          if (!response.ok) throw new Error(`GitHub answered ${response.status} to ${new URL(url).pathname}`);
          return response.json() as Promise<unknown>;
        }),
      );
      const confirmed = (emails as { email: string; primary: boolean; verified: boolean }[]).filter(
        // GitHub's own forwarding address is always confirmed, and nobody reads what is sent there.
        ({ email, verified }) => verified && !/@users\.noreply\./i.test(email),
      );
      const chosen = confirmed.find(({ primary }) => primary) ?? confirmed[0];
      return { ...(profile as object), email: chosen ? normaliseEmail(chosen.email) : null, email_verified: chosen !== undefined };
    },
  };
}
