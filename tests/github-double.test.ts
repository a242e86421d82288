import { createHash } from "node:crypto";
import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import GitHubProvider from "next-auth/providers/github";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type GitHub, startGitHub } from "./support/github";
import { CALM } from "./support/github-switches";

const CALLBACK = "http://localhost:3000/api/auth/callback/github";
const VERIFIER = "a-verifier-of-at-least-forty-three-characters-0";
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

let github: GitHub;
beforeAll(async () => {
  github = await startGitHub();
});
afterAll(() => github.stop());
beforeEach(() => {
  Object.assign(github.switches, CALM, { approve: true });
});

function authorize(extra: Record<string, string> = {}) {
  const query = new URLSearchParams({
    client_id: github.clientId,
    redirect_uri: CALLBACK,
    scope: "read:user user:email",
    state: "s1",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    ...extra,
  });
  return fetch(`${github.url}/login/oauth/authorize?${query}`, { redirect: "manual" });
}

async function newCode(extra?: Record<string, string>) {
  return new URL((await authorize(extra)).headers.get("location") ?? "").searchParams.get("code") ?? "";
}

async function exchange(code: string, overrides: Record<string, string> = {}) {
  const body = new URLSearchParams({
    client_id: github.clientId,
    client_secret: github.clientSecret,
    code,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
    ...overrides,
  });
  const response = await fetch(`${github.url}/login/oauth/access_token`, { method: "POST", body, headers: { accept: "application/json" } });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, string>;
}

async function api(path: string, token = "") {
  const response = await fetch(`${github.url}/api/v3${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: await response.json() };
}

describe("authorize", () => {
  test("asks with two buttons, and the answer goes back with the state", async () => {
    github.switches.approve = false;
    const { login } = github.account({ login: 'mona"<b>' });
    const page = await (await authorize()).text();
    expect(page).toContain('value="authorize">Authorize<');
    expect(page).toContain('value="cancel">Cancel<');
    expect(page).not.toContain(login);
  });

  test("a refusal is access_denied", async () => {
    github.switches.denied = true;
    const target = new URL((await authorize()).headers.get("location") ?? "");
    expect(Object.fromEntries(target.searchParams)).toMatchObject({ error: "access_denied", state: "s1" });
  });

  test("an unknown client gets 404", async () => {
    expect((await authorize({ client_id: "other" })).status).toBe(404);
  });
});

describe("access token", () => {
  test("a code is good once", async () => {
    const code = await newCode();
    expect(await exchange(code)).toMatchObject({ token_type: "bearer", scope: "read:user,user:email" });
    expect(await exchange(code)).toMatchObject({ error: "bad_verification_code" });
  });

  test.each([
    [{ client_secret: "wrong" }, "incorrect_client_credentials"],
    [{ redirect_uri: "http://localhost:3000/other" }, "redirect_uri_mismatch"],
    [{ code_verifier: "another" }, "bad_verification_code"],
  ])("%o is refused with %s", async (overrides, error) => {
    expect(await exchange(await newCode(), overrides)).toMatchObject({ error });
  });

  test("a code dies after ten minutes", async () => {
    const code = await newCode();
    vi.setSystemTime(Date.now() + 10 * 60_000 + 1000);
    expect(await exchange(code)).toMatchObject({ error: "bad_verification_code" });
    vi.useRealTimers();
  });
});

describe("API", () => {
  test("a private address is null in the profile and listed among the e-mails", async () => {
    Object.assign(github.switches, { privateEmail: true, unverifiedEmail: true });
    const mona = github.account();
    const { access_token: token } = await exchange(await newCode());
    expect((await api("/user", token)).body).toMatchObject({ id: mona.id, login: mona.login, email: null });
    expect((await api("/user/emails", token)).body).toContainEqual({
      email: mona.email,
      primary: true,
      verified: false,
      visibility: "private",
    });
  });

  test("no token, and a token without the scope, get nothing", async () => {
    expect((await api("/user")).status).toBe(401);
    const { access_token: token } = await exchange(await newCode({ scope: "read:user" }));
    expect((await api("/user/emails", token)).status).toBe(404);
  });

  test("a route can be made to fail", async () => {
    github.switches.fail = "user";
    expect((await api("/user")).status).toBe(500);
  });
});

test("Auth.js signs in through it", async () => {
  const { handlers } = NextAuth({
    trustHost: true,
    secret: "a-secret-only-for-tests-0123456789abcdef",
    providers: [GitHubProvider({ clientId: github.clientId, clientSecret: github.clientSecret, enterprise: { baseUrl: github.url } })],
  });
  const mona = github.account();
  const jar = new Map<string, string>();
  const visit = async (path: string, init: { method?: string; body?: URLSearchParams } = {}) => {
    const headers = { host: "localhost:3000", cookie: [...jar].map((pair) => pair.join("=")).join("; ") };
    const response = await handlers[init.method === "POST" ? "POST" : "GET"](
      new NextRequest(new URL(path, CALLBACK), { ...init, headers }),
    );
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return response;
  };

  const { csrfToken } = (await (await visit("/api/auth/csrf")).json()) as { csrfToken: string };
  const start = await visit("/api/auth/signin/github", { method: "POST", body: new URLSearchParams({ csrfToken }) });
  const granted = await fetch(start.headers.get("location") ?? "", { redirect: "manual" });
  await visit(granted.headers.get("location") ?? "");
  expect(await (await visit("/api/auth/session")).json()).toMatchObject({ user: { name: mona.name, email: mona.email } });
});
