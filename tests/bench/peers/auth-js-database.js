import PostgresAdapter from "@auth/pg-adapter";
import NextAuth from "next-auth";
import GitHub from "next-auth/providers/github";
import pg from "pg";

/** Auth.js with its sessions in the database. */
export const { auth } = NextAuth({
  adapter: PostgresAdapter(new pg.Pool({ connectionString: process.env.DATABASE_URL })),
  providers: [GitHub({ clientId: "bench", clientSecret: "bench" })],
  session: { strategy: "database" },
  cookies: { sessionToken: { name: "database.session-token", options: { httpOnly: true, sameSite: "lax", path: "/" } } },
});
