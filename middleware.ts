import { type NextRequest, NextResponse } from "next/server";
import { authorizationOrigins } from "@/lib/auth-providers";
import { publicUrl } from "@/lib/public-url";
import { contentSecurityPolicy, type Outside, storeOrigins } from "@/lib/security-headers";
import { sessionCookieName } from "@/lib/session-cookie";
import authConfig from "./auth.config";

/** Where signing in comes first. A courtesy that saves a round trip: every page asks at the door by itself. */
const MEMBERS_ONLY = /^\/(members|files|studio|settings|onboarding|admin)(\/|$)/;

/** Gives every page its nonce and its policy, tells it where it is, and sends the anonymous to /login early. */
export default function middleware(request: NextRequest): NextResponse {
  const { pathname, search } = request.nextUrl;
  const secure = request.headers.get("x-forwarded-proto") === "https";
  const name = sessionCookieName(secure);
  if (MEMBERS_ONLY.test(pathname) && !request.cookies.has(name) && !request.cookies.has(`${name}.0`)) {
    return NextResponse.redirect(
      new URL(`/login?${new URLSearchParams({ callbackUrl: `${pathname}${search}` })}`, publicUrl(request)),
      307,
    );
  }
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce, outside(), process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("x-foyer-path", `${pathname}${search}`);
  // Next reads the nonce for its own scripts from the request's policy.
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

// Bundlers that also find this file by its name would run it in a sandbox of its own; Node.js is what src/proxy.ts has.
export const config = {
  runtime: "nodejs",
  matcher: ["/((?!api/|_next/static|_next/image|favicon\\.ico|icon\\.svg|apple-icon|opengraph-image).*)"],
};

let known: Outside | undefined;

/** The environment does not change while a process runs. */
function outside(): Outside {
  known ??= { store: storeOrigins(), providers: authorizationOrigins(authConfig.providers) };
  return known;
}
