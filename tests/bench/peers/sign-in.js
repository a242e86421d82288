// Makes the peers' tables and one signed-in person for each, and prints the cookies of all as JSON.
import { randomUUID } from "node:crypto";
import { getMigrations } from "better-auth/db/migration";
import { encode } from "next-auth/jwt";
import pg from "pg";
import { byCookie, byDatabase, withAdmin } from "./better-auth.js";

const email = "peer@example.org";
// The tables of the admin plugin are those of the others and some columns.
const { runMigrations } = await getMigrations(withAdmin.options);
await runMigrations();
console.log(
  JSON.stringify({
    "auth-js": await jwtCookie(),
    "auth-js-database": await databaseCookie(),
    "better-auth": await signUp(byDatabase, email),
    "better-auth-cookie": await signUp(byCookie, `2.${email}`),
    "better-auth-admin": await adminCookie(),
  }),
);
process.exit(0);

async function jwtCookie() {
  const salt = "authjs.session-token";
  const token = { sub: randomUUID(), name: "Peer", email, picture: null, role: "MEMBER" };
  return `${salt}=${await encode({ token, secret: process.env.AUTH_SECRET, salt })}`;
}

/** The tables of @auth/pg-adapter's documentation. */
async function databaseCookie() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(`
    CREATE TABLE users (id serial PRIMARY KEY, name varchar(255), email varchar(255), "emailVerified" timestamptz, image text);
    CREATE TABLE sessions (id serial PRIMARY KEY, "userId" integer NOT NULL, expires timestamptz NOT NULL, "sessionToken" varchar(255) NOT NULL);
    CREATE INDEX ON sessions ("sessionToken");`);
  const token = randomUUID();
  await client.query(`INSERT INTO users (name, email) VALUES ('Peer', $1)`, [email]);
  await client.query(`INSERT INTO sessions ("userId", expires, "sessionToken") VALUES (1, now() + interval '30 days', $1)`, [token]);
  await client.end();
  return `database.session-token=${token}`;
}

async function adminCookie() {
  const address = `3.${email}`;
  const cookie = await signUp(withAdmin, address);
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(`UPDATE "user" SET role = 'admin' WHERE email = $1`, [address]);
  await client.end();
  return cookie;
}

async function signUp(auth, address) {
  const body = { name: "Peer", email: address, password: "plum-velvet-harbour-92" };
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
  return headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}
