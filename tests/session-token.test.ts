import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { decode as authDecode, encode as authEncode } from "next-auth/jwt";
import { describe, expect, test } from "vitest";
import { handlers } from "@/auth";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { readSessionCookie, sessionCookieName } from "@/lib/session-cookie";
import { asClaims, type Claims, decodeToken, encodeToken } from "@/lib/session-token";
import { person } from "./support/people";
import { asVisitor, browser, newClaims, signedIn } from "./support/request";

const SECRET = "a-secret-only-for-tests-0123456789abcdef";
const OTHER = "another-secret-for-tests-0123456789abcde";
const SALT = "authjs.session-token";
const now = () => Math.floor(Date.now() / 1000);

const claims = (): Claims => ({
  sub: "01a1fb4c-693e-727a-8fe9-ec2bef2aafc0",
  sid: "01a1fb4c-693e-727a-8fe9-ec2bef2aafc1",
  role: "MEMBER",
  profileComplete: true,
  mustChangePassword: false,
  epoch: 3,
  end: now() + 600,
  iat: now(),
  exp: now() + 300,
  name: "Ìfẹ́ O’Neill 🦀",
  email: "ife@example.org",
  picture: null,
  emailVerified: true,
  secondFactor: false,
  deleteAfter: null,
  strong: false,
  startedAs: "MEMBER",
  follows: null,
  began: now(),
  whole: true,
});
const read = (token: string, secrets = [SECRET], salt = SALT) => decodeToken(token, secrets, salt);

/** A token that is sealed rightly, whatever it says: only its content can be wrong. */
function sealed(header: object, payload: string, secret = SECRET, salt = SALT): string {
  const bytes = Buffer.from(hkdfSync("sha256", secret, salt, `Auth.js Generated Encryption Key (${salt})`, 64));
  const kid = createHash("sha512")
    .update(`{"k":"${bytes.toString("base64url")}","kty":"oct"}`)
    .digest("base64url");
  const head = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256CBC-HS512", kid, ...header })).toString("base64url");
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", bytes.subarray(32), iv);
  const body = Buffer.concat([cipher.update(payload, "utf8"), cipher.final()]);
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64BE(BigInt(head.length * 8));
  const tag = createHmac("sha512", bytes.subarray(0, 32)).update(head).update(iv).update(body).update(bits).digest().subarray(0, 32);
  return [head, "", iv.toString("base64url"), body.toString("base64url"), tag.toString("base64url")].join(".");
}

describe("Auth.js and we read each other", () => {
  test("Auth.js decodes what we encode, to the last field", async () => {
    const given = claims();
    expect(await authDecode({ token: encodeToken(given, SECRET, SALT), secret: SECRET, salt: SALT })).toEqual({
      ...given,
      jti: expect.any(String),
    });
  });

  test("we decode what Auth.js encodes", async () => {
    const given = claims();
    const token = await authEncode({ token: given, secret: SECRET, salt: SALT, maxAge: 300 });
    expect(asClaims(read(token))).toEqual({ ...given, iat: expect.any(Number), exp: expect.any(Number) });
  });

  test("any text a name can hold survives both ways", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 60 }), async (name) => {
        const token = encodeToken({ ...claims(), name }, SECRET, SALT);
        expect(read(token)?.name).toBe(name);
        expect((await authDecode({ token, secret: SECRET, salt: SALT }))?.name).toBe(name);
      }),
      { numRuns: 50 },
    );
  });

  test("no two tokens are equal, though they say the same", () => {
    const given = claims();
    expect(new Set(Array.from({ length: 20 }, () => encodeToken(given, SECRET, SALT))).size).toBe(20);
  });
});

describe("nothing but a whole, current token of ours is read", () => {
  const parts = ["header", "wrapped key", "iv", "body", "tag"] as const;

  test.each(parts.filter((part) => part !== "wrapped key"))("one flipped bit of the %s", (part) => {
    const pieces = encodeToken(claims(), SECRET, SALT).split(".");
    const index = parts.indexOf(part);
    const bytes = Buffer.from(pieces[index] ?? "", "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(read(pieces.with(index, flipped.toString("base64url")).join(".")), `bit ${bit}`).toBeNull();
    }
  });

  test("another secret, another cookie's salt, no secret at all", () => {
    const token = encodeToken(claims(), SECRET, SALT);
    expect(read(token)).not.toBeNull();
    expect(read(token, [OTHER])).toBeNull();
    expect(read(token, [SECRET], "__Secure-authjs.session-token")).toBeNull();
    expect(read(token, [])).toBeNull();
  });

  test("parts of two good tokens put together", () => {
    const [one, two] = [encodeToken(claims(), SECRET, SALT), encodeToken({ ...claims(), role: "ADMIN" }, SECRET, SALT)].map((token) =>
      token.split("."),
    );
    for (const index of [2, 3, 4]) expect(read((one ?? []).with(index, two?.[index] ?? "").join("."))).toBeNull();
  });

  test("expired, not yet valid, and without or with a senseless expiry", () => {
    const at = now();
    const open = (more: object) => read(sealed({}, JSON.stringify({ ...claims(), ...more })));
    expect(open({ exp: at - 3 })).not.toBeNull();
    expect(open({ exp: at - 20 })).toBeNull();
    expect(open({ nbf: at + 60 })).toBeNull();
    expect(open({ nbf: at + 5 })).not.toBeNull();
    for (const exp of [undefined, null, "9999999999", true, {}, []]) expect(open({ exp }), JSON.stringify(exp)).toBeNull();
    for (const nbf of [null, "0", {}]) expect(open({ nbf }), JSON.stringify(nbf)).toBeNull();
  });

  test.each([
    ["alg none", { alg: "none" }],
    ["alg A256KW", { alg: "A256KW" }],
    ["enc A128CBC-HS256", { enc: "A128CBC-HS256" }],
    ["enc A256GCM", { enc: "A256GCM" }],
    ["a compressed body", { zip: "DEF" }],
    ["critical extensions", { crit: ["exp"] }],
    ["a foreign kid", { kid: "x" }],
    ["a kid that is no text", { kid: {} }],
  ])("a rightly sealed token with %s in its header", (_, header) => {
    const payload = JSON.stringify(claims());
    expect(read(sealed({}, payload))).not.toBeNull();
    expect(read(sealed(header, payload))).toBeNull();
  });

  test.each(["", "null", "7", '"text"', "[]", "{", "\0", "{}", "\u2028"])("a rightly sealed token whose payload is %j", (payload) => {
    expect(read(sealed({}, payload))).toBeNull();
  });

  test("truncated anywhere, lengthened, or with a part too many or too few", () => {
    const token = encodeToken(claims(), SECRET, SALT);
    for (let length = 0; length < token.length; length += 1) expect(read(token.slice(0, length))).toBeNull();
    for (const wrong of [`${token}.`, `${token}.x`, `.${token}`, token.replace("..", "."), token.replace("..", ".x."), `${token}${token}`])
      expect(read(wrong)).toBeNull();
  });

  test("a megabyte of anything, at once", () => {
    const token = encodeToken(claims(), SECRET, SALT);
    const megabyte = 1_000_000;
    for (const garbage of [
      "A".repeat(megabyte),
      ".".repeat(megabyte),
      `${token}${"A".repeat(megabyte)}`,
      token.replace("..", `..${"A".repeat(megabyte)}`),
      "💥".repeat(megabyte / 2),
    ]) {
      expect(read(garbage)).toBeNull();
    }
  });

  test("whatever fast-check thinks of, and never with a throw", () => {
    const good = encodeToken(claims(), SECRET, SALT);
    const pieces = good.split(".");
    const part = fc.oneof(
      fc.constantFrom(...pieces),
      fc.base64String(),
      fc.string({ unit: "binary" }),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString("base64url")),
    );
    const token = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part, { maxLength: 7 }).map((list) => list.join(".")),
    );
    fc.assert(
      fc.property(token, (text) => text === good || read(text) === null),
      { numRuns: 3_000 },
    );
    const payload = fc.json();
    fc.assert(
      fc.property(payload, (text) => asClaims(read(sealed({}, text))) === null),
      { numRuns: 300 },
    );
  });
});

/** Claims that the first release did not write. */
const LATER = ["emailVerified", "secondFactor", "deleteAfter", "strong", "startedAs", "follows", "began", "whole"];

describe("asClaims", () => {
  test("without what the first release did not know it is still good, but not whole, so that the database is asked", () => {
    const given = claims();
    for (const field of ["emailVerified", "secondFactor", "strong", "began"]) {
      for (const wrong of [undefined, null, {}, "true"])
        expect(asClaims({ ...given, [field]: wrong }), field).toMatchObject({ whole: false, sub: given.sub });
    }
    for (const wrong of [undefined, null, "OWNER"])
      expect(asClaims({ ...given, startedAs: wrong })).toMatchObject({ startedAs: given.role, whole: true });
    // What was guessed and is written again is a guess.
    expect(asClaims({ ...given, whole: false })).toMatchObject({ whole: false });
    // Of one that follows another only the database knows whether it has begun.
    expect(asClaims({ ...given, follows: given.sid })).toMatchObject({ follows: given.sid, whole: false });
    expect(asClaims({ ...given, follows: 7 })).toMatchObject({ follows: null, whole: true });
  });

  test("is whole or nothing: each field missing or of another type is refused", () => {
    const given = claims();
    expect(asClaims(given)).toEqual(given);
    for (const field of Object.keys(given).filter((name) => !LATER.includes(name))) {
      for (const wrong of [undefined, {}, [], Symbol.iterator, field === "picture" ? 7 : null]) {
        if (field === "picture" && wrong === undefined) continue;
        expect(asClaims({ ...given, [field]: wrong }), `${field}: ${String(wrong)}`).toBeNull();
      }
    }
    for (const role of ["admin", "OWNER", "", 1]) expect(asClaims({ ...given, role })).toBeNull();
    expect(asClaims(null)).toBeNull();
  });

  test("takes no field along that is not ours", () => {
    expect(asClaims({ ...claims(), isAdmin: true })).not.toHaveProperty("isAdmin");
  });
});

describe("a secret is rotated without signing anybody out", () => {
  test("both read while both are given; the old one ends when it is taken away", () => {
    const [old, young] = [encodeToken(claims(), OTHER, SALT), encodeToken(claims(), SECRET, SALT)];
    for (const secrets of [
      [SECRET, OTHER],
      [OTHER, SECRET],
    ])
      for (const token of [old, young]) expect(read(token, secrets)).not.toBeNull();
    expect([read(old, [SECRET]), read(young, [OTHER])]).toEqual([null, null]);
  });
});

describe("the cookie", () => {
  const jar = (cookies: Record<string, string>) => (name: string) => cookies[name];

  test("is joined from its chunks, in order, up to the first gap, and a whole one wins", () => {
    expect(readSessionCookie(jar({ [`${SALT}.0`]: "a", [`${SALT}.1`]: "b", [`${SALT}.3`]: "d" }), false)).toBe("ab");
    expect(readSessionCookie(jar({ [`${SALT}.1`]: "b" }), false)).toBeNull();
    expect(readSessionCookie(jar({ [SALT]: "whole", [`${SALT}.0`]: "a" }), false)).toBe("whole");
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${SALT}.${index}`, "x"]));
    expect(readSessionCookie(jar(many), false)).toBe("xxxxx");
  });

  test("over https counts only with its __Secure- name, so that a neighbour cannot plant one", async () => {
    expect(sessionCookieName(true)).toBe(`__Secure-${SALT}`);
    expect(readSessionCookie(jar({ [SALT]: "planted" }), true)).toBeNull();
    const { currentEntry } = await import("@/access/entry");
    const someone = await person();
    const plain = await signedIn(someone);
    expect(await plain.run(currentEntry)).not.toBeNull();
    expect(await plain.run(currentEntry, { headers: { "x-forwarded-proto": "https" } })).toBeNull();
    const secure = await signedIn(someone, { headers: { "x-forwarded-proto": "https" } });
    expect((await secure.run(currentEntry))?.actor.userId).toBe(someone.id);
    // The same value under the other name is sealed with another key.
    const moved = { [`__Secure-${SALT}`]: plain.cookies.get(SALT) ?? "" };
    expect(await asVisitor({ headers: { "x-forwarded-proto": "https" }, cookies: moved }, currentEntry)).toBeNull();
  });

  test("that is garbage of any kind makes a visitor, not an error, at the door and at Auth.js", async () => {
    const { currentEntry } = await import("@/access/entry");
    const token = encodeToken(claims(), OTHER, SALT);
    const games: Record<string, string>[] = [
      { [SALT]: "x" },
      { [SALT]: token },
      { [SALT]: "a.b.c.d.e" },
      { [SALT]: "%00%ff" },
      { [SALT]: "\ufffd" },
      { [`${SALT}.0`]: token.slice(0, 40), [`${SALT}.1`]: token.slice(60) },
      { [`${SALT}.0`]: "x".repeat(4000), [`${SALT}.1`]: "x".repeat(4000) },
      { [SALT]: "x".repeat(20_000) },
    ];
    for (const cookies of games) {
      expect(await asVisitor({ cookies }, currentEntry)).toBeNull();
      const answer = await browser({ cookies }).fetch(handlers.GET, "/api/auth/session");
      expect([answer.status, await answer.json()]).toEqual([200, null]);
    }
  });
});

describe("no renewal moves a session past its end", () => {
  test("through Auth.js: the cookie it writes again ends where the first one did", async () => {
    const someone = await person();
    const end = now() + 90;
    const own = await signedIn(someone, { end, exp: now() + 30 });
    const answer = await own.fetch(handlers.GET, "/api/auth/session");
    const line = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(`${SALT}=`)) ?? "";
    const written = asClaims(decodeToken(/=([^;]+)/.exec(line)?.[1] ?? "", [env().AUTH_SECRET], SALT));
    expect(written).toMatchObject({ sub: someone.id, sid: own.claims.sid, end });
    expect(written?.exp).toBeLessThanOrEqual(end);
    expect(written?.exp).toBeGreaterThan(now() + 30);
    expect((await answer.json()).expires).toBe(new Date(end * 1000).toISOString());
  });

  test("a session whose row has expired is over, though its cookie were good for years", async () => {
    const someone = await person();
    const { currentEntry } = await import("@/access/entry");
    const stale = await newClaims(someone);
    await db().session.update({ where: { id: stale.sid }, data: { expiresAt: new Date(Date.now() - 1_000) } });
    const cookie = encodeToken({ ...stale, exp: now() - 60 }, env().AUTH_SECRET, SALT);
    expect(await asVisitor({ cookies: { [SALT]: cookie } }, currentEntry)).toBeNull();
  });
});
