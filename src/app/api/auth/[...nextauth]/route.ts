import type { NextRequest } from "next/server";
import { errorResponse } from "@/access/answer";
import { refuseForeign } from "@/access/door";
import { handle, providerCallbacks } from "@/auth";
import { publicUrl } from "@/lib/public-url";

export const GET = (request: NextRequest) => handle(asAsked(request)).catch(errorResponse);
// Auth.js asks for its token, which lies in a cookie, and does not look at where the page came from. Some providers send
// people back by a form on a page of theirs (`response_mode=form_post`): state and PKCE guard that.
export const POST = async (request: NextRequest) =>
  (await refuseForeign(request, providerCallbacks())) ?? handle(asAsked(request)).catch(errorResponse);

/**
 * Auth.js builds its redirects from the request's URL, which in Next names the listening host, not the one asked for. A
 * NextRequest would write 127.0.0.1 as localhost, where neither the cookies are nor the provider answers; Auth.js reads
 * nothing of it but `nextUrl`, and only beside AUTH_URL.
 */
function asAsked(request: NextRequest): NextRequest {
  const url = publicUrl(request);
  return Object.assign(new Request(url, request), { nextUrl: new URL(url) }) as unknown as NextRequest;
}
