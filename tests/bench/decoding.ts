import { randomUUID } from "node:crypto";
import { decode, encode } from "next-auth/jwt";
import { asClaims, decodeToken, encodeToken } from "../../src/lib/session-token";
import { claimsOf, SECRET } from "./foyer";
import { type Line, median } from "./report";

const ROUNDS = 5;
const OUR_CALLS = 20_000;
const THEIR_CALLS = 2_000;
const SALT = "authjs.session-token";

/** G2: reading our cookie, against Auth.js reading the same one; each reads what the other wrote. */
export async function decoding(): Promise<Line[]> {
  const claims = claimsOf(randomUUID(), randomUUID(), "ada.okafor@example.org");
  const token = encodeToken(claims, SECRET, SALT);
  const theirs = await encode({ token: claims, secret: SECRET, salt: SALT });
  const read = [await decode({ token, secret: SECRET, salt: SALT }), decodeToken(theirs, [SECRET], SALT)];
  const unread = read.filter((payload) => payload?.sid !== claims.sid).length;
  const own = () => asClaims(decodeToken(token, [SECRET], SALT));
  const other = () => decode({ token, secret: SECRET, salt: SALT });
  for (let call = 0; call < OUR_CALLS; call++) own();
  for (let call = 0; call < THEIR_CALLS / 4; call++) await other();
  const times: { own: number[]; other: number[] } = { own: [], other: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const before = await microseconds(OUR_CALLS / 2, own);
    times.other.push(await microseconds(THEIR_CALLS, other));
    times.own.push((before + (await microseconds(OUR_CALLS / 2, own))) / 2);
  }
  return [
    {
      id: "G2",
      what: "one session check, our decoder / Auth.js's",
      ours: median(times.own),
      peer: median(times.other),
      unit: "us",
      goal: { most: 15, of: "ours" },
    },
    { id: "G2", what: "cookies one side wrote and the other could not read", ours: unread, unit: "", goal: { most: 0, of: "ours" } },
  ];
}

/** CPU time a call: the machine is shared. */
async function microseconds(calls: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
