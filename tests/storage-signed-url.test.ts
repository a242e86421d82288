import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRange } from "@/storage/http-conditions";
import { contentDisposition, safeFilename } from "@/storage/presentation";
import { canonical, type Grant, UrlSigner } from "@/storage/signed-url";

const SECRET = "a-secret-only-for-tests-0123456789abcdef";

describe("signed URLs, for any content", () => {
  // Characters by which encodings are confused, and any others.
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', "\\", ",", "[", "]", "&", "=", "%", "+", "\n", "\0", "1", "PUT"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
  });
  const shared = { key: fc.constantFrom("a/b", "a/bc", "ab/c"), expiresAt: fc.nat(), contentType: text };
  const grants: fc.Arbitrary<Grant> = fc.oneof(
    fc.record({ method: fc.constant("PUT" as const), ...shared, sizeBytes: fc.nat() }),
    fc.record({ method: fc.constant("PUT" as const), ...shared, maxBytes: fc.nat() }),
    fc.record({
      method: fc.constant("GET" as const),
      ...shared,
      filename: text,
      disposition: fc.constantFrom("attachment" as const, "inline" as const),
    }),
  );
  const signer = new UrlSigner(SECRET);
  const read = (grant: Grant, query: string) => signer.verify(grant.method, grant.key, new URLSearchParams(query), grant.expiresAt - 1);

  test("a grant comes back as it was signed, until the millisecond it expires", () => {
    fc.assert(
      fc.property(grants, (grant) => {
        expect(read(grant, signer.sign(grant))).toEqual(grant);
        expect(signer.verify(grant.method, grant.key, new URLSearchParams(signer.sign(grant)), grant.expiresAt)).toBe("expired");
      }),
    );
  });

  test("no character can move from one field to the next unnoticed", () => {
    const grant = (whole: string, first: number, second: number) => ({
      method: "GET" as const,
      key: "a/b",
      expiresAt: 1,
      contentType: whole.slice(0, first),
      filename: whole.slice(first, second),
      disposition: whole.length > second ? ("inline" as const) : ("attachment" as const),
    });
    fc.assert(
      fc.property(text, fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(20), (whole, a, b, c, d) => {
        const [one, other] = [grant(whole, a, a + b), grant(whole, c, c + d)];
        expect(canonical(one) === canonical(other)).toBe(
          one.contentType === other.contentType && one.filename === other.filename && one.disposition === other.disposition,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test("no field can be changed under a signature", () => {
    fc.assert(
      fc.property(grants, grants, (grant, other) => {
        for (const [field, value] of Object.entries(other)) {
          if (field === "method" || !(field in grant)) continue;
          const changed: Grant = { ...grant, [field]: value };
          const query = new URLSearchParams(signer.sign(changed));
          query.set("s", new URLSearchParams(signer.sign(grant)).get("s") ?? "");
          expect(read(changed, query.toString())).toEqual(canonical(changed) === canonical(grant) ? grant : "bad_signature");
          expect(canonical(changed) === canonical(grant)).toBe(value === Object.entries(grant).find(([name]) => name === field)?.[1]);
        }
      }),
    );
  });

  test("a signature cut, lengthened or of another secret counts for nothing", () => {
    fc.assert(
      fc.property(grants, fc.nat(42), (grant, length) => {
        const query = new URLSearchParams(signer.sign(grant));
        const signature = query.get("s") ?? "";
        for (const wrong of [
          signature.slice(0, length),
          `${signature}AA`,
          "",
          new URLSearchParams(new UrlSigner(`${SECRET}!`).sign(grant)).get("s") ?? "",
        ]) {
          query.set("s", wrong);
          expect(read(grant, query.toString())).toBe("bad_signature");
        }
      }),
    );
  });

  test("a number has one spelling", () => {
    const grant: Grant = { method: "PUT", key: "a/b", expiresAt: 1000, sizeBytes: 10, contentType: "text/plain" };
    for (const spelling of ["1e1", "010", " 10", "10 ", "+10", "0xa", "10.0", "１０"]) {
      const query = new URLSearchParams(signer.sign(grant));
      query.set("l", spelling);
      expect(read(grant, query.toString())).toBe("bad_signature");
    }
  });

  test("an upload of exactly some bytes is not one of at most as many", () => {
    const grant: Grant = { method: "PUT", key: "a/b", expiresAt: 1000, sizeBytes: 10, contentType: "text/plain" };
    const query = new URLSearchParams(signer.sign(grant));
    query.append("m", "10");
    expect(read(grant, query.toString())).toBe("bad_signature");
    query.delete("l");
    expect(read(grant, query.toString())).toBe("bad_signature");
  });

  test("a short secret is refused", () => {
    expect(() => new UrlSigner("short")).toThrow(TypeError);
  });
});

describe("headers, for any name and range", () => {
  const names = fc.string({
    unit: fc.oneof(
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      fc.constantFrom('"', "\\", "\r", "\n", ";", "%", "'", ".", "/", "é", "😀", "\u202e", "\u0000"),
    ),
    maxLength: 400,
  });

  test("Content-Disposition is one line of ASCII, safely quoted, with the same safe name", () => {
    fc.assert(
      fc.property(names, (name) => {
        const match =
          /^attachment; filename="([\x20-\x21\x23-\x24\x26-\x5b\x5d-\x7e]*)"; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+)$/.exec(
            contentDisposition(name, "attachment"),
          );
        const decoded = decodeURIComponent(match?.[2] ?? "%");
        expect(decoded).toBe(safeFilename(name));
        expect(decoded).not.toMatch(/[\p{Cc}\p{Cs}/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
        expect(Buffer.byteLength(decoded)).toBeLessThanOrEqual(255);
        expect(decoded).not.toMatch(/^[\s.]|[\s.]$/);
      }),
      { numRuns: 1000 },
    );
  });

  test("a long name keeps its extension", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 300 }), (stem) => {
        expect(safeFilename(`x${stem}.pdf`)).toMatch(/\.pdf$/);
      }),
    );
  });

  test("a range never leaves the object", () => {
    const header = fc.oneof(
      fc.string(),
      fc.tuple(fc.option(fc.nat(30)), fc.option(fc.nat(30))).map(([from, to]) => `bytes=${from ?? ""}-${to ?? ""}`),
      fc.constantFrom("bytes=99999999999999999999-", "bytes=-99999999999999999999", "bytes=0-99999999999999999999"),
    );
    fc.assert(
      fc.property(header, fc.nat(20), (range, size) => {
        const part = parseRange(range, size);
        if (part === null || part === "unsatisfiable") return;
        expect(part.start >= 0 && part.start <= part.end && part.end < size).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
