import { BlockList, isIP } from "node:net";
import { isZeroConfig } from "./env";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
const OWN_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Whether the rooms below /dev are open to a request: only where nothing is configured, and only from this machine. `ip` and
 * `host` are what serve.mjs says of it. The host counts too, since the name of a page elsewhere may lead here (DNS rebinding).
 */
export function isOwnMachine(ip: string | null, host: string | null): boolean {
  const family = isIP(ip ?? "");
  return isZeroConfig() && family !== 0 && LOOPBACK.check(ip ?? "", family === 4 ? "ipv4" : "ipv6") && OWN_HOST.test(host ?? "");
}
