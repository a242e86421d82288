import { generateSync } from "otplib";
import { describe, expect, test } from "vitest";
import { decrypt, encrypt, needsReencryption } from "@/lib/encryption";
import { hashOneTimeSecret, hashRecoveryCode, newOneTimeSecret, newRecoveryCode, readRecoveryCode } from "@/lib/one-time-secret";
import { matchTotp, newTotpSecret, totpUri } from "@/lib/totp";

/** RFC 6238, appendix B: the ASCII secret "12345678901234567890", the SHA-1 rows, of which an app shows the last six digits. */
const RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RFC_ROWS = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
] as const;
const NOW = 1_900_000_015;
const STEP = Math.floor(NOW / 30);

describe("TOTP", () => {
  test.each(RFC_ROWS)("at %i s the code is the RFC's", (time, code) => {
    expect(matchTotp(RFC_SECRET, code.slice(2), time)).toBe(Math.floor(time / 30));
  });

  test("a code of the step before, this one or the next is right and names its step; two away is wrong", () => {
    const secret = newTotpSecret();
    const at = (step: number) => matchTotp(secret, generateSync({ secret, epoch: (STEP + step) * 30 }), NOW);
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, STEP - 1, STEP, STEP + 1, null]);
  });

  test("the drift is a whole step at both ends of one", () => {
    const secret = newTotpSecret();
    for (const now of [STEP * 30, STEP * 30 + 29.999]) {
      const at = (step: number) => matchTotp(secret, generateSync({ secret, epoch: (STEP + step) * 30 }), now);
      expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, STEP - 1, STEP, STEP + 1, null]);
    }
  });

  test("anything but six digits is wrong and no error; spaces as apps show them are fine", () => {
    const secret = newTotpSecret();
    const code = generateSync({ secret, epoch: NOW });
    for (const wrong of [
      "",
      " ",
      "12345",
      `${code}0`,
      `-${code.slice(1)}`,
      "١٢٣٤٥٦",
      "abcdef",
      "1e5",
      "0x1234",
      `${code}\u0000`,
      "9".repeat(10_000),
    ]) {
      expect(matchTotp(secret, wrong, NOW), wrong).toBeNull();
    }
    expect(matchTotp(secret, ` ${code.slice(0, 3)} ${code.slice(3)} `, NOW)).toBe(STEP);
  });

  test("a secret has 160 random bits, and its address is one an app reads", () => {
    const secrets = new Set(Array.from({ length: 100 }, newTotpSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const uri = new URL(totpUri(RFC_SECRET, "Foyer", "ada+x@example.org"));
    expect(uri.protocol).toBe("otpauth:");
    expect(uri.href).toContain("totp/Foyer:ada%2Bx%40example.org");
    expect(uri.searchParams.get("secret")).toBe(RFC_SECRET);
    expect(uri.searchParams.get("issuer")).toBe("Foyer");
  });
});

describe("encryption at rest", () => {
  const [old, young] = ["an-older-secret-of-32-characters-x", "a-newer-secret-of-32-characters-yy"];
  const purpose = { label: "totp-secret", owner: "00000000-0000-4000-8000-00000000000a" };

  test("gives the text back, and never the same bytes twice", () => {
    const sealed = Array.from({ length: 50 }, () => encrypt(RFC_SECRET, purpose, [old]));
    expect(new Set(sealed).size).toBe(50);
    for (const one of sealed) {
      expect(one).not.toContain(RFC_SECRET.slice(0, 6));
      expect(one.length).toBeLessThan(200);
      expect(decrypt(one, purpose, [old])).toBe(RFC_SECRET);
    }
    for (const text of ["", "é", "x".repeat(5_000)]) expect(decrypt(encrypt(text, purpose, [old]), purpose, [old])).toBe(text);
  });

  test("another row, another purpose, another secret: nothing", () => {
    const sealed = encrypt(RFC_SECRET, purpose, [old]);
    expect(decrypt(sealed, { ...purpose, owner: "somebody else" }, [old])).toBeNull();
    expect(decrypt(sealed, { ...purpose, label: "another" }, [old])).toBeNull();
    expect(decrypt(sealed, purpose, [young])).toBeNull();
    expect(decrypt(sealed, purpose, [])).toBeNull();
  });

  test("a changed character anywhere, or a piece missing: nothing, and no error", () => {
    const sealed = encrypt(RFC_SECRET, purpose, [old]);
    for (let index = 0; index < sealed.length; index++) {
      const other = sealed[index] === "A" ? "w" : "A";
      const changed = sealed.slice(0, index) + other + sealed.slice(index + 1);
      // The last character of a part may hold bits that base64url does not use.
      if (decrypt(changed, purpose, [old]) !== null) expect(Buffer.from(changed, "base64url")).toEqual(Buffer.from(sealed, "base64url"));
    }
    for (const broken of [
      "",
      ".",
      "....",
      "1...",
      sealed.slice(0, -10),
      `${sealed}.x`,
      sealed.split(".").slice(0, 3).join("."),
      RFC_SECRET,
    ]) {
      expect(decrypt(broken, purpose, [old]), broken).toBeNull();
    }
  });

  test("a rotated secret still opens what the older one closed, and says that it should be closed anew", () => {
    const sealed = encrypt(RFC_SECRET, purpose, [old]);
    expect(decrypt(sealed, purpose, [young, old])).toBe(RFC_SECRET);
    expect(needsReencryption(sealed, purpose.label, [young, old])).toBe(true);
    const anew = encrypt(RFC_SECRET, purpose, [young, old]);
    expect(needsReencryption(anew, purpose.label, [young, old])).toBe(false);
    expect(decrypt(anew, purpose, [young])).toBe(RFC_SECRET);
    expect(() => encrypt("x", purpose, [])).toThrow("no secret");
  });
});

describe("one-time secrets", () => {
  test("have 256 random bits, and a hash that fits its column", () => {
    const made = Array.from({ length: 100 }, newOneTimeSecret);
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(100);
    for (const { secret, hash } of made) {
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      expect(hash).toHaveLength(43);
      expect(hashOneTimeSecret(secret)).toBe(hash);
    }
  });

  test("recovery codes are two groups of five from 32 letters, all of which come up", () => {
    const codes = Array.from({ length: 400 }, newRecoveryCode);
    expect(new Set(codes).size).toBe(400);
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
    expect(new Set(codes.join("").replaceAll("-", "")).size).toBe(32);
  });

  test("are read however they are typed, and nothing else is", () => {
    expect(["K7M2X 9QP4D", "k7m2x9qp4d", " k7m2x - 9qp4d\n", "K7M2X-9QP4D"].map(readRecoveryCode)).toEqual(Array(4).fill("k7m2x-9qp4d"));
    expect(readRecoveryCode("OIL00-11abc")).toBe("01100-11abc");
    expect(["", "123456", "k7m2x-9qp4", "k7m2x-9qp4dd", "u7m2x-9qp4d", "k7m2x_9qp4d", "é".repeat(10)].map(readRecoveryCode)).toEqual(
      Array(7).fill(null),
    );
  });

  test("the same code of two people has two hashes, of one person one", async () => {
    const [mine, again, theirs] = await Promise.all(["a", "a", "b"].map((owner) => hashRecoveryCode("k7m2x-9qp4d", owner)));
    expect(mine).toBe(again);
    expect(mine).not.toBe(theirs);
    expect(mine).toHaveLength(43);
  });
});
