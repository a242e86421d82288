import { readFileSync } from "node:fs";
import { type CityResponse, Reader } from "maxmind";
import { EnvError, env } from "./env";
import { perProcess } from "./per-process";

const MOST_CHARS = 120;

/**
 * "Paris, FR": where an IP address lies, by the MaxMind DB file that GEOIP_DB_PATH names, GeoLite2 City or its like; null without
 * one, and for an address that is not in it. In English, because it is kept with the session, and read by the person in their
 * language and by admins in another. Never throws: nobody's sign-in depends on it. MaxMind DB File Format 2.0.
 */
export function placeOf(ip: string | null): string | null {
  try {
    const found = ip ? database()?.get(ip) : null;
    const place = [found?.city?.names.en, found?.country?.iso_code].filter(Boolean).join(", ");
    return place.slice(0, MOST_CHARS) || null;
  } catch {
    return null;
  }
}

/** Reads the file at start-up. Throws EnvError where it is missing or no such database. */
export function openGeoip(): void {
  try {
    database();
  } catch {
    throw new EnvError("GEOIP_DB_PATH: cannot be read as a MaxMind DB file.");
  }
}

/** Read whole into memory. */
function database(): Reader<CityResponse> | null {
  const { GEOIP_DB_PATH } = env();
  if (!GEOIP_DB_PATH) return null;
  return perProcess("foyerGeoip", () => new Reader<CityResponse>(readFileSync(GEOIP_DB_PATH)));
}
