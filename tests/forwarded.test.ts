import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { BadRequest, rewriteForwarded, trustedProxies } from "../scripts/forwarded.mjs";

/** A request as Node hands it over, from `peer`, with `headers` in the order they came. */
function request(peer: string, headers: [string, string][]): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const message = new IncomingMessage(socket);
  message.rawHeaders = headers.flat();
  for (const [name, value] of headers) {
    const known = message.headers[name.toLowerCase()];
    // Like Node: the first Host counts, other repeated headers are joined.
    if (name.toLowerCase() !== "host" || !known) message.headers[name.toLowerCase()] = known ? `${known}, ${value}` : value;
  }
  return message;
}

function rewritten(peer: string, headers: Record<string, string>, { proxies = "loopback", trustHost = false } = {}) {
  const message = request(peer, Object.entries({ Host: "foyer.example", ...headers }));
  rewriteForwarded(message, { proxies: trustedProxies(proxies), trustHost });
  const { "x-forwarded-for": client, "x-forwarded-proto": proto, "x-forwarded-host": host } = message.headers;
  return { client, proto, host, headers: message.headers };
}

const SPOOFED = {
  "X-Forwarded-For": "1.2.3.4",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Port": "1",
  Forwarded: "for=1.2.3.4;host=evil.example",
  "X-Real-IP": "1.2.3.4",
  "X-Foyer-Entry": "admin",
  "X-Nonce": "known",
  "Content-Security-Policy": "script-src 'nonce-known'",
  "Content-Security-Policy-Report-Only": "script-src 'nonce-known'",
};

describe("a peer that is no trusted proxy", () => {
  it("cannot say who it is, nor under which host or protocol it came", () => {
    const { client, proto, host, headers } = rewritten("203.0.113.7", SPOOFED);
    expect({ client, proto, host }).toEqual({ client: "203.0.113.7", proto: "http", host: "foyer.example" });
    expect(Object.keys(headers).sort()).toEqual(["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]);
  });

  it("is not believed for being in a private network unless that is said", () => {
    expect(rewritten("10.0.0.5", SPOOFED).client).toBe("10.0.0.5");
    expect(rewritten("10.0.0.5", SPOOFED, { proxies: "loopback, private" }).client).toBe("1.2.3.4");
  });

  it("is believed for host and protocol, never for the address, with AUTH_TRUST_HOST", () => {
    const { client, proto, host } = rewritten("203.0.113.7", SPOOFED, { trustHost: true });
    expect({ client, proto, host }).toEqual({ client: "203.0.113.7", proto: "https", host: "evil.example" });
  });
});

describe("a trusted proxy", () => {
  it("is believed, in IPv4, IPv6 and IPv4 inside IPv6", () => {
    for (const peer of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
      const { client, proto, host } = rewritten(peer, { ...SPOOFED, "X-Forwarded-Host": "foyer.example" });
      expect({ client, proto, host }).toEqual({ client: "1.2.3.4", proto: "https", host: "foyer.example" });
    }
  });

  it("hands on nothing else that speaks for the client, and never our own headers", () => {
    const { headers } = rewritten("127.0.0.1", SPOOFED);
    expect(headers).not.toHaveProperty("x-foyer-entry");
    expect(headers).not.toHaveProperty("forwarded");
    expect(headers).not.toHaveProperty("x-real-ip");
    expect(headers).not.toHaveProperty("x-forwarded-port");
    expect(headers).not.toHaveProperty("x-nonce");
    expect(headers).not.toHaveProperty("content-security-policy");
    expect(headers).not.toHaveProperty("content-security-policy-report-only");
  });

  it("names the client nearest to it; what stands left of that was written by the client", () => {
    expect(rewritten("127.0.0.1", { "X-Forwarded-For": "6.6.6.6, 203.0.113.9" }).client).toBe("203.0.113.9");
    const chain = { "X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.1.1.1" };
    expect(rewritten("127.0.0.1", chain, { proxies: "loopback,10.0.0.0/8" }).client).toBe("203.0.113.9");
    expect(rewritten("127.0.0.1", chain).client).toBe("10.1.1.1");
  });

  it("is itself the client when it names none or nonsense", () => {
    for (const named of ["", "unknown", "_hidden", "999.1.1.1", ", ,"])
      expect(rewritten("127.0.0.1", { "X-Forwarded-For": named }).client).toBe("127.0.0.1");
    expect(rewritten("127.0.0.1", {}).client).toBe("127.0.0.1");
  });

  it("may name addresses with ports, brackets and zones; they come out plain", () => {
    expect(rewritten("127.0.0.1", { "X-Forwarded-For": "203.0.113.9:4711" }).client).toBe("203.0.113.9");
    expect(rewritten("127.0.0.1", { "X-Forwarded-For": "[2001:DB8::1]:4711" }).client).toBe("2001:db8::1");
    expect(rewritten("127.0.0.1", { "X-Forwarded-For": "fe80::1%eth0" }).client).toBe("fe80::1");
    expect(rewritten("127.0.0.1", { "X-Forwarded-For": "::ffff:203.0.113.9" }).client).toBe("203.0.113.9");
  });

  it("is held to the first value of host and protocol, and only to what can be one", () => {
    expect(rewritten("127.0.0.1", { "X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "a.example, b.example" })).toMatchObject({
      proto: "https",
      host: "a.example",
    });
    expect(rewritten("127.0.0.1", { "X-Forwarded-Proto": "javascript", "X-Forwarded-Host": "a.example/../b" })).toMatchObject({
      proto: "http",
      host: "foyer.example",
    });
    for (const host of ["user@evil.example", "evil.example:99999"])
      expect(rewritten("127.0.0.1", { "X-Forwarded-Host": host }).host).toBe("foyer.example");
  });
});

describe("the Host header", () => {
  it("is refused when it is missing, doubled or none", () => {
    const wrong: [string, string][][] = [
      [],
      [["Host", ""]],
      [["Host", "a b"]],
      [["Host", "foyer.example/x"]],
      [["Host", "user@foyer.example"]],
      [["Host", "foyer.example:port"]],
      [["Host", "foyer.example:65536"]],
      [["Host", "evil.test:99999"]],
      [["Host", "[::::]"]],
      [["Host", "999.1.1.1"]],
      [["Host", "a".repeat(300)]],
      [
        ["Host", "foyer.example"],
        ["host", "evil.example"],
      ],
    ];
    for (const headers of wrong)
      expect(
        () => rewriteForwarded(request("127.0.0.1", headers), { proxies: trustedProxies("loopback") }),
        JSON.stringify(headers),
      ).toThrow(BadRequest);
  });

  it("may be a name, an address of either kind, with or without a port", () => {
    for (const host of ["localhost:3000", "192.0.2.2:3000", "[::1]:3000", "xn--bcher-kva.example", "foyer.example."])
      expect(rewritten("203.0.113.7", { Host: host }).host).toBe(host);
  });
});

describe("TRUSTED_PROXIES", () => {
  it("takes names, addresses and ranges of both families", () => {
    const proxies = "loopback, 198.51.100.4, 203.0.113.0/24, 2001:db8::/32";
    for (const peer of ["198.51.100.4", "203.0.113.200", "2001:db8::77", "::ffff:203.0.113.8"])
      expect(rewritten(peer, SPOOFED, { proxies }).client).toBe("1.2.3.4");
    for (const peer of ["198.51.100.5", "203.0.114.1", "2001:db9::1"]) expect(rewritten(peer, SPOOFED, { proxies }).client).toBe(peer);
  });

  it("refuses anything else by name", () => {
    for (const wrong of ["nginx", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "::1/129", "10.0.0.0/-1", "1.2.3"])
      expect(() => trustedProxies(`loopback, ${wrong}`), wrong).toThrow(wrong);
  });
});
