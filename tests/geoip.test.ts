import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { signInWithEmail } from "@/features/accounts/actions";
import { listDevices } from "@/features/devices/queries";
import { env } from "@/lib/env";
import { openGeoip, placeOf } from "@/lib/geoip";
import { mailsTo } from "./support/jobs";
import { mmdb } from "./support/mmdb";
import { PASSWORD, person } from "./support/people";
import { temporaryFolder } from "./support/postgres";
import { browser, redirectOf, signedIn } from "./support/request";

const path = join(temporaryFolder(), "city.mmdb");

beforeAll(() => {
  const paris = { city: { names: { en: "Paris" } }, country: { iso_code: "FR" } };
  writeFileSync(path, mmdb({ "203.0.113.0/24": paris, "198.51.100.0/25": { country: { iso_code: "GH" } }, "192.0.2.7/32": { city: {} } }));
  process.env.GEOIP_DB_PATH = path;
});
afterAll(() => {
  delete process.env.GEOIP_DB_PATH;
});

test("an address lies where the file says, down to the country where it knows no city; any other lies nowhere", () => {
  expect(
    ["203.0.113.7", "198.51.100.9", "198.51.100.200", "192.0.2.7", "10.0.0.1", "2001:db8::1", "nonsense", "", null].map(placeOf),
  ).toEqual(["Paris, FR", "GH", null, null, null, null, null, null, null]);
});

test("a sign-in keeps its place: it stands at the device, and in the mail about a new one", async () => {
  const someone = await person();
  await signedIn(someone);
  const window = browser({ headers: { "x-forwarded-for": "203.0.113.9" } });
  await redirectOf(window.run(() => signInWithEmail({ email: someone.email, password: PASSWORD })));
  const entry = await window.run(currentEntry);
  if (!entry) throw new Error("not signed in");
  expect((await listDevices(entry)).map(({ place }) => place)).toEqual(["Paris, FR", null]);
  expect(await mailsTo(someone.email)).toMatchObject([{ template: "newDevice", props: { place: "Paris, FR" } }]);
});

test("a file that is no such database stops the start, by the name of its variable", () => {
  const shared = globalThis as typeof globalThis & { foyerGeoip?: unknown };
  delete shared.foyerGeoip;
  writeFileSync(path, "no database at all");
  expect(env().GEOIP_DB_PATH).toBe(path);
  expect(() => openGeoip()).toThrow(/^GEOIP_DB_PATH: /);
  expect(placeOf("203.0.113.7")).toBeNull();
});
