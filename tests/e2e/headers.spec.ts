import type { APIRequestContext, APIResponse } from "@playwright/test";
import { admin, enterAs, expect, person, test } from "../support/e2e";
import { pages } from "../support/e2e-pages";

const API = ["/api/health", "/api/ready", "/api/files", "/api/files/none", "/api/auth/session", "/api/auth/providers", "/api/storage/none"];
/** The same for whoever asks. */
const EVERYBODYS = ["/api/health", "/api/auth/providers"];

test("every page has a policy with a nonce of its own, and every script carries it", async ({ page, visitor }) => {
  const nonces = new Set<string>();
  let count = 0;
  for (const { path, request } of await askers(page.request, visitor)) {
    for (const _ of [1, 2]) {
      const answer = await request.get(path, { maxRedirects: 0 });
      expect(answer.status(), path).toBe(200);
      const policy = policyOf(answer);
      const nonce = /'nonce-([\w+/=]{20,})'/.exec(policy["script-src"] ?? "")?.[1] ?? "";
      nonces.add(nonce);
      count++;
      expect(policy["script-src"], path).not.toMatch(/unsafe-inline|unsafe-eval|https?:/);
      expect(policy["style-src"], path).not.toContain("unsafe-inline");
      for (const directive of ["object-src", "base-uri", "frame-ancestors"])
        expect(policy[directive], `${path} ${directive}`).toBe("'none'");
      expect(policy["default-src"], path).toBe("'self'");
      expect(policy["connect-src"], path).toBe("'self'");
      const html = await answer.text();
      const scripts = html.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length, path).toBeGreaterThan(0);
      expect(
        scripts.filter((script) => !script.includes(`nonce="${nonce}"`)),
        path,
      ).toEqual([]);
      expect(html, `${path}: no style, handler or script link in the markup`).not.toMatch(
        /<[^>]+\s(?:style|on[a-z]+)="|href="javascript:/i,
      );
    }
  }
  expect(nonces.size).toBe(count);
});

test("every answer says how it may be used, and nothing of what made it", async ({ page, visitor, site }) => {
  const everywhere = await askers(page.request, visitor);
  const assets = (await (await page.request.get("/login")).text()).match(/\/_next\/static\/[^"\\]+\.(?:js|css|woff2)/g) ?? [];
  const others = [...API, "/no-such-page", "/icon.svg", "/_next/static/none.js", ...assets.slice(0, 3)];
  // Redirects that Next gives before it asks anything, and what the server refuses before Next.
  others.push("/sign-in", "/settings", "/login/", "/%c0%ae");
  for (const { path, request } of [...everywhere, ...others.map((path) => ({ path, request: page.request }))]) {
    const answer = await request.get(path, { maxRedirects: 0 });
    const headers = answer.headers();
    expect(headers["x-content-type-options"], path).toBe("nosniff");
    // The pages that links of mails lead to tell nobody their address.
    expect(headers["referrer-policy"], path).toMatch(/^strict-origin(-when-cross-origin)?$/);
    expect(headers["cross-origin-opener-policy"], path).toBe("same-origin");
    expect(headers["x-powered-by"], path).toBeUndefined();
    expect(headers.server, path).toBeUndefined();
    expect(headers["strict-transport-security"], `${path} by http`).toBeUndefined();
    expect(headers["access-control-allow-origin"], path).toBeUndefined();
    const secure = await request.get(path, { maxRedirects: 0, headers: { "X-Forwarded-Proto": "https" } });
    expect(secure.headers()["strict-transport-security"], `${path} by https`).toMatch(/max-age=\d{8,}/);
  }
  for (const path of API)
    expect((await page.request.get(`${site.url}${path}`)).headers()["content-security-policy"], path).toContain("default-src 'none'");
});

test("the local store's own policy reaches the browser", async ({ request }) => {
  for (const path of ["/api/storage/none", "/api/storage/a/b?e=1&t=a&s=b"])
    expect((await request.get(path)).headers()["content-security-policy"], path).toBe("sandbox; default-src 'none'");
  expect((await request.get("/api/health")).headers()["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
});

test("a path that only begins like a file of ours has a policy, and nobody brings a nonce along", async ({ request }) => {
  // In capitals it is a page that is not there, also for who seems to be signed in: such a page may run its own scripts.
  for (const path of ["/API/nope", "/Api/storage/none"])
    for (const cookie of ["theme=dark", "authjs.session-token=x"]) {
      const answer = await request.get(path, { headers: { cookie } });
      expect(answer.status(), path).toBe(404);
      expect(policyOf(answer)["script-src"], `${path} ${cookie}`).toContain("'nonce-");
    }
  for (const path of ["/apple-iconX", "/opengraph-image/x", "/icon.svgX", "/favicon.icoX", "/_next/staticX", "/_next/image"]) {
    const answer = await request.get(path, { maxRedirects: 0 });
    expect(answer.status(), path).toBe(404);
    expect(policyOf(answer)["script-src"], path).toContain("'nonce-");
  }
  const preview = /property="og:image" content="[^"]*?(\/opengraph-image-\w+\.png)/.exec(await (await request.get("/login")).text())?.[1];
  for (const path of ["/apple-icon.png", preview ?? "/none.png", "/icon.svg", "/favicon.ico"])
    expect((await request.get(path)).status(), path).toBe(200);
  const brought = { "X-Nonce": "brought", "Content-Security-Policy": "script-src 'nonce-brought'" };
  for (const path of ["/login", "/apple-icon.png", "/_next/static/none.js"])
    expect(await (await request.get(path, { headers: brought })).text(), path).not.toContain('nonce="brought"');
});

test("what is made for one person is stored by nobody else", async ({ page, visitor }) => {
  await enterAs(page, await admin());
  const paths = [...pages().map(({ path }) => path), ...API.filter((path) => !EVERYBODYS.includes(path)), "/no-such-page"];
  const loose: string[] = [];
  for (const path of paths) {
    const cache = (await page.request.get(path, { maxRedirects: 0 })).headers()["cache-control"] ?? "nothing";
    if (!/private/.test(cache) || !/no-store/.test(cache)) loose.push(`${path}: ${cache}`);
  }
  expect(loose).toEqual([]);
  for (const { path, request } of await askers(page.request, visitor)) {
    expect((await request.get(path, { headers: { RSC: "1" } })).headers()["cache-control"], `${path} as a part`).toMatch(/no-store/);
  }
});

test("no source map is served or named", async ({ page }) => {
  await enterAs(page, await admin());
  const scripts = new Set<string>();
  page.on("response", (response) => void (response.request().resourceType() === "script" && scripts.add(response.url())));
  for (const path of ["/login", "/files", "/admin/users", "/settings/security"]) await page.goto(path, { waitUntil: "networkidle" });
  expect(scripts.size).toBeGreaterThan(5);
  for (const url of scripts) {
    expect(await (await page.request.get(url)).text(), url).not.toContain("sourceMappingURL");
    expect((await page.request.get(`${url}.map`)).status(), `${url}.map`).toBe(404);
  }
});

test("an error answer holds no stack, path or version", async ({ page, site }) => {
  const answers = [
    await page.request.get("/no-such-page"),
    await page.request.get("/api/no-such-route"),
    await page.request.get("/api/files/%00"),
    await page.request.get("/%c0%ae"),
    await page.request.post("/api/files", { data: "{" }),
    await page.request.post("/login", { headers: { "Next-Action": "0".repeat(42) }, data: "[]" }),
    await page.request.get("/api/auth/no-such-action"),
    await page.request.get("/api/auth/callback/github?code=x&state=y", { maxRedirects: 0 }),
  ];
  for (const answer of answers) {
    const at = answer.url().replace(site.url, "");
    expect(answer.status(), at).toBeLessThan(500);
    expect(await answer.text(), at).not.toMatch(/node_modules|\bat \w+ \(|\.tsx?:\d|\/src\/|Next\.js \d|prisma|postgres/i);
  }
});

/** Each page with somebody who sees it. */
async function askers(anonymous: APIRequestContext, visitor: () => Promise<import("@playwright/test").Page>) {
  const asAdmin = await visitor();
  await enterAs(asAdmin, await admin());
  const newcomer = await visitor();
  await enterAs(newcomer, await person({ complete: false }));
  const requests = { anonymous, newcomer: newcomer.request, admin: asAdmin.request };
  return pages().map(({ path, door }) => ({ path, request: requests[door] }));
}

function policyOf(answer: APIResponse): Record<string, string> {
  const directives = (answer.headers()["content-security-policy"] ?? "").split(";").map((directive) => directive.trim());
  return Object.fromEntries(directives.map((directive) => [directive.split(" ")[0] ?? "", directive.slice(directive.indexOf(" ") + 1)]));
}
