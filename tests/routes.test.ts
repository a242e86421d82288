import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Action, abilityFor, type SubjectName } from "@/access/rules";
import * as accountDeletion from "@/features/account-deletion/actions";
import * as accounts from "@/features/accounts/actions";
import * as addresses from "@/features/addresses/actions";
import * as dataExports from "@/features/data-exports/actions";
import * as devices from "@/features/devices/actions";
import * as files from "@/features/files/actions";
import * as impersonation from "@/features/impersonation/actions";
import * as invitations from "@/features/invitations/actions";
import * as metadata from "@/features/metadata/actions";
import * as organizations from "@/features/organizations/actions";
import * as passkeys from "@/features/passkeys/actions";
import * as people from "@/features/people/actions";
import * as peopleJobs from "@/features/people-jobs/actions";
import * as preferences from "@/features/preferences/actions";
import * as profiles from "@/features/profiles/actions";
import * as recovery from "@/features/recovery/actions";
import * as secondFactors from "@/features/second-factors/actions";
import * as studioBlog from "@/features/studio/blog/actions";
import * as studioBooks from "@/features/studio/books/actions";
import * as studioDrafts from "@/features/studio/drafts/actions";
import * as studioImages from "@/features/studio/images/actions";
import * as studioJobs from "@/features/studio/jobs/actions";
import * as studioVideos from "@/features/studio/videos/actions";
import * as system from "@/features/system/actions";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { sessionCookieName } from "@/lib/session-cookie";
import { encodeToken } from "@/lib/session-token";
import { type Ability, type RouteTable, routesText } from "../scripts/routes";
import { eventsOf } from "./support/event-stream";
import { admin, file, person } from "./support/people";
import { type Browser, browser, newClaims, signedIn } from "./support/request";
import { type Server, startServer } from "./support/server";
import { imageJob } from "./support/studio";

const table: RouteTable = JSON.parse(readFileSync("docs/routes.json", "utf8"));

/** The actions of each feature, by its room. */
const ACTIONS = {
  "account-deletion": accountDeletion,
  accounts,
  addresses,
  "data-exports": dataExports,
  devices,
  files,
  impersonation,
  invitations,
  metadata,
  organizations,
  passkeys,
  people,
  "people-jobs": peopleJobs,
  preferences,
  profiles,
  recovery,
  "second-factors": secondFactors,
  "studio/blog": studioBlog,
  "studio/books": studioBooks,
  "studio/drafts": studioDrafts,
  "studio/images": studioImages,
  "studio/jobs": studioJobs,
  "studio/videos": studioVideos,
  system,
};

/** The room of an action: the folders between src/features and actions.ts. */
const roomOf = (path: string) => path.split("/").slice(2, -1).join("/");

/** The address that stands for a page: that of a member where it is about one person. */
const addressOf = (path: string) =>
  path
    .replace("/files/[id]", `/files/${memberFile.id}`)
    .replace("/admin/users/[id]", `/admin/users/${one("member").id}`)
    .replace("/admin/jobs/[id]", `/admin/jobs/${job?.id}`)
    .replace("/settings/organizations/[id]", `/settings/organizations/${organization?.id}`)
    .replace("/studio/books/[id]", `/studio/books/${book?.id}`)
    .replace("/studio/blog/[id]", `/studio/blog/${post?.id}`);

/** Everybody who may come by; `bearer` is null for the anonymous. */
type Who = "anonymous" | "unfinished member" | "first password" | "member" | "other member" | "admin" | "unfinished admin";
interface Somebody {
  who: Who;
  id: string;
  email: string;
  cookie: string;
  window: Browser;
  bearer: Parameters<typeof abilityFor>[0] | null;
}

let server: Server;
let everybody: Somebody[];
let memberFile: { id: string };
let job: { id: string } | undefined;
let organization: { id: string } | undefined;
let book: { id: string } | undefined;
let post: { id: string } | undefined;
const one = (who: Who) => everybody.find((somebody) => somebody.who === who) ?? everybody[0] ?? fail();

beforeAll(async () => {
  // The same database, secret and data as this process: people made here are signed in there.
  const { DATABASE_URL = "", FOYER_DATA = "", AUTH_SECRET = "" } = process.env;
  server = await startServer({ env: { DATABASE_URL, FOYER_DATA, AUTH_SECRET } });
  const made = {
    "unfinished member": await person({ complete: false }),
    "first password": await person({ mustChangePassword: true }),
    member: await person(),
    "other member": await person(),
    admin: await admin(),
    "unfinished admin": await admin({ complete: false }),
  };
  everybody = [{ who: "anonymous", id: "", email: "", cookie: "", window: browser(), bearer: null }];
  for (const [who, { id, email, role, profileComplete, mustChangePassword, emailVerified }] of Object.entries(made)) {
    const name = sessionCookieName(false);
    const token = encodeToken(await newClaims({ id }), env().AUTH_SECRET, name);
    const bearer = { userId: id, role, profileComplete, mustChangePassword, emailVerified: emailVerified !== null };
    everybody.push({ who: who as Who, id, email, cookie: `${name}=${token}`, window: browser({ cookies: { [name]: token } }), bearer });
  }
  memberFile = await file(made.member);
  // The other member is not in it: to them it is not there.
  const inside = Object.values(made).filter(({ id }) => id !== made["other member"].id);
  const members = { create: inside.map(({ id }) => ({ userId: id, role: "OWNER" as const })) };
  organization = await db().organization.create({ data: { name: "Everybody else", members } });
  const asked = {
    kind: "EXPORT" as const,
    params: { format: "csv", hashes: false, filter: {} },
    expiresAt: new Date(Date.now() + 3_600_000),
  };
  const written = { title: "What only its author wrote", authorId: made.member.id };
  book = await db().book.create({ data: written, select: { id: true } });
  post = await db().blogPost.create({ data: written, select: { id: true } });
  job = await db().peopleJob.create({ data: { ...asked, status: "DONE", createdById: made.admin.id } });
});
afterAll(async () => {
  await server?.stop();
});

/** What the door has to say to somebody, by the table alone. */
function verdict(
  access: Ability,
  { bearer }: Somebody,
): "in" | "unauthenticated" | "must_change_password" | "profile_incomplete" | "forbidden" {
  if ("visitor" in access) return "in";
  if (!bearer) return "unauthenticated";
  if (access.standing !== "any" && bearer.mustChangePassword) return "must_change_password";
  if (access.standing !== "any" && !bearer.profileComplete) return "profile_incomplete";
  const [action, subject] = access.can;
  return abilityFor(bearer).can(action as Action, subject as SubjectName) ? "in" : "forbidden";
}

describe("docs/routes.json", () => {
  test("is what the code says: after a change of a route, `npm run routes` writes it anew", () => {
    expect(readFileSync("docs/routes.json", "utf8")).toBe(routesText());
  });

  test("names the access each action has when it runs, and every action", () => {
    const modules: Record<string, Record<string, { access?: object }>> = ACTIONS as never;
    for (const { name, file: path, access, rate } of table.actions) {
      expect(modules[roomOf(path)]?.[name]?.access, name).toEqual({ ...access, rate });
    }
    const exported = Object.values(modules).flatMap((module) => Object.keys(module));
    expect(table.actions.map(({ name }) => name).sort()).toEqual(exported.sort());
  });

  test("names every page and handler that was built", () => {
    const built: Record<string, string> = JSON.parse(readFileSync(".next/server/app-paths-manifest.json", "utf8"));
    const ours = Object.keys(built)
      .filter((path) => !/^\/(_not-found|_global-error|favicon|icon|apple-icon|\(public\)\/opengraph-image)/.test(path))
      .map((path) => path.replace(/\/\([^)]*\)/g, "").replace(/\/(page|route)$/, "") || "/");
    expect([...new Set([...table.pages, ...table.handlers].map(({ path }) => path))].sort()).toEqual([...new Set(ours)].sort());
  });
});

describe("pages", () => {
  test.each(table.pages)("$path lets in whom its line names, and sends everybody else where they can go on", async ({ path, access }) => {
    for (const somebody of everybody) {
      const address = addressOf(path);
      const answer = await get(address, { cookie: somebody.cookie });
      const where = answer.location?.replace(server.url, "");
      const label = `${path} for ${somebody.who}`;
      // Without a link it is for whoever waits for a mail: nobody here does.
      const isWaiting = path === "/verify-email";
      const isPublicForm = isWaiting || path === "/login" || path === "/register";
      // The site under test has a database of its own, so its mail is nobody's to read here; and its auth.config.ts offers no link in a mail.
      if (path === "/dev/mailbox" || path === "/magic-link") expect(answer.status, label).toBe(404);
      // Nobody here is between two steps.
      else if (path === "/login/two-step") expect(where, label).toBe("/login?callbackUrl=%2F");
      else if (isPublicForm && somebody.bearer) expect(where, label).toBe("/members");
      else if (isWaiting) expect(where, label).toBe("/login");
      else if (path === "/onboarding" && somebody.bearer?.mustChangePassword) expect(where, label).toBe("/settings/security");
      else if (path === "/onboarding" && somebody.bearer?.profileComplete) expect(where, label).toBe("/members");
      else
        expect([answer.status, where], label).toEqual(
          {
            // A row of one's own is nobody else's to look at.
            in: [path.includes("[id]") && somebody.who === "other member" ? 404 : 200, undefined],
            unauthenticated: [307, `/login?callbackUrl=${encodeURIComponent(addressOf(path))}`],
            must_change_password: [307, "/settings/security"],
            profile_incomplete: [307, `/onboarding?callbackUrl=${encodeURIComponent(addressOf(path))}`],
            forbidden: [307, "/forbidden"],
          }[verdict(access, somebody)],
        );
      if (somebody.bearer) expect(answer.headers["cache-control"], label).toMatch(/no-store/);
    }
  });

  test("none is a redirect for a cookie that only looks like one: the door asks, not the proxy", async () => {
    for (const { path, access } of table.pages) {
      if ("visitor" in access) continue;
      for (const cookie of [
        `${sessionCookieName(false)}=x`,
        `${sessionCookieName(false)}.0=x`,
        one("member").cookie.slice(0, -4),
        `__Secure-${one("member").cookie}`,
      ]) {
        const answer = await get(addressOf(path), { cookie });
        expect([answer.status, answer.location?.replace(server.url, "")], `${path} ${cookie.slice(0, 40)}`).toEqual([
          307,
          `/login?callbackUrl=${encodeURIComponent(addressOf(path))}`,
        ]);
      }
    }
  });
});

describe("route handlers", () => {
  /** An address of each handler, and what it answers to those whom the door lets in. */
  const SAMPLES: Record<string, { at: () => string; in: number[] }> = {
    "GET /api/auth/[...nextauth]": { at: () => "/api/auth/session", in: [200] },
    // Without its CSRF token a sign-out only leads back to its page.
    "POST /api/auth/[...nextauth]": { at: () => "/api/auth/signout", in: [302, 400] },
    "GET /api/audit": { at: () => "/api/audit?from=2026-01-01&to=2026-01-01", in: [200] },
    "GET /api/figures": { at: () => "/api/figures?figure=people&from=2026-01-01&to=2026-01-01", in: [200] },
    "GET /api/books": { at: () => "/api/books", in: [200] },
    "POST /api/books": { at: () => "/api/books", in: [422] },
    "GET /api/books/[id]": { at: () => `/api/books/${randomUUID()}`, in: [404] },
    "PATCH /api/books/[id]": { at: () => `/api/books/${randomUUID()}`, in: [422] },
    "DELETE /api/books/[id]": { at: () => `/api/books/${randomUUID()}`, in: [404] },
    "POST /api/books/[id]/export": { at: () => `/api/books/${randomUUID()}/export`, in: [422] },
    "GET /api/books/[id]/format": { at: () => `/api/books/${randomUUID()}/format`, in: [404] },
    "GET /api/blog": { at: () => "/api/blog", in: [200] },
    "POST /api/blog": { at: () => "/api/blog", in: [422] },
    "GET /api/blog/[id]": { at: () => `/api/blog/${randomUUID()}`, in: [404] },
    "PATCH /api/blog/[id]": { at: () => `/api/blog/${randomUUID()}`, in: [422] },
    "DELETE /api/blog/[id]": { at: () => `/api/blog/${randomUUID()}`, in: [404] },
    "POST /api/blog/[id]/export": { at: () => `/api/blog/${randomUUID()}/export`, in: [422] },
    "GET /api/blog/[id]/format": { at: () => `/api/blog/${randomUUID()}/format`, in: [404] },
    "POST /api/chapters": { at: () => "/api/chapters", in: [422] },
    "GET /api/chapters/[id]": { at: () => `/api/chapters/${randomUUID()}`, in: [404] },
    "PATCH /api/chapters/[id]": { at: () => `/api/chapters/${randomUUID()}`, in: [422] },
    "DELETE /api/chapters/[id]": { at: () => `/api/chapters/${randomUUID()}`, in: [404] },
    "GET /api/avatars/[owner]/[hash]": { at: () => `/api/avatars/${randomUUID()}/${"0".repeat(40)}`, in: [404] },
    "GET /api/exports/[id]": { at: () => `/api/exports/${randomUUID()}`, in: [404] },
    "GET /api/files": { at: () => "/api/files", in: [200] },
    "GET /api/files/archive": { at: () => `/api/files/archive?ids=${randomUUID()}`, in: [404] },
    "GET /api/files/[id]/preview": { at: () => `/api/files/${randomUUID()}/preview`, in: [404] },
    "GET /api/files/[id]": { at: () => `/api/files/${randomUUID()}`, in: [404] },
    "DELETE /api/files/[id]": { at: () => `/api/files/${randomUUID()}`, in: [404] },
    "GET /api/jobs": { at: () => "/api/jobs", in: [200] },
    // For the person's own it goes on, until whoever asks has had enough.
    "GET /api/jobs/events": { at: () => "/api/jobs/events", in: [200] },
    "GET /api/jobs/[id]": { at: () => `/api/jobs/${randomUUID()}`, in: [404] },
    "DELETE /api/jobs/[id]": { at: () => `/api/jobs/${randomUUID()}`, in: [404] },
    "GET /api/jobs/[id]/status": { at: () => `/api/jobs/${randomUUID()}/status`, in: [404] },
    "GET /api/people-jobs/[id]": { at: () => `/api/people-jobs/${randomUUID()}`, in: [404] },
    "GET /api/people-jobs/[id]/report": { at: () => `/api/people-jobs/${job?.id}/report`, in: [200] },
    "GET /api/health": { at: () => "/api/health", in: [200] },
    "GET /api/me": { at: () => "/api/me", in: [200] },
    // Past the door what was sent decides.
    "PATCH /api/me": { at: () => "/api/me", in: [400, 422] },
    "GET /api/ready": { at: () => "/api/ready", in: [200] },
    // Where no generator is awaited there is no such place.
    "POST /api/webhooks/generation": { at: () => "/api/webhooks/generation", in: [404] },
    // Past the door the URL's own signature decides.
    "GET /api/storage/[...key]": { at: () => `/api/storage/${one("member").id}/${randomUUID()}`, in: [403] },
    "HEAD /api/storage/[...key]": { at: () => `/api/storage/${one("member").id}/${randomUUID()}`, in: [403] },
    "PUT /api/storage/[...key]": { at: () => `/api/storage/${one("member").id}/${randomUUID()}`, in: [403] },
  };

  test.each(table.handlers)("$method $path answers to each what its line says", async ({ method, path, access }) => {
    const sample = SAMPLES[`${method} ${path}`];
    if (!sample) throw new Error(`Say in SAMPLES what ${method} ${path} answers.`);
    for (const somebody of everybody) {
      const answer = await get(sample.at(), { cookie: somebody.cookie }, method);
      const outcome = verdict(access, somebody);
      const label = `${method} ${path} for ${somebody.who}`;
      if (outcome === "in") expect(sample.in, label).toContain(answer.status);
      else {
        expect(answer.status, label).toBe(outcome === "unauthenticated" ? 401 : 403);
        expect(JSON.parse(answer.body).error.code, label).toBe(outcome === "must_change_password" ? "forbidden" : outcome);
      }
      // A POST is stored only where its answer allows it (RFC 9110, 9.3.3); Auth.js says nothing.
      if (method !== "POST") expect(answer.headers["cache-control"], label).toMatch(/no-store/);
    }
  });

  test("a member's file: the owner is led to it, another member is told there is none, an admin is asked for a reason", async () => {
    const path = `/api/files/${memberFile.id}`;
    const answers: Record<string, number> = {};
    for (const somebody of everybody) answers[somebody.who] = (await get(path, { cookie: somebody.cookie })).status;
    expect(answers).toEqual({
      anonymous: 401,
      "unfinished member": 403,
      "first password": 403,
      member: 302,
      "other member": 404,
      admin: 422,
      "unfinished admin": 403,
    });
    for (const who of ["anonymous", "unfinished member", "first password", "other member", "unfinished admin"] as const)
      expect((await get(path, { cookie: one(who).cookie }, "DELETE")).status, who).toBeGreaterThanOrEqual(401);
    expect((await get(path, { cookie: one("member").cookie })).status).toBe(302);
  });

  test("a stream of events arrives as it is written, through server and proxy alike, and ends with the session", async () => {
    const ada = await person();
    const name = sessionCookieName(false);
    const claims = await newClaims(ada);
    const headers = { cookie: `${name}=${encodeToken(claims, env().AUTH_SECRET, name)}`, "accept-encoding": "gzip, br" };
    const stream = eventsOf(await fetch(`${server.url}/api/jobs/events`, { headers }));
    expect(await stream.next()).toMatchObject({ event: "hello" });
    const { jobId } = await imageJob(await signedIn(ada));
    expect(await stream.next()).toMatchObject({ event: "job", data: { jobId, status: "PENDING" } });
    await db().session.update({ where: { id: claims.sid }, data: { endedAt: new Date() } });
    // What the server's own worker makes of the job comes before the end.
    while (await stream.next());
  });

  test("requests that one connection sends before any is answered have their turns; a flood of them ends it, and nobody else's", async () => {
    const { hostname, port } = new URL(server.url);
    const ask = (count: number, last = "") => {
      const socket = connect(Number(port), hostname).on("error", () => undefined);
      socket.write(`GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(count) + last);
      return socket;
    };
    const few = ask(9, "GET /api/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let answers = "";
    for await (const bytes of few) answers += bytes;
    expect(answers.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual([...Array(9).fill("200"), "404"]);
    const { cookie } = one("member");
    const issued = () => db().auditEvent.count({ where: { action: "file.download_url_issued", subjectId: memberFile.id } });
    const before = await issued();
    // Behind a stream that does not end, nothing is done: somebody else's turn, asked for later, is over first.
    const behind = connect(Number(port), hostname);
    for (const path of ["/api/jobs/events", `/api/files/${memberFile.id}`])
      behind.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\n\r\n`);
    expect(String((await once(behind, "data"))[0])).toContain("200 OK");
    expect((await get(`/api/files/${memberFile.id}`, { cookie })).status).toBe(302);
    expect((await issued()) - before).toBe(1);
    behind.destroy();
    await once(ask(1_000).resume(), "close");
    expect((await get("/api/health", {})).status).toBe(200);
  });

  test("a method without a handler is refused, and what is not in the table is not there", async () => {
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    for (const path of new Set(table.handlers.map((handler) => handler.path))) {
      const allowed = table.handlers.filter((handler) => handler.path === path).map(({ method }) => method);
      const at = SAMPLES[`${allowed[0]} ${path}`]?.at() ?? "";
      for (const method of methods.filter((name) => !allowed.includes(name)))
        expect((await get(at, { cookie: one("admin").cookie }, method)).status, `${method} ${path}`).toBe(405);
    }
    for (const path of [
      "/api",
      "/api/debug",
      "/api/users",
      "/api/admin",
      "/api/test",
      "/debug",
      "/_debug",
      "/.env",
      "/package.json",
      "/prisma/schema.prisma",
      "/.next/BUILD_ID",
      "/_next/../package.json",
    ]) {
      expect((await get(path, { cookie: one("admin").cookie })).status, path).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("server actions", () => {
  const modules: Record<string, Record<string, (input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>>> = ACTIONS as never;

  test.each(table.actions)("$name lets in whom its line names", async ({ name, file: path, access }) => {
    const act = modules[roomOf(path)]?.[name];
    for (const somebody of everybody) {
      const { error } = await somebody.window.run(async () => (await act?.({ nonsense: true })) ?? { ok: true });
      const outcome = verdict(access, somebody);
      // Nonsense is looked at only once the door is passed.
      expect(error?.code, `${name} for ${somebody.who}`).toBe(
        outcome === "in" ? "invalid" : outcome === "must_change_password" ? "forbidden" : outcome,
      );
    }
  });
});

describe("no variant of a protected address shows anything to the anonymous", () => {
  let seenLogin: Promise<string> | undefined;
  const loginPage = () => {
    seenLogin ??= get("/login", {}).then(({ body }) => body);
    return seenLogin;
  };

  /** Texts that only this page has: what its reader sees and nobody at /login does. */
  async function witnesses(path: string): Promise<string[]> {
    const reader = path === "/onboarding" ? one("unfinished member") : one("admin");
    const login = await loginPage();
    const { status, body } = await get(path, { cookie: reader.cookie });
    expect(status, path).toBe(200);
    const texts = [
      ...body.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<head[\s\S]*?<\/head>/g, "").matchAll(/>([^<>{}&"\\]{12,})</g),
    ].map(([, text = ""]) => text.trim());
    // A page's title is no secret: Next works it out beside the page, before the door has answered.
    const title = /<title>(.*?)<\/title>/.exec(body)?.[1] ?? "";
    return [...new Set(texts)].filter((text) => text.length >= 12 && !login.includes(text) && !title.includes(text));
  }

  const RSC = { rsc: "1" };
  /** Each of them among HEADERS too. */
  const OTHER_READERS: Record<string, string>[] = [
    {},
    RSC,
    { "x-middleware-subrequest": "src/proxy:src/proxy:src/proxy:src/proxy:src/proxy" },
  ];
  const HEADERS: Record<string, string>[] = [
    {},
    RSC,
    { ...RSC, "next-router-prefetch": "1" },
    { ...RSC, "next-router-prefetch": "2" },
    { ...RSC, "next-router-segment-prefetch": "/_tree" },
    { ...RSC, "next-router-prefetch": "1", "next-router-segment-prefetch": "/_index" },
    { ...RSC, "next-router-state-tree": encodeURIComponent(JSON.stringify(["", { children: ["__PAGE__", {}] }, null, "refetch"])) },
    { ...RSC, "next-url": "/members" },
    { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
    { "x-middleware-subrequest": "src/proxy:src/proxy:src/proxy:src/proxy:src/proxy" },
    { "x-middleware-prefetch": "1" },
    { "x-middleware-rewrite": "/members" },
    { "x-matched-path": "/members", "x-now-route-matches": "1" },
    { "x-nextjs-data": "1" },
    { "x-invoke-path": "/members", "x-invoke-status": "200" },
    { "x-original-url": "/login", "x-rewrite-url": "/login" },
    { "x-foyer-path": "/login", "x-nonce": "x" },
    { cookie: "authjs.session-token=x" },
    { ...RSC, cookie: "authjs.session-token=x" },
    { authorization: "Bearer x" },
    { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1" },
  ];
  const spellings = (path: string) => {
    const encoded = `/${[...path.slice(1)].map((char) => (char === "/" ? char : `%${char.charCodeAt(0).toString(16)}`)).join("")}`;
    return [
      `${path}?_rsc=1abcd`,
      `${path}?_rsc`,
      `${path}/`,
      `${path}.rsc`,
      `${path}.txt`,
      `${path}.json`,
      `${path}.segments/_tree.segment.rsc`,
      `${path}.prefetch.rsc`,
      encoded,
      path.replaceAll("/", "//").slice(1),
      `/./${path.slice(1)}`,
      `/login/..${path}`,
      `/login/%2e%2e${path}`,
      path.toUpperCase(),
      `${path};x`,
      `${path}%00`,
      `${path}%2f`,
      `/_next/data/x${path}.json`,
      `/fr${path}`,
      `http://evil.example${path}`,
    ];
  };

  /** Every header at the address itself, and every other spelling of it with those that change who answers. */
  const variants = (path: string): [string, Record<string, string>][] => [
    ...HEADERS.map((headers): [string, Record<string, string>] => [path, headers]),
    ...spellings(path).flatMap((variant) => OTHER_READERS.map((headers): [string, Record<string, string>] => [variant, headers])),
  ];

  async function everyVariant(path: string, judge: (answer: Awaited<ReturnType<typeof get>>, label: string) => void) {
    const all = variants(path);
    while (all.length > 0) {
      const batch = all.splice(0, 8);
      const answers = await Promise.all(batch.map(([variant, headers]) => follow(variant, headers)));
      answers.forEach((answer, index) => void judge(answer, `${batch[index]?.[0]} with ${JSON.stringify(batch[index]?.[1])}`));
    }
  }

  test.each(table.pages.filter(({ access }) => "can" in access))(
    "$path",
    async ({ path: page }) => {
      const path = addressOf(page);
      const secrets = await witnesses(path);
      expect(secrets.length, "no witness of this page was found").toBeGreaterThan(1);
      // The same question, asked by somebody who may, does bring them: else nothing would be proven.
      const reader = path === "/onboarding" ? one("unfinished member") : one("admin");
      const seen = (await follow(path, { ...RSC, cookie: reader.cookie })).body;
      expect(secrets.some((text) => seen.includes(text))).toBe(true);
      const personal = everybody.flatMap(({ email, id }) => [email, id]).filter(Boolean);
      await everyVariant(path, ({ status, body }, label) => {
        expect(status, label).toBeLessThan(500);
        // Whoever asks says the id: to repeat it tells nothing.
        const shown = [...secrets, ...personal].filter((text) => body.includes(text) && !path.includes(text));
        expect(shown, label).toEqual([]);
      });
    },
    60_000,
  );

  test("nor does any variant of the API", async () => {
    for (const path of ["/api/files", `/api/files/${memberFile.id}`]) {
      await everyVariant(path, ({ status, location, body }, label) => {
        // To x-middleware-prefetch Next answers by itself, with an empty object.
        if (body !== "{}") expect([401, 400, 403, 404, 307, 308, 405], `${label}: ${status}`).toContain(status);
        expect(location ?? "").not.toContain("/api/storage/");
      });
    }
  });

  test("nor a 500 to anybody, in the whole of this file", () => {
    expect(server.errors()).toEqual([]);
  });
});

/** A request exactly as given: fetch would put odd paths right. */
function get(path: string, headers: Record<string, string>, method = "GET") {
  const { hostname, port } = new URL(server.url);
  return new Promise<{ status: number; location: string | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
      const outgoing = request(
        { host: "127.0.0.1", port, path, method, headers: { host: `${hostname}:${port}`, ...sent }, agent: false },
        (incoming) => {
          const chunks: Buffer[] = [];
          // A stream of events has no end to wait for.
          if (incoming.headers["content-type"]?.startsWith("text/event-stream")) setImmediate(() => incoming.destroy());
          incoming.on("error", () => undefined);
          incoming.on("close", () => incoming.emit("end"));
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              location: incoming.headers.location,
              headers: incoming.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end();
    },
  );
}

/** Next sends a router's request without the right `_rsc` to the same page with it; a router goes there. */
async function follow(path: string, headers: Record<string, string>) {
  const answer = await get(path, headers);
  const again = answer.location?.replace(server.url, "") ?? "";
  return /^(?!\/login).*[?&]_rsc/.test(again) ? get(again, headers) : answer;
}

function fail(): never {
  throw new Error("nobody was made yet");
}
