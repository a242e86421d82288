import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import middleware, { quickHead } from "../middleware";

const SIGNED_IN = { cookie: "theme=dark; authjs.session-token=abc" };
const ORIGIN = "http://foyer.example";

/** The request as scripts/serve.mjs has it. */
function asked(url: string, headers: Record<string, string> = SIGNED_IN, method = "GET"): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { url, method, headers });
}

/** What the proxy tells the page of itself; null when it answers in its place. */
async function told(
  url: string,
  headers: Record<string, string> = SIGNED_IN,
): Promise<{ path: string | null; policy: string | null } | null> {
  const answer = await middleware(new NextRequest(ORIGIN + url, { headers }));
  if (!answer.headers.has("x-middleware-next")) return null;
  return { path: answer.headers.get("x-middleware-request-x-foyer-path"), policy: answer.headers.get("content-security-policy") };
}

const withoutNonce = (policy: string | null | undefined) => policy?.replaceAll(/'nonce-[\w+/=]{24}'/g, "'nonce'");

describe("a plain page, for who seems to be signed in, passes the proxy by", () => {
  test.each([
    "/members",
    "/settings/profile?saved=1",
    "/admin/users/0b54c3f2-54f4-4a4a-9d6c-3f0f3b1f2a11?tab=audit&at=%2Fx",
    "/studio/books?q=a%20b&sort=-created",
    "/files?_rsc=1abcd",
    "/files?kind=image&_rsc=1abcd",
    "/nowhere-at-all?",
  ])("%s is told the same, under the same policy", async (url) => {
    const quick = quickHead(asked(url));
    const slow = await told(url.replace(/[?&]_rsc=1abcd/, ""));
    expect(quick?.request["x-foyer-path"]).toBe(slow?.path);
    expect(quick?.policy).toContain(`'nonce-${quick?.request["x-nonce"]}'`);
    expect(quick?.request["content-security-policy"]).toBe(quick?.policy);
    expect(withoutNonce(quick?.policy)).toBe(withoutNonce(slow?.policy));
  });

  test("no nonce is given twice", () => {
    const nonces = Array.from({ length: 100 }, () => quickHead(asked("/members"))?.request["x-nonce"]);
    expect(new Set(nonces).size).toBe(100);
  });

  test.each(["__Secure-authjs.session-token", "__Secure-authjs.session-token.0"])("over https its cookie is %s", (name) => {
    const https = { "x-forwarded-proto": "https" };
    expect(quickHead(asked("/members", { ...https, cookie: `${name}=abc` }))).not.toBeNull();
    expect(quickHead(asked("/members", { ...https, ...SIGNED_IN }))).toBeNull();
    expect(quickHead(asked("/members", { cookie: `${name}=abc` }))).toBeNull();
  });
});

describe("whatever has to be decided goes to the proxy", () => {
  test.each(["", "theme=dark", "xauthjs.session-token=a", "authjs.session-tokenx=a", "authjs.session-token.1=a", "authjs.session-token"])(
    "a page asked for with the cookies %j",
    (cookie) => {
      expect(quickHead(asked("/members", { cookie }))).toBeNull();
    },
  );

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s", (method) => {
    expect(quickHead(asked("/members", SIGNED_IN, method))).toBeNull();
  });

  test.each([
    "/",
    "/dev/mailbox",
    "/dev",
    "/api/files",
    "/api",
    "/API/files",
    "/Api",
    "/_next/static/x",
    "/_next/image?url=x",
    "/members/",
    "//members",
    "/./members",
    "/members/../dev/mailbox",
    "/%64ev/mailbox",
    "/icon.svg",
    "/members#x",
    "/members\\x",
    "/d\u00e9v",
    "http://foyer.example/members",
    "members",
    "*",
    "",
  ])("%s", (url) => {
    expect(quickHead(asked(url))).toBeNull();
  });
});
