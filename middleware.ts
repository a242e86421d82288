import type { IncomingMessage } from "node:http";
import { type NextRequest, NextResponse } from "next/server";
import { authorizationOrigins } from "@/lib/auth-providers";
import { isOwnMachine } from "@/lib/own-machine";
import { isForeignOrigin, publicUrl } from "@/lib/public-url";
import { contentSecurityPolicy, type Outside, storeOrigins } from "@/lib/security-headers";
import { cookiesIn, sessionCookieName } from "@/lib/session-cookie";
import authConfig from "./auth.config";

/** Where signing in comes first. A courtesy that saves a round trip: every page asks at the door by itself. */
const MEMBERS_ONLY = /^\/(members|files|settings|onboarding|admin)(\/|$)/;

/** What is closed to somebody is answered as any address at which there is nothing. */
const NOWHERE = "/nowhere";

/**
 * Addresses of pages about which nothing has to be decided here; there are more, which go the long way. In capitals /API is one, but
 * what next.config.ts says of /api it says of any spelling, and only a policy that comes by the long way stands above that.
 */
const PLAIN_PAGE = /^(?!\/(?:api|dev|_next)(?:[/?]|$))(?:\/[\w-]+)+(?:\?|$)/i;

/** What a page is told of itself, and the policy that its answer says. */
export interface PageHead {
  request: Record<string, string>;
  policy: string;
}

/** Gives every page its nonce and its policy, tells it where it is, and sends the anonymous to /login early. */
export default async function middleware(request: NextRequest): Promise<NextResponse> {
  const refused = request.method === "POST" ? await refusalOf(request) : null;
  if (refused) return new NextResponse(null, { status: refused });
  const { pathname, search } = request.nextUrl;
  const secure = request.headers.get("x-forwarded-proto") === "https";
  const name = sessionCookieName(secure);
  // Only what is looked at: a form that is sent gets its answer from the door, beside what was typed.
  const isLook = request.method === "GET" || request.method === "HEAD";
  if (isLook && MEMBERS_ONLY.test(pathname) && !request.cookies.has(name) && !request.cookies.has(`${name}.0`)) {
    const login = new URL(`/login?${new URLSearchParams({ callbackUrl: `${pathname}${search}` })}`, publicUrl(request));
    return NextResponse.redirect(login, { status: 307, headers: { "Cache-Control": "private, no-store" } });
  }
  const { request: told, policy } = pageHead(`${pathname}${search}`);
  const headers = new Headers({ ...Object.fromEntries(request.headers), ...told });
  const response = isClosed(request)
    ? NextResponse.rewrite(new URL(NOWHERE, request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

// Bundlers that also find this file by its name would run it in a sandbox of its own; Node.js is what src/proxy.ts has.
export const config = {
  runtime: "nodejs",
  matcher: [
    {
      source: "/((?!api/|_next/static/|favicon\\.ico$|icon\\.svg$|apple-icon\\.png$|opengraph-image-\\w+\\.png$).*)",
      // Who brings this has had `quickHead` (scripts/serve.mjs takes it from everybody else).
      missing: [{ type: "header", key: "x-foyer-path" }],
    },
  ],
};

/**
 * The same for whoever looks at a plain page and seems to be signed in, or null: a proxy, even one that does nothing, makes Next
 * serve each page twice. The server asks this before Next sees the request.
 */
export function quickHead({ method, url = "", headers }: IncomingMessage): PageHead | null {
  if ((method !== "GET" && method !== "HEAD") || !PLAIN_PAGE.test(url)) return null;
  const name = sessionCookieName(headers["x-forwarded-proto"] === "https");
  if (!cookiesIn(headers.cookie).some((cookie) => cookie.name === name || cookie.name === `${name}.0`)) return null;
  const [pathname = "", search = ""] = url.split(/\?(.*)/s);
  // Next's own mark of a page that is asked for by one of its links.
  const rest = search.split("&").filter((part) => part !== "" && !/^_rsc(=|$)/.test(part));
  return pageHead([pathname, ...(rest.length > 0 ? [rest.join("&")] : [])].join("?"));
}

function pageHead(address: string): PageHead {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce, outside(), process.env.NODE_ENV === "development");
  // Next reads the nonce for its own scripts from the request's policy.
  return { request: { "x-nonce": nonce, "x-foyer-path": address, "content-security-policy": policy }, policy };
}

/** Next says 500 to a form from another origin and to one that it cannot read; both are the sender's doing. */
async function refusalOf(request: NextRequest): Promise<400 | 403 | null> {
  if (isForeignOrigin(request.headers)) return 403;
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) return null;
  const readable = await request
    .clone()
    .formData()
    .catch(() => null);
  return readable ? null : 400;
}

/** The rooms below /dev; the pages there ask again. */
function isClosed({ nextUrl, headers }: NextRequest): boolean {
  return /^\/dev(\/|$)/.test(nextUrl.pathname) && !isOwnMachine(headers.get("x-forwarded-for"), headers.get("x-forwarded-host"));
}

let known: Outside | undefined;

/** The environment does not change while a process runs. */
function outside(): Outside {
  known ??= { store: storeOrigins(), providers: authorizationOrigins(authConfig.providers) };
  return known;
}
