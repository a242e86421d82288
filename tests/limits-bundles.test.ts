import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { sessionCookieName } from "@/lib/session-cookie";
import { encodeToken } from "@/lib/session-token";
import { PlainBrowser } from "./support/forms";
import { PASSWORD, person } from "./support/people";
import { newClaims } from "./support/request";
import { type Server, startServer } from "./support/server";

/*
 * The production build has pages and route handlers in bundles of their own, and one set of limiters for the process: a refusal
 * made in one has to be one in the other too.
 */

let site: Server;
beforeAll(async () => {
  const { DATABASE_URL = "", AUTH_SECRET = "" } = process.env;
  site = await startServer({ env: { DATABASE_URL, AUTH_SECRET, RATE_LIMIT_FACTOR: "1" } });
});
afterAll(() => site.stop());

async function guessAtAuthJs(email: string, password = "not-the-one-at-all"): Promise<Response> {
  const csrf = await fetch(`${site.url}/api/auth/csrf`);
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const { csrfToken } = await csrf.json();
  const body = new URLSearchParams({ csrfToken, email, password });
  return fetch(`${site.url}/api/auth/callback/credentials`, {
    method: "POST",
    body,
    headers: { cookie },
    redirect: "manual",
  });
}

test.each(["the form", "Auth.js's own route"])("guesses are refused at both doors, whichever was asked first: %s", async (first) => {
  const { email } = await person();
  const form = await new PlainBrowser(site.url).form("/login", ["email", "password"]);
  const byForm = async () => (await (await form.send({ email, password: "not-the-one-at-all" })).text()).includes("Too many tries");
  const byRoute = async () => (await guessAtAuthJs(email)).status === 429;
  const doors = first === "the form" ? [byForm, byRoute] : [byRoute, byForm];
  for (let count = 0; count < 10; count++) expect(await doors[0]?.()).toBe(false);
  for (const door of [...doors, ...doors]) expect(await door()).toBe(true);
});

test("sign-ins by Auth.js's own route count among those by the form, right passwords too: sixty a minute", async () => {
  const { email } = await person();
  const statuses: number[] = [];
  for (let count = 0; count < 60; count++) statuses.push((await guessAtAuthJs(email, PASSWORD)).status);
  expect(statuses[0]).toBe(302);
  const refused = await guessAtAuthJs(email, PASSWORD);
  expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
  expect(await db().session.count({ where: { user: { email } } })).toBeLessThanOrEqual(60);
});

test("a handler's class is enforced: the 121st change of a minute is refused, with the time to wait", async () => {
  const who = await person();
  const name = sessionCookieName(false);
  const cookie = `${name}=${encodeToken(await newClaims(who), env().AUTH_SECRET, name)}`;
  const change = () =>
    fetch(`${site.url}/api/files/00000000-0000-4000-8000-000000000000`, { method: "DELETE", headers: { cookie, origin: site.url } });
  const statuses: number[] = [];
  for (let count = 0; count < 120; count++) statuses.push((await change()).status);
  expect([...new Set(statuses)]).toEqual([404]);
  const refused = await change();
  expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
});
