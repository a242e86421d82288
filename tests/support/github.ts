import { createHash, randomBytes, randomInt } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { authorizePage } from "./github-page";
import { type Account, CALM, ROUTES, type Switches } from "./github-switches";
import { listen } from "./listen";

const CODE_LIFETIME_MS = 10 * 60_000;

interface Grant {
  login: string;
  redirectUri: string;
  scope: string;
  challenge: string | null;
  issuedAt: number;
}

export type GitHub = Awaited<ReturnType<typeof startGitHub>>;

/**
 * A server on a loopback port that speaks GitHub's OAuth and the two API routes sign-in needs, as GitHub Enterprise lays
 * them out: AUTH_GITHUB_ENTERPRISE_URL is its `url`. Strict where GitHub is, so that a wrong client fails here too.
 */
export async function startGitHub({ port = 0 }: { port?: number } = {}) {
  const clientId = `Iv1.${randomBytes(8).toString("hex")}`;
  const clientSecret = randomBytes(20).toString("hex");
  const switches: Switches = { ...CALM };
  const accounts: Account[] = [];
  const requests: { method: string; path: string; query: Record<string, string> }[] = [];
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, Grant>();

  /** Adds a person to GitHub; the newest is the one signed in there. */
  function account(overrides: Partial<Account> = {}): Account {
    const id = overrides.id ?? randomInt(1_000_000, 200_000_000);
    const login = overrides.login ?? `octo-${id}`;
    const added = { id, login, name: "Mona Lisa Octocat", email: `${login}@example.org`, ...overrides };
    accounts.push(added);
    return added;
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  const listening = await listen(server, port);
  const { url } = listening;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    const form = request.method === "POST" ? await readForm(request) : searchParams;
    // Not GitHub's: how a test in another process, or somebody with curl, adds people and turns switches.
    if (pathname === "/_double") return json(response, 200, control(Object.fromEntries(form)));
    requests.push({ method: request.method ?? "GET", path: pathname, query: Object.fromEntries(searchParams) });
    await sleep(switches.slow);
    const route = Object.entries(ROUTES).find(([path]) => path === pathname)?.[1];
    if (!route) return json(response, 404, { message: "Not Found" });
    if (switches.fail === route) return json(response, 500, { message: "Server Error" });
    if (route === "authorize") return authorize(request, response, form);
    if (route === "token") return exchange(request, response, form);
    return api(request, response, route);
  }

  function authorize(request: IncomingMessage, response: ServerResponse, form: URLSearchParams) {
    const redirectUri = form.get("redirect_uri");
    if (form.get("client_id") !== clientId || !redirectUri) return json(response, 404, { message: "Not Found" });
    const current = accounts.at(-1) ?? account();
    const decided = switches.denied || switches.approve || request.method === "POST";
    if (!decided)
      return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(authorizePage(form, accounts, current));
    const target = new URL(redirectUri);
    const state = form.get("state");
    if (state) target.searchParams.set("state", state);
    if (switches.denied || form.get("decision") === "cancel") {
      target.searchParams.set("error", "access_denied");
      target.searchParams.set("error_description", "The user has denied your application access.");
    } else {
      const code = randomBytes(10).toString("hex");
      codes.set(code, {
        login: form.get("login") ?? current.login,
        redirectUri,
        scope: form.get("scope") ?? "",
        challenge: form.get("code_challenge"),
        issuedAt: Date.now(),
      });
      target.searchParams.set("code", code);
      target.searchParams.set("iss", `${url}/login/oauth`);
    }
    response.writeHead(302, { location: target.href }).end();
  }

  function exchange(request: IncomingMessage, response: ServerResponse, form: URLSearchParams) {
    if (request.method !== "POST") return json(response, 404, { message: "Not Found" });
    const code = form.get("code") ?? "";
    const grant = codes.get(code);
    codes.delete(code);
    const error = exchangeError(request, form, grant);
    let body: Record<string, string>;
    if (error || !grant) {
      body = { error: error ?? "bad_verification_code", error_description: "See error_uri.", error_uri: "https://docs.github.com/apps" };
    } else {
      const token = `gho_${randomBytes(18).toString("hex")}`;
      tokens.set(token, grant);
      body = { access_token: token, token_type: "bearer", scope: scopesOf(grant).join(",") };
    }
    // GitHub answers errors with 200 too, and form-encoded unless JSON is asked for.
    if (request.headers.accept?.includes("json")) return json(response, 200, body);
    response
      .writeHead(200, { "content-type": "application/x-www-form-urlencoded; charset=utf-8" })
      .end(new URLSearchParams(body).toString());
  }

  function exchangeError(request: IncomingMessage, form: URLSearchParams, grant: Grant | undefined): string | null {
    const [id, secret] = credentials(request, form);
    if (id !== clientId || secret !== clientSecret) return "incorrect_client_credentials";
    if (!grant || Date.now() - grant.issuedAt > CODE_LIFETIME_MS) return "bad_verification_code";
    if (form.get("redirect_uri") !== grant.redirectUri) return "redirect_uri_mismatch";
    const verifier = form.get("code_verifier") ?? "";
    if (grant.challenge && createHash("sha256").update(verifier).digest("base64url") !== grant.challenge) return "bad_verification_code";
    return null;
  }

  function api(request: IncomingMessage, response: ServerResponse, route: "user" | "emails") {
    const grant = tokens.get(/^(?:bearer|token) (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "");
    const account = accounts.find(({ login }) => login === grant?.login);
    if (!grant || !account) return json(response, 401, { message: "Bad credentials" });
    const email = switches.changeEmail ?? account.email;
    if (route === "user") {
      const shown = switches.privateEmail || switches.noEmail ? null : email;
      return json(response, 200, {
        login: account.login,
        id: account.id,
        avatar_url: `${url}/avatars/${account.id}`,
        type: "User",
        name: account.name,
        email: shown,
      });
    }
    if (!scopesOf(grant).some((scope) => scope === "user" || scope === "user:email")) return json(response, 404, { message: "Not Found" });
    // The primary address does not come first: a client has to look for it.
    const noreply = { email: `${account.id}+${account.login}@users.noreply.github.com`, primary: false, verified: true, visibility: null };
    const primary = { email, primary: true, verified: !switches.unverifiedEmail, visibility: switches.privateEmail ? "private" : "public" };
    json(response, 200, switches.noEmail ? [] : [noreply, primary]);
  }

  function control({ account: wanted, switches: turned }: Record<string, string>) {
    if (turned) Object.assign(switches, JSON.parse(turned));
    return { account: wanted ? account(JSON.parse(wanted)) : null, switches };
  }

  return { url, clientId, clientSecret, account, switches, requests, stop: listening.stop };
}

function scopesOf(grant: Grant): string[] {
  return grant.scope.split(/[\s,]+/).filter(Boolean);
}

/** From the Authorization header, where each half is form-encoded (RFC 6749 2.3.1), or from the body. */
function credentials(request: IncomingMessage, form: URLSearchParams): (string | null | undefined)[] {
  const basic = /^basic (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!basic) return [form.get("client_id"), form.get("client_secret")];
  return Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await text(request));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

// `node --import tsx tests/support/github.ts --port 4010` for trying by hand.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const github = await startGitHub({ port: Number(process.argv[process.argv.indexOf("--port") + 1]) || 0 });
  github.account();
  console.log(`AUTH_GITHUB_ENTERPRISE_URL=${github.url}\nAUTH_GITHUB_ID=${github.clientId}\nAUTH_GITHUB_SECRET=${github.clientSecret}`);
}
