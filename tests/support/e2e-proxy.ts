import { randomBytes, sign } from "node:crypto";
import { request as forward, type IncomingMessage } from "node:http";
import { createServer } from "node:https";
import { keyPair } from "./keys";
import { listen } from "./listen";

/**
 * What stands before a site in earnest: it ends https with a certificate of its own, and tells the site in X-Forwarded-*
 * which host and protocol were asked for, while Host names the site itself. A browser has to ignore that nobody vouches for it.
 */
export async function startProxy(target: string): Promise<{ url: string; stop(): Promise<void> }> {
  const site = new URL(target);
  const server = createServer(selfSigned("127.0.0.1"), (request, response) => {
    const headers = {
      ...request.headers,
      host: site.host,
      "x-forwarded-host": request.headers.host,
      "x-forwarded-proto": "https",
      "x-forwarded-for": request.socket.remoteAddress,
    };
    const passed = forward(target, { method: request.method, path: request.url, headers }, (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    request.pipe(passed);
  });
  const { url, stop } = await listen(server);
  return { url: url.replace("http:", "https:"), stop };
}

const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");

/** A certificate for an hour (X.509 version 3, RFC 5280), made here because no key should lie in a repository. */
function selfSigned(name: string): { key: string; cert: string } {
  const { privateKey, publicKey } = keyPair("ec");
  const algorithm = der(0x30, ECDSA_WITH_SHA256);
  const issuer = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(name)))));
  const validity = der(0x30, utcTime(Date.now() - 3_600_000), utcTime(Date.now() + 3_600_000));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const content = der(0x30, version, serial, algorithm, issuer, validity, issuer, publicKey.export({ type: "spki", format: "der" }));
  const signature = der(0x03, Buffer.from([0]), sign("sha256", content, privateKey));
  const lines =
    der(0x30, content, algorithm, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  const cert = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert };
}

function utcTime(at: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}

/** Tag, length, content (X.690). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
