import { betterAuth } from "better-auth";
import { admin } from "better-auth/plugins";
import pg from "pg";

const database = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const shared = {
  database,
  secret: process.env.AUTH_SECRET,
  baseURL: "http://localhost",
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
};

/** better-auth as it comes: every check asks the database. */
export const byDatabase = betterAuth({ ...shared, advanced: { cookiePrefix: "database" } });
/** better-auth with its signed copy of the session in a second cookie. */
export const byCookie = betterAuth({
  ...shared,
  advanced: { cookiePrefix: "cookie" },
  session: { cookieCache: { enabled: true, maxAge: 24 * 3600 } },
});
/** better-auth with its admin plugin. */
export const withAdmin = betterAuth({ ...shared, advanced: { cookiePrefix: "admin" }, plugins: [admin()] });
