import { randomUUID } from "node:crypto";
import type { BrowserContext } from "@playwright/test";
import { admin, enterAs, expect, formFields, PASSWORD, person, test } from "../support/e2e";
import { type Door, pages } from "../support/e2e-pages";
import { raw } from "../support/e2e-raw";
import { file } from "../support/people";

/** As they stand in an address: undecodable, cut off, invisible, huge, or somebody's language. */
const HOSTILE = [
  "",
  "%00",
  "%ED%A0%80",
  "%C0%AE%C0%AE%2F",
  "%",
  "%zz",
  "%F0%9F",
  "%0d%0aSet-Cookie:%20a=b",
  "..%2f..%2fetc%2fpasswd",
  "__proto__",
  "constructor",
  "toString",
  "'%20OR%201=1;--",
  "%25%5F%5C",
  "{{7*7}}%24%7B7*7%7D%3Cscript%3E",
  "%E2%80%AE%F0%9F%92%A9",
  "WyIyMDI2IiwieCJd",
  `${Buffer.from(JSON.stringify(["\ud800", randomUUID()])).toString("base64url")}`,
  `${Buffer.from(JSON.stringify(["+275760-09-13T00:00:00.001Z", randomUUID()])).toString("base64url")}`,
  ...["-271821-04-20T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "+010000-01-01T00:00:00.000Z"].map((date) =>
    Buffer.from(JSON.stringify([date, randomUUID()])).toString("base64url"),
  ),
  "a".repeat(6_000),
  "1e400",
  "-0",
];
/** What pages read of their query. */
const PARAMETERS: Record<string, string[]> = {
  "/admin/audit": ["who", "cursor"],
  "/admin/files": ["q", "from"],
  "/admin/invitations": ["q", "state", "cursor"],
  "/admin/jobs": ["cursor"],
  "/admin/organizations": ["q"],
  "/admin/policy": ["who", "id"],
  "/admin/users": ["q", "sort", "dir", "cursor"],
  "/files": ["cursor"],
  "/invitation": ["token"],
  "/change-email": ["token"],
  "/login": ["error", "notice", "callbackUrl"],
  "/not-me": ["token"],
  "/onboarding": ["callbackUrl"],
  "/register": ["callbackUrl"],
  "/reset-password": ["token"],
  "/revert-email": ["token"],
  "/settings/security": ["error", "notice"],
  "/studio/books": ["cursor"],
  "/verify-email": ["token", "callbackUrl"],
};
const NOT_READ = [...HOSTILE.map((value, index) => `x${index}=${value}`), "x=a&x=b", "y[]=a", "__proto__[x]=a"];
const FOREIGN = [
  "//evil.example",
  "\\\\evil.example",
  "/\\evil.example",
  "https://evil.example/",
  "https:evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "/%0d%0aLocation:%20https://evil.example",
  "/\r\nLocation: https://evil.example",
  "\t//evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "http://localhost@evil.example",
];

test("no query of a page is an error of ours", async ({ page, site }) => {
  test.slow();
  await enterAs(page, await admin());
  const cookie = await cookiesOf(page.context());
  const wrong: string[] = [];
  const ask = async (path: string, door: Door, as?: number) => {
    const { status, body } = await raw(site.url, { path, headers: door === "admin" ? { Cookie: cookie } : {} });
    const isWrong = as === undefined ? status === 0 || status >= 500 : status !== as;
    if (isWrong || /Application error|\[object |native code/.test(body)) wrong.push(`${status} ${path.slice(0, 120)}`);
    return status;
  };
  await inLanes(pages(), async ({ path, door }) => {
    // What nobody reads comes all at once, and is to change nothing.
    const plain = await ask(path, door);
    await ask(`${path}?${NOT_READ.join("&")}`, door, plain);
    for (const name of PARAMETERS[path] ?? [])
      for (const query of [...HOSTILE.map((value) => `${name}=${value}`), `${name}=a&${name}=b`, `${name}[]=a`, `__proto__[${name}]=a`])
        await ask(`${path}?${query}`, door);
  });
  expect(wrong).toEqual([]);
});

test("a date in a cursor that PostgreSQL does not know is an error on no list", async ({ page }) => {
  await enterAs(page, await admin());
  const wrong: string[] = [];
  for (const date of ["-271821-04-20T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "+275760-09-13T00:00:00.000Z"]) {
    const cursor = Buffer.from(JSON.stringify([date, randomUUID()])).toString("base64url");
    const lists = ["created", "seen"].flatMap((sort) => ["asc", "desc"].map((dir) => `/admin/users?sort=${sort}&dir=${dir}&`));
    for (const list of [...lists, "/files?", "/api/files?"]) {
      const answer = await page.request.get(`${list}cursor=${cursor}`);
      if (answer.status() !== 200) wrong.push(`${answer.status()} ${list} ${date}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("no path, method or protocol detail is an error of ours", async ({ page, site }) => {
  const member = await person();
  const own = await file(member);
  await enterAs(page, member);
  const headers = { Cookie: await cookiesOf(page.context()) };
  const paths = [
    ...HOSTILE.flatMap((value) => [
      `/${value}`,
      `/api/files/${value}`,
      `/api/storage/${value}?e=1&t=a&s=b`,
      `/api/auth/${value}`,
      `/_next/${value}`,
    ]),
    ...HOSTILE.map((value) => `/api/files?cursor=${value}`),
    `/api/files/${own.id}?reason=%00`,
    "//evil.example/",
    "/..;/admin/users",
    "/_next/image?url=http://127.0.0.1:1/&w=64&q=75",
    "/_next/data/x/members.json",
    "/files.rsc",
    "/api/auth/callback/github?code=x&state=y",
    "/api/auth/callback/credentials",
    "/api/auth/signin/github",
    "/api/auth/error?error=__proto__",
    "/_global-error",
    "/_not-found",
    "*",
  ];
  const wrong: string[] = [];
  const note = (status: number, what: string) => (status === 0 || status >= 500) && wrong.push(`${status} ${what.slice(0, 100)}`);
  for (const path of paths) note((await raw(site.url, { path, headers })).status, path);
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"]) {
    for (const path of [
      "/",
      "/login",
      "/files",
      "/api/files",
      `/api/files/${randomUUID()}`,
      "/api/health",
      "/api/storage/x",
      "/api/auth/session",
      "/icon.svg",
    ]) {
      note((await raw(site.url, { method, path, headers })).status, `${method} ${path}`);
    }
  }
  expect(wrong).toEqual([]);
  expect((await page.request.get("/api/files")).status(), "the session is still good").toBe(200);
});

test("cookies and headers that are garbage or huge make one anonymous, or are refused", async ({ site }) => {
  const name = "authjs.session-token";
  const tokens = [
    "x",
    "a.b.c.d.e",
    "eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA",
    "....",
    "%00",
    "é".repeat(10),
    "{}",
    "null",
    `${"A".repeat(3_000)}..A.A.A`,
  ];
  for (const token of tokens) {
    expect((await raw(site.url, { path: "/members", headers: { Cookie: `${name}=${token}` } })).status, token.slice(0, 40)).toBe(307);
    expect((await raw(site.url, { path: "/api/files", headers: { Cookie: `${name}=${token}` } })).status, token.slice(0, 40)).toBe(401);
  }
  const others = [
    "theme=__proto__; locale=constructor; last-way-in=<script>",
    "locale=../../en; theme=\u00ff",
    "authjs.state=x; authjs.pkce.code_verifier=y; authjs.callback-url=https://evil.example; authjs.csrf-token=z",
    "authjs.session-token.0=a; authjs.session-token.1=b; authjs.session-token.9999999999=c",
    "=; ==; ;;; a",
  ];
  for (const cookie of others) {
    for (const path of ["/login", "/members", "/api/auth/callback/github?code=x&state=y", "/api/auth/session"]) {
      const { status, headers } = await raw(site.url, { path, headers: { Cookie: cookie } });
      expect(status, `${path} with ${cookie}`).toBeLessThan(500);
      expect(headers.location ?? "", `${path} with ${cookie}`).not.toContain("evil.example");
    }
  }
  for (const header of ["Cookie", "Accept-Language", "User-Agent", "X-Forwarded-For", "RSC", "Next-Router-State-Tree"]) {
    // 0: what it said was lost, because it hung up on the rest.
    expect([0, 400, 431], header).toContain((await raw(site.url, { path: "/login", headers: { [header]: "a".repeat(100_000) } })).status);
  }
  const odd = {
    "Accept-Language": "xx-\u00ff;q=NaN,*;q=-1",
    "Next-Router-State-Tree": "%7B",
    RSC: "1",
    "Next-Router-Prefetch": "2",
    Range: "bytes=9-1",
  };
  for (const [header, value] of Object.entries(odd)) {
    expect((await raw(site.url, { path: "/login", headers: { [header]: value } })).status, header).toBeLessThan(500);
  }
  expect((await raw(site.url, { path: "/login", headers: { "X-Nul": "a\0b" } })).status).toBe(400);
  for (const tree of ["%%%", "{", "1", "[1,2,3]", "%5B%22%22%2C%7B%7D%2C%22x%22%5D", '["",{"children":1}]']) {
    const headers = { RSC: "1", "Next-Router-State-Tree": tree };
    const answer = await raw(site.url, { path: "/login", headers });
    // What could be one Next first sends on to the address that has the mark of these headers.
    const { status } = answer.status === 307 ? await raw(site.url, { path: answer.headers.location ?? "", headers }) : answer;
    expect(status, tree).toBe(400);
  }
  expect((await raw(site.url, { path: "/login", headers: { Host: "evil.test:99999" } })).status).toBe(400);
  expect((await raw(site.url, { path: "/_global-error" })).status).toBe(404);
});

test("a body too long, or of no known length, is refused before it is read", async ({ site }) => {
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  for (const [path, length] of Object.entries({ "/api/auth/callback/credentials": 16_385, "/login": 524_289, "/api/files": 48_000_000 })) {
    const tries = ["POST", "GET", "HEAD"].map(async (method) => {
      const what = `${method} ${path}`;
      const [long, unknown] = await Promise.all([
        // Nothing is sent of it: who waits for it before answering does not answer.
        raw(site.url, { method, path, headers: { ...form, "Content-Length": String(length) } }),
        raw(site.url, { method, path, headers: { ...form, "Transfer-Encoding": "chunked" } }),
      ]);
      expect([long.status, unknown.status], what).toEqual([413, 411]);
      expect(long.headers.connection, what).toBe("close");
    });
    await Promise.all(tries);
  }
  const sent = await raw(site.url, { method: "POST", path: "/api/auth/signin/github", headers: form, body: "a".repeat(2_000_000) });
  expect(sent.status).toBe(413);
  const asked = { ...form, "Content-Length": "48000000", Expect: "100-continue" };
  expect((await raw(site.url, { method: "POST", path: "/api/auth/session", headers: asked })).status).toBe(413);
});

test("an address that is none is a refusal at Auth.js's own route too", async ({ request, site }) => {
  const { csrfToken } = await (await request.get("/api/auth/csrf")).json();
  const before = site.errors().filter((line) => line.includes("password sign-in"));
  for (const email of ["nul%00@example.org", "%ED%A0%80@example.org", "x".repeat(5_000), ""]) {
    const answer = await request.post("/api/auth/callback/credentials", {
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      data: `csrfToken=${csrfToken}&password=x&email=${email}`,
      maxRedirects: 0,
    });
    expect(answer.status(), email.slice(0, 30)).toBe(302);
    const { searchParams } = new URL(answer.headers().location ?? "", site.url);
    expect(Object.fromEntries(searchParams), email.slice(0, 30)).toMatchObject({ error: "CredentialsSignin", code: "credentials" });
  }
  expect(site.errors().filter((line) => line.includes("password sign-in"))).toEqual(before);
});

test("what is posted to a page without being a form of it is refused, whatever its shape", async ({ page, site }) => {
  const html = await (await page.request.get("/login")).text();
  const action = /&quot;id&quot;:&quot;([0-9a-f]{40,})&quot;/.exec(html)?.[1] ?? "";
  expect(action).not.toBe("");
  const boundary = "----foyer";
  const multipart = `multipart/form-data; boundary=${boundary}`;
  const part = (name: string, value: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const requests: { what: string; headers: Record<string, string>; body: string }[] = [
    { what: "an unknown action", headers: { "Next-Action": "0".repeat(42), "Content-Type": "text/plain" }, body: "[]" },
    { what: "an action that is no id", headers: { "Next-Action": "__proto__", "Content-Type": "text/plain" }, body: "[]" },
    { what: "an empty action", headers: { "Next-Action": "", "Content-Type": "text/plain" }, body: "[]" },
    {
      what: "an unknown action in a form",
      headers: { "Content-Type": multipart },
      body: `${part(`$ACTION_ID_${"0".repeat(42)}`, "")}--${boundary}--`,
    },
    {
      what: "a malformed reference",
      headers: { "Content-Type": multipart },
      body: `${part("$ACTION_REF_1", "")}${part("$ACTION_1:0", "{")}--${boundary}--`,
    },
    {
      what: "a reference to what is not there",
      headers: { "Content-Type": multipart },
      body: `${part("$ACTION_REF_1", "")}${part("$ACTION_1:0", `{"id":"${action}","bound":"$@9"}`)}--${boundary}--`,
    },
    {
      what: "a form above the limit of actions",
      headers: { "Content-Type": multipart },
      body: `${part(`$ACTION_ID_${action}`, "")}${part("email", "a".repeat(400_000))}--${boundary}--`,
    },
    {
      what: "a form above every limit",
      headers: { "Content-Type": multipart },
      body: `${part(`$ACTION_ID_${action}`, "")}${part("email", "a".repeat(4_000_000))}--${boundary}--`,
    },
    { what: "a multipart body without its end", headers: { "Content-Type": multipart }, body: part("email", "x") },
    { what: "a multipart body without a boundary", headers: { "Content-Type": "multipart/form-data" }, body: "x" },
    { what: "an empty multipart body", headers: { "Content-Type": multipart }, body: "" },
    { what: "a form that is not multipart", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "email=a&password=b" },
    { what: "JSON", headers: { "Content-Type": "application/json" }, body: '{"email":{"not":""}}' },
    ...[
      "",
      "{",
      "null",
      "[null]",
      '["$K1"]',
      '["$@9"]',
      '["$F1"]',
      '["$undefined","$Q1"]',
      '[{"__proto__":{"email":"x"}}]',
      '["$1:__proto__:constructor"]',
      `[${"[".repeat(5_000)}${"]".repeat(5_000)}]`,
    ].map((body) => ({
      what: `arguments ${body.slice(0, 30)}`,
      headers: { "Next-Action": action, "Content-Type": "text/plain;charset=UTF-8" },
      body,
    })),
    { what: "arguments in a broken form", headers: { "Next-Action": action, "Content-Type": multipart }, body: part("0", '["$K1"]') },
    {
      what: "more than the limit",
      headers: { "Next-Action": action, "Content-Type": "text/plain" },
      body: JSON.stringify(["a".repeat(400_000)]),
    },
  ];
  const wrong: string[] = [];
  for (const { what, headers, body } of requests) {
    const { status } = await raw(site.url, { method: "POST", path: "/login", headers, body });
    if (status === 0 || status >= 500) wrong.push(`${status} ${what}`);
  }
  expect(wrong).toEqual([]);
});

test("a form from another origin changes nothing", async ({ page, site }) => {
  const member = await person({ name: "Before Origin" });
  const own = await file(member);
  await enterAs(page, member);
  const fields = await formFields(page.request, "/settings/profile", "bio");
  const evil = { Origin: "https://evil.example" };
  const profile = { ...fields, name: "After Origin", city: "Evilville", interests: "evil", bio: "evil" };
  for (const headers of [evil, { Origin: "null" }, { Origin: site.url.replace("localhost", "127.0.0.1") }]) {
    const answer = await page.request.post("/settings/profile", { multipart: profile, headers, maxRedirects: 0 });
    expect(answer.status(), headers.Origin).toBeGreaterThanOrEqual(400);
    expect(answer.status(), headers.Origin).toBeLessThan(500);
    expect((await page.request.delete(`/api/files/${own.id}`, { headers })).status()).toBe(403);
  }
  expect(await site.sql(`SELECT name FROM "User" WHERE id = $1`, [member.id])).toEqual([{ name: "Before Origin" }]);
  expect(await site.sql(`SELECT status FROM "File" WHERE id = $1`, [own.id])).toEqual([{ status: "READY" }]);
});

test("wrong fields are named beside the field, unknown ones refused, and nothing is written", async ({ page, site }) => {
  const member = await person();
  await enterAs(page, member);
  const fields = await formFields(page.request, "/settings/profile", "bio");
  const good = { ...fields, name: "Rosa Right", city: "Bern", interests: "chess", bio: "Fine." };
  const before = await site.sql(`SELECT name, city, interests, bio, role FROM "User" WHERE id = $1`, [member.id]);
  const bad: Record<string, string>[] = [
    { name: "" },
    { name: "x".repeat(101) },
    { name: "nul\0nul" },
    { name: "x".repeat(100_000) },
    { city: "line\nbreak" },
    { interests: "," },
    { interests: Array.from({ length: 11 }, (_, index) => `i${index}`).join(",") },
    { bio: "b".repeat(1_001) },
    { role: "ADMIN" },
    { profileComplete: "true" },
    { __proto__x: "1", "constructor.prototype": "1" },
    { "interests[not]": "" },
  ];
  for (const change of bad) {
    const answer = await page.request.post("/settings/profile", { multipart: { ...good, ...change } });
    const what = JSON.stringify(change).slice(0, 60);
    expect(answer.status(), what).toBeLessThan(500);
    expect(await answer.text(), what).toMatch(/data-slot="field-error"|role="alert"/);
    expect(await site.sql(`SELECT name, city, interests, bio, role FROM "User" WHERE id = $1`, [member.id]), what).toEqual(before);
  }
  expect((await page.request.post("/settings/profile", { multipart: good })).status()).toBe(200);
  expect(await site.sql(`SELECT name FROM "User" WHERE id = $1`, [member.id])).toEqual([{ name: "Rosa Right" }]);
});

test("sign-in and registration take no input for more than text", async ({ request, site }) => {
  const { email } = await person();
  const wrong: string[] = [];
  for (const path of ["/login", "/register"]) {
    const fields = await formFields(request, path, "password");
    for (const [first, second] of [
      ["nul\0@example.org", PASSWORD],
      ["a".repeat(70_000), PASSWORD],
      [email, "p".repeat(200_000)],
      [email, "\0"],
      [`${"a".repeat(64)}@${"b.".repeat(120)}org`, PASSWORD],
      ["\u202e@example.org", PASSWORD],
      ["", ""],
    ]) {
      const answer = await request.post(path, { multipart: { ...fields, email: first ?? "", password: second ?? "" }, maxRedirects: 0 });
      if (answer.status() >= 500 || [302, 303, 307].includes(answer.status()))
        wrong.push(`${answer.status()} ${path} ${first?.slice(0, 30)}`);
    }
    const picture = { name: "x.png", mimeType: "image/png", buffer: Buffer.alloc(10) };
    const answer = await request.post(path, { multipart: { ...fields, email: picture, password: picture }, maxRedirects: 0 });
    if (answer.status() >= 500) wrong.push(`${answer.status()} ${path} with files`);
  }
  expect(wrong).toEqual([]);
  expect(await site.sql(`SELECT 1 FROM "User" WHERE email LIKE '%nul%'`)).toEqual([]);
});

test("no callbackUrl leads anywhere but here", async ({ page, request, site }) => {
  const { email } = await person();
  const fields = await formFields(request, "/login", "password");
  for (const target of FOREIGN) {
    const signedIn = await request.post("/login", {
      multipart: { ...fields, email, password: PASSWORD, callbackUrl: target },
      maxRedirects: 0,
    });
    expect(signedIn.status(), target).toBe(303);
    expect(new URL(signedIn.headers().location ?? "", site.url).origin, `the form with ${target}`).toBe(site.url);
    const again = await request.get(`/login?${new URLSearchParams({ callbackUrl: target })}`, { maxRedirects: 0 });
    expect(again.status(), target).toBe(307);
    expect(new URL(again.headers().location ?? "", site.url).origin, `the page with ${target}`).toBe(site.url);
    const provider = await request.get(`/api/auth/signin?${new URLSearchParams({ callbackUrl: target })}`, { maxRedirects: 0 });
    expect(new URL(provider.headers().location ?? "", site.url).origin, `Auth.js with ${target}`).toBe(site.url);
  }
  await page.goto("/login?callbackUrl=//evil.example");
  await expect(page.getByRole("link", { name: "Create account" })).toHaveAttribute("href", "/register?callbackUrl=%2F");
});

test("Auth.js's own routes give nobody a role, a session or another address", async ({ page, site }) => {
  const member = await person();
  await enterAs(page, member);
  const { csrfToken } = await (await page.request.get("/api/auth/csrf")).json();
  for (const data of [{ role: "ADMIN" }, { user: { role: "ADMIN", id: "x" } }, { sub: randomUUID(), epoch: 99 }, null, [], "x"]) {
    const answer = await page.request.post("/api/auth/session", { data: { csrfToken, data } });
    expect(answer.status()).toBeLessThan(500);
  }
  expect((await (await page.request.get("/api/auth/session")).json()).user).toMatchObject({
    id: member.id,
    role: "MEMBER",
    email: member.email,
  });
  expect((await page.request.get("/admin/users", { maxRedirects: 0 })).headers().location).toBe("/forbidden");

  const stranger = await raw(site.url, {
    method: "POST",
    path: "/api/auth/callback/credentials",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: member.email, password: PASSWORD }).toString(),
  });
  expect(stranger.headers["set-cookie"] ?? "", "no sign-in without the token of the form").not.toContain("session-token=ey");
  for (const body of ["", "{", "csrfToken[]=x", "%00=%00", "a".repeat(2_000_000)]) {
    const answer = await raw(site.url, {
      method: "POST",
      path: "/api/auth/signin/github",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body,
    });
    expect(answer.status, body.slice(0, 20)).toBeLessThan(500);
    expect(answer.status, body.slice(0, 20)).toBeGreaterThan(0);
  }
});

test("ids of others and of nobody are both not found", async ({ page }) => {
  const others = await file(await person());
  await enterAs(page, await person());
  for (const id of [others.id, randomUUID(), "1", "%00", "..%2f..", "undefined", `${randomUUID()}x`, "0".repeat(500)]) {
    const [get, remove] = [await page.request.get(`/api/files/${id}`), await page.request.delete(`/api/files/${id}`)];
    for (const answer of [get, remove]) {
      expect(answer.status(), id).toBe(404);
      expect((await answer.json()).error.code, id).toBe("not_found");
    }
  }
});

/** A few at a time: while one is being asked the site answers another. */
async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function cookiesOf(context: BrowserContext): Promise<string> {
  return (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
}
