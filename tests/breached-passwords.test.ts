import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { register } from "@/features/accounts/actions";
import { isBreached } from "@/lib/breached-passwords";
import { db } from "@/lib/db";
import { listen } from "./support/listen";
import { asVisitor, redirectOf } from "./support/request";

/** Strong by any estimate, so that only the list can refuse it. */
const STOLEN = "orchid-lantern-quartz-77";
const SUFFIX = createHash("sha1").update(STOLEN).digest("hex").toUpperCase().slice(5);
const OTHERS = ["0018A45C4D1DEF81644B54AB7F969B88D65:1", "00D4F6E8FA6EECAD2A3AA415EEC418D38EC:2"];

const asked: { url: string; padding: unknown }[] = [];
let answer: (outgoing: ServerResponse) => void = () => undefined;
let stop: () => Promise<void>;

beforeAll(async () => {
  const server = createServer((incoming, outgoing) => {
    asked.push({ url: incoming.url ?? "", padding: incoming.headers["add-padding"] });
    answer(outgoing);
  });
  const listening = await listen(server);
  stop = async () => {
    server.closeAllConnections();
    await listening.stop();
  };
  // Read at the first use, which comes later.
  Object.assign(process.env, { HIBP_ENABLED: "true", HIBP_URL: `${new URL("/range/", listening.url)}` });
});
afterAll(() => stop());

const lines = (...all: string[]) => {
  answer = (outgoing) => void outgoing.end(all.join("\r\n"));
};

test("five digits of a hash leave the site, padding is asked for, and a listed password is found", async () => {
  lines(...OTHERS, `${SUFFIX}:37`);
  expect(await isBreached(STOLEN)).toBe(true);
  expect(asked).toEqual([{ url: `/range/${createHash("sha1").update(STOLEN).digest("hex").toUpperCase().slice(0, 5)}`, padding: "true" }]);
  lines(...OTHERS, `${SUFFIX.toLowerCase()}:1`);
  expect(await isBreached(STOLEN)).toBe(true);
});

test("neither another suffix nor padding is a find", async () => {
  for (const range of [OTHERS, [...OTHERS, `${SUFFIX}:0`], [""], [SUFFIX], [`${SUFFIX}:x`]]) {
    lines(...range);
    expect(await isBreached(STOLEN), range.join()).toBe(false);
  }
});

test.each<[string, (outgoing: ServerResponse) => void]>([
  ["fails", (outgoing) => void outgoing.writeHead(500).end(`${SUFFIX}:1`)],
  ["is asked too often", (outgoing) => void outgoing.writeHead(429, { "retry-after": "2" }).end()],
  ["sends us elsewhere", (outgoing) => void outgoing.writeHead(302, { location: "http://127.0.0.1:9/" }).end()],
  ["hangs", () => undefined],
  ["breaks off", (outgoing) => void outgoing.write("00", () => outgoing.destroy())],
  ["talks without end", (outgoing) => void outgoing.end("00D4F6E8FA6EECAD2A3AA415EEC418D38EC:2\r\n".repeat(40_000))],
  ["talks nonsense", (outgoing) => void outgoing.end("<html>\u0000:::\n:\n")],
])("a service that %s stops nobody", async (_, badly) => {
  answer = badly;
  expect(await isBreached(STOLEN)).toBe(false);
});

test("a stolen password makes no account, and the field says why, whether or not the address is known", async () => {
  lines(`${SUFFIX}:5`);
  const email = "somebody.new@example.org";
  const refused = { ok: false, error: { code: "invalid", fields: { password: expect.stringContaining("stolen") } } };
  expect(await asVisitor({}, () => register({ email, password: STOLEN }))).toMatchObject(refused);
  expect(await db().token.count({ where: { address: email } })).toBe(0);
  lines(...OTHERS);
  expect(await redirectOf(asVisitor({}, () => register({ email, password: STOLEN })))).toMatch(/^\/verify-email/);
});
