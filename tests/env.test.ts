import { describe, expect, test } from "vitest";
import { EnvError, envShape, parseEnv, providerVariables } from "@/lib/env";

const SECRET = "0123456789abcdef0123456789abcdef";
const DATABASE_URL = "postgresql://foyer:hunter2-in-the-url@db.example.org/foyer";

/** The lines of the error; empty when the environment is accepted. */
function linesOf(source: Record<string, string>): string[] {
  try {
    parseEnv(source);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError);
    return error instanceof EnvError ? error.message.split("\n") : [];
  }
}
const named = (source: Record<string, string>) => linesOf(source).map((line) => line.split(":")[0]);

describe("parseEnv", () => {
  test("needs nothing: every default stands", () => {
    expect(parseEnv({})).toMatchObject({
      PORT: 3000,
      STORAGE_PROVIDER: "LOCAL",
      BCRYPT_COST: 11,
      PASSWORD_MIN_LENGTH: 12,
      PRESIGNED_URL_EXPIRATION: 900,
      TRUSTED_PROXIES: "loopback",
    });
  });

  test("names every wrong variable at once, a line each", () => {
    const wrong = {
      PORT: "0",
      BCRYPT_COST: "99",
      AUTH_URL: "ftp://x",
      LOG_LEVEL: "loud",
      STORAGE_PROVIDER: "FTP",
      AUTH_SECRET: "short",
      S3_FORCE_PATH_STYLE: "perhaps",
    };
    expect(named(wrong).sort()).toEqual(Object.keys(wrong).sort());
  });

  const WRONG: Record<string, string[]> = {
    PORT: ["0", "65536", "80.5", "x", "-1", "1e9"],
    LOG_LEVEL: ["loud", "INFO"],
    AUTH_SECRET: ["thirty-one-characters-0123456789".slice(0, 31)],
    AUTH_URL: ["members.example.org", "ftp://members.example.org", "javascript:alert(1)"],
    AUTH_TRUST_HOST: ["yes", "2"],
    AUTH_GITHUB_ENTERPRISE_URL: ["github", "file:///etc"],
    PASSWORD_MIN_LENGTH: ["7", "65", "twelve"],
    SIGN_UP: ["closed", "OPEN", "true"],
    SIGN_UP_DOMAINS: ["example", "@example.org", "example.org; example.com", "a@example.org", "*.example.org", "-.example.org"],
    HIBP_ENABLED: ["yes please"],
    HIBP_URL: ["api.pwnedpasswords.com", "ftp://example.org/range/"],
    BCRYPT_COST: ["3", "16"],
    FOYER_ADMIN_EMAIL: ["admin", "a@b"],
    DATABASE_URL: ["mysql://x/y", "db.example.org"],
    RATE_LIMIT_FACTOR: ["0", "1001", "twice"],
    REQUIRE_ADMIN_MFA: ["yes please"],
    DATABASE_POOL_SIZE: ["0", "201"],
    AUDIT_RETENTION_DAYS: ["0", "36501", "a year"],
    REDIS_URL: ["localhost:6379", "http://localhost:6379"],
    SMTP_URL: ["mail.example.org", "https://mail.example.org", "mail.example.org:587"],
    EMAIL_FROM: ["foyer", "Foyer foyer@example.org", "Foyer <foyer@example.org>\r\nBcc: x@example.org", "a@example.org, b@example.org"],
    STORAGE_PROVIDER: ["s3", "DISK"],
    S3_FORCE_PATH_STYLE: ["maybe"],
    AWS_ENDPOINT_URL_S3: ["minio:9000"],
    GCS_ENDPOINT_URL: ["storage.googleapis.com"],
    AZURE_STORAGE_CONNECTION_STRING: ["UseDevelopmentStorage=true", "AccountName=foyer", "AccountKey=a2V5"],
    AZURE_STORAGE_ACCOUNT: ["Foyer", "ab", "foyer.blob.core.windows.net"],
    PRESIGNED_URL_EXPIRATION: ["0", "3601"],
    MAX_FILE_BYTES: ["0", "5000000001"],
    QUOTA_BYTES: ["0", "-5"],
    GENERATOR_URL: ["generator:9000", "file:///etc/passwd"],
    WEBHOOK_SECRET: ["whsec_", "whsec_c2hvcnQ=", "not base64 of anything", `whsec_${"A".repeat(88)}, short`],
    GEMINI_BASE_URL: ["generativelanguage.googleapis.com", "file:///etc/passwd"],
  };

  test.each(Object.entries(WRONG))("%s refuses what it cannot be, by name", (name, values) => {
    for (const value of values) expect(named({ AUTH_SECRET: SECRET, [name]: value }), value).toContain(name);
  });

  test("covers every variable that has a shape of its own", () => {
    const anyText = [
      "HOSTNAME",
      "GEOIP_DB_PATH",
      "FOYER_DATA",
      "TRUSTED_PROXIES",
      "AUTH_GITHUB_ID",
      "AUTH_GITHUB_SECRET",
      "AUTH_GOOGLE_ID",
      "AUTH_GOOGLE_SECRET",
      "S3_BUCKET_NAME",
      "AWS_REGION",
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "GCS_BUCKET_NAME",
      "GCS_ACCESS_KEY_ID",
      "GCS_SECRET_ACCESS_KEY",
      "AZURE_STORAGE_KEY",
      "AZURE_CONTAINER",
      "GEMINI_API_KEY",
      "GEMINI_MODEL_IMAGE",
      "GEMINI_MODEL_TEXT",
      "GEMINI_MODEL_VIDEO",
      "FFMPEG_PATH",
    ];
    expect([...Object.keys(WRONG), ...anyText].sort()).toEqual(Object.keys(envShape).sort());
  });

  test("never repeats a value: what is wrong may be a secret in the wrong place", () => {
    const values = Object.keys(envShape).map((name, index) => [name, `sEcReT-${index}-value`] as const);
    const message = linesOf(Object.fromEntries(values)).join("\n");
    expect(message).not.toBe("");
    for (const [, value] of values) expect(message).not.toContain(value);
    expect(linesOf({ DATABASE_URL: "mysql://root:hunter2@x/y" }).join()).not.toContain("hunter2");
  });

  test("takes an empty value as unset and cuts the space around one", () => {
    expect(parseEnv({ PORT: "", AUTH_URL: "   ", AUTH_GITHUB_ID: "" })).toMatchObject({ PORT: 3000 });
    expect(parseEnv({ PORT: " 8080 " }).PORT).toBe(8080);
  });

  test("reads a flag as a boolean", () => {
    for (const [text, value] of [
      ["true", true],
      ["1", true],
      ["false", false],
      ["0", false],
    ] as const)
      expect(parseEnv({ S3_FORCE_PATH_STYLE: text }).S3_FORCE_PATH_STYLE).toBe(value);
  });

  test("reads GITHUB_ID and GITHUB_SECRET where the AUTH_ names are unset, and these first", () => {
    expect(parseEnv({ GITHUB_ID: "old", GITHUB_SECRET: "s" })).toMatchObject({ AUTH_GITHUB_ID: "old", AUTH_GITHUB_SECRET: "s" });
    expect(parseEnv({ GITHUB_ID: "old", AUTH_GITHUB_ID: "new", GITHUB_SECRET: "s" })).toMatchObject({ AUTH_GITHUB_ID: "new" });
  });

  test.each([
    ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET"],
    ["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET"],
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  ])("%s and %s come together or not at all", (one, other) => {
    expect(named({ [one]: "x" })).toEqual([other]);
    expect(named({ [other]: "x" })).toEqual([one]);
    expect(named({ [one]: "x", [other]: "y" })).toEqual([]);
  });

  test("an outside generator needs a secret to sign with, and two stand side by side while one takes over", () => {
    const GENERATOR_URL = "https://generator.example.org/jobs";
    const [one, other] = [`whsec_${"A".repeat(32)}`, `whsec_${"B".repeat(32)}`];
    expect(named({ GENERATOR_URL })).toEqual(["WEBHOOK_SECRET"]);
    for (const WEBHOOK_SECRET of [one, `${one},${other}`, `${one} ${other}`]) expect(named({ GENERATOR_URL, WEBHOOK_SECRET })).toEqual([]);
  });

  test("a database of one's own needs a secret of one's own", () => {
    expect(named({ DATABASE_URL })).toEqual(["AUTH_SECRET"]);
    expect(named({ DATABASE_URL, AUTH_SECRET: SECRET })).toEqual([]);
  });

  test("a mail server needs the site's address, for the links in mails", () => {
    expect(linesOf({ SMTP_URL: "smtp://mail.example.org" })).toEqual([expect.stringMatching(/^AUTH_URL: .*SMTP_URL/)]);
    expect(named({ SMTP_URL: "smtps://user:pass@mail.example.org:465", AUTH_URL: "https://members.example.org" })).toEqual([]);
    for (const from of ["foyer@example.org", "Foyer <foyer@example.org>", "L’équipe Foyer <foyer@localhost>"])
      expect(parseEnv({ EMAIL_FROM: from }).EMAIL_FROM).toBe(from);
    expect(parseEnv({}).EMAIL_FROM).toBe("Foyer <foyer@localhost>");
  });

  test("a bucket means S3; S3 without a bucket and drivers that are not built yet are refused by name", () => {
    expect(parseEnv({ S3_BUCKET_NAME: "files" }).STORAGE_PROVIDER).toBe("S3");
    expect(parseEnv({ S3_BUCKET_NAME: "files", STORAGE_PROVIDER: "LOCAL" }).STORAGE_PROVIDER).toBe("LOCAL");
    expect(named({ STORAGE_PROVIDER: "S3" })).toEqual(["S3_BUCKET_NAME"]);
    expect(named({ STORAGE_PROVIDER: "GCS", GCS_BUCKET_NAME: "files", GCS_ACCESS_KEY_ID: "id" })).toEqual([
      "GCS_SECRET_ACCESS_KEY",
      "GCS_SECRET_ACCESS_KEY",
    ]);
    expect(named({ STORAGE_PROVIDER: "AZURE" })).toEqual(["AZURE_CONTAINER", "AZURE_STORAGE_CONNECTION_STRING"]);
    const azure = { STORAGE_PROVIDER: "AZURE", AZURE_CONTAINER: "files", AZURE_STORAGE_ACCOUNT: "foyer" };
    expect(named(azure)).toEqual(["AZURE_STORAGE_KEY"]);
    expect(parseEnv({ ...azure, AZURE_STORAGE_KEY: "a2V5" }).AZURE_STORAGE_CONNECTION_STRING).toBe(
      "DefaultEndpointsProtocol=https;AccountName=foyer;AccountKey=a2V5;EndpointSuffix=core.windows.net",
    );
  });

  test("every variable says what it is for", () => {
    for (const [name, shape] of Object.entries(envShape)) expect(shape.description, name).toMatch(/\.$/);
  });
});

test("a provider's variables follow Auth.js's convention, dashes included", () => {
  Object.assign(process.env, {
    AUTH_MY_IDP_ID: " id ",
    AUTH_MY_IDP_SECRET: "secret",
    AUTH_MY_IDP_ISSUER: "https://idp.example.org",
    GITHUB_ID: "old",
  });
  expect(providerVariables("my-idp")).toEqual({ clientId: "id", clientSecret: "secret", issuer: "https://idp.example.org" });
  expect(providerVariables("github")).toEqual({ clientId: "old", clientSecret: undefined, issuer: undefined });
});
