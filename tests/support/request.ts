import { workAsyncStorage } from "next/dist/server/app-render/work-async-storage.external";
import { workUnitAsyncStorage } from "next/dist/server/app-render/work-unit-async-storage.external";
import { createRequestStore } from "next/dist/server/async-storage/request-store";
import { NextRequest } from "next/server";
import { claimsOf } from "@/access/identity/credentials";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { sessionCookieName } from "@/lib/session-cookie";
import { type Claims, encodeToken, SESSION_SECONDS } from "@/lib/session-token";

/*
 * The one seam between tests and Next: actions, handlers and `enter` run in a real Next request store, so that cookies(),
 * headers(), redirect(), revalidatePath() and the texts are the real ones. Only the HTTP server around them is missing;
 * tests/e2e has it.
 */

const HOST = "members.example.org";
const DEFAULT_HEADERS = {
  host: HOST,
  "x-forwarded-host": HOST,
  "x-forwarded-proto": "http",
  "x-forwarded-for": "203.0.113.7",
  "user-agent": "vitest",
  "accept-language": "en",
};

export interface RequestOptions {
  headers?: Record<string, string>;
  cookies?: Record<string, string>;
  /** Path and query of the page asked for, as middleware.ts would announce it. */
  path?: string;
}

/** A browser: what it is given in one request it sends with the next. */
export interface Browser {
  cookies: Map<string, string>;
  /** The Set-Cookie lines of the last request. */
  setCookies: string[];
  /** Paths that were revalidated so far. */
  revalidated: string[];
  /** Runs an action, `enter` or anything else inside a request of this browser. */
  run<T>(work: () => Promise<T>, options?: RequestOptions): Promise<T>;
  /** Calls a route handler as Next does. */
  fetch(handler: Handler, path: string, init?: Init): Promise<Response>;
}

type Handler = (request: NextRequest, context: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;
type Init = {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  params?: Record<string, string | string[]>;
  signal?: AbortSignal;
};

export function browser(given: RequestOptions = {}): Browser {
  const cookies = new Map(Object.entries(given.cookies ?? {}));
  const self: Browser = {
    cookies,
    setCookies: [],
    revalidated: [],
    run: (work, options = {}) => {
      // What it was given at first is in the jar, and may have been replaced there.
      const headers = headersOf(cookies, { ...given, cookies: {}, ...options, headers: { ...given.headers, ...options.headers } });
      return inRequest(self, headers, options.path ?? given.path ?? "/", work);
    },
    fetch: async (handler, path, { params = {}, headers = {}, ...init } = {}) => {
      const all = headersOf(cookies, { headers: { ...given.headers, ...headers } });
      const request = new NextRequest(`http://${HOST}${path}`, { ...init, headers: all });
      const response = await inRequest(self, all, path, () => handler(request, { params: Promise.resolve(params) }));
      keep(cookies, response.headers.getSetCookie());
      return response;
    },
  };
  return self;
}

/** Runs `work` in one request of somebody who has only these headers and cookies. */
export function asVisitor<T>(given: RequestOptions, work: () => Promise<T>): Promise<T> {
  return browser(given).run(work);
}

/** A browser in which this person is signed in, by a session row and a cookie as sign-in makes them. */
export async function signedIn(person: { id: string }, given: Partial<Claims> & { headers?: Record<string, string> } = {}) {
  const { headers = {}, ...claim } = given;
  const claims = { ...(await newClaims(person)), ...claim };
  const secure = headers["x-forwarded-proto"] === "https";
  const name = sessionCookieName(secure);
  return Object.assign(browser({ cookies: { [name]: encodeToken(claims, env().AUTH_SECRET, name) }, headers }), { claims });
}

/** Runs `work` in one request of this person. */
export async function as<T>(person: { id: string }, work: () => Promise<T>): Promise<T> {
  return (await signedIn(person)).run(work);
}

/** A new session of this person, and the claims its cookie would carry. */
export async function newClaims({ id }: { id: string }): Promise<Claims> {
  const user = await db().user.findUniqueOrThrow({ where: { id } });
  const expiresAt = new Date(Date.now() + SESSION_SECONDS * 1000);
  return claimsOf(user, await db().session.create({ data: { userId: id, method: "password", expiresAt } }));
}

/** Where a promise that ends in Next's redirect leads to; throws when it ends otherwise. */
export async function redirectOf(work: Promise<unknown>): Promise<string> {
  const ended = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const digest = "error" in ended && ended.error instanceof Error && "digest" in ended.error ? String(ended.error.digest) : "";
  const target = /^NEXT_REDIRECT;(?:replace|push);(.*);\d+;$/.exec(digest)?.[1];
  if (target !== undefined) return target;
  if ("error" in ended) throw ended.error;
  throw new Error(`no redirect, but ${JSON.stringify(ended.value)}`);
}

function headersOf(cookies: Map<string, string>, { headers = {}, path, cookies: more = {} }: RequestOptions): Headers {
  const all = new Headers({ ...DEFAULT_HEADERS, ...(path ? { "x-foyer-path": path } : {}), ...headers });
  const sent = [...cookies, ...Object.entries(more)];
  if (sent.length > 0) all.set("cookie", sent.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; "));
  return all;
}

async function inRequest<T>(self: Browser, headers: Headers, path: string, work: () => Promise<T>): Promise<T> {
  self.setCookies = [];
  const url = new URL(path, `http://${HOST}`);
  // Typed by hand, because Next exports neither: the fields its own request APIs read for an action.
  const inputs = {
    phase: "action",
    headers,
    url,
    rootParams: {},
    implicitTags: { tags: [], expirationsByCacheKind: new Map() },
    onUpdateCookies: (lines: string[]) => {
      self.setCookies = lines;
    },
  } as unknown as Parameters<typeof createRequestStore>[0];
  const later: (() => unknown)[] = [];
  const afterContext = { after: (task: () => unknown) => void later.push(task) };
  const workStore = { route: url.pathname, page: url.pathname, incrementalCache: {}, cacheLifeProfiles: {}, afterContext } as never;
  const requestStore = createRequestStore(inputs);
  const inside = <R>(run: () => Promise<R>) => workAsyncStorage.run(workStore, () => workUnitAsyncStorage.run(requestStore, run));
  try {
    const result = await inside(work);
    // What is to be done once the answer is out.
    for (const task of later) await inside(async () => task());
    return result;
  } finally {
    keep(self.cookies, self.setCookies);
    const { pendingRevalidatedTags = [] }: { pendingRevalidatedTags?: { tag: string }[] } = workStore;
    self.revalidated.push(...pendingRevalidatedTags.map(({ tag }) => tag.replace("_N_T_", "")));
  }
}

/** What a browser does with Set-Cookie, as far as these tests look: keep, replace, forget. */
function keep(jar: Map<string, string>, lines: string[]): void {
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    const over = /;\s*max-age=0(;|$)/i.test(line) || Date.parse(/;\s*expires=([^;]+)/i.exec(line)?.[1] ?? "") < Date.now();
    if (over || value === "") jar.delete(name);
    else jar.set(name, decodeURIComponent(value));
  }
}
