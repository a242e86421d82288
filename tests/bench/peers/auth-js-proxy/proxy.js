import { NextResponse } from "next/server";
import { auth } from "../auth-js";

export default auth((request) => (request.auth ? NextResponse.next() : NextResponse.redirect(new URL("/login", request.url))));

export const config = { matcher: ["/auth-js"] };
