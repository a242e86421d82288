import { NextRequest } from "next/server";
import { handlers } from "@/auth";
import { publicUrl } from "@/lib/public-url";

// Auth.js builds its redirects from the request's URL, which in Next names the listening host, not the one asked for.
export const GET = (request: NextRequest) => handlers.GET(new NextRequest(publicUrl(request), request));
export const POST = (request: NextRequest) => handlers.POST(new NextRequest(publicUrl(request), request));
