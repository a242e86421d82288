import { z } from "zod";

const flag = z.enum(["true", "false", "1", "0"]).transform((value) => value === "true" || value === "1");
const number = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/**
 * Every variable Foyer reads, once: name, shape, default and what it is for. `.env.example` and the start box are made
 * from it. An empty value counts as unset.
 */
export const envShape = {
  PORT: number(1, 65_535).default(3000).describe("Port the site listens on."),
  HOSTNAME: z.string().default("0.0.0.0").describe("Address the site listens on."),
  FOYER_DATA: z.string().default(".foyer").describe("Folder of the built-in defaults: database, files, secrets."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged."),

  AUTH_SECRET: z
    .string()
    .refine((list) => splitSecrets(list).every((secret) => secret.length >= 32), "Too small: expected every secret to have >=32 characters")
    .optional()
    .describe(
      "Key of the session cookies, 32 characters or more. To change it without signing anybody out, put the new one before the old one, separated by a comma. Unset: generated once and kept in FOYER_DATA. Required with DATABASE_URL.",
    ),
  AUTH_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Public address of the site, such as https://members.example.org. Unset: the address each request came by."),
  AUTH_TRUST_HOST: flag.optional().describe("Believe X-Forwarded-Host from any peer. Rather name the proxies in TRUSTED_PROXIES."),
  TRUSTED_PROXIES: z
    .string()
    .default("loopback")
    .describe(
      "Proxies whose X-Forwarded-* are believed: addresses or CIDR ranges, comma separated; `loopback` and `private` name the usual ranges.",
    ),
  AUTH_GITHUB_ID: z.string().optional().describe("GitHub sign-in: client id (GITHUB_ID is read too)."),
  AUTH_GITHUB_SECRET: z.string().optional().describe("GitHub sign-in: client secret (GITHUB_SECRET is read too)."),
  AUTH_GITHUB_ENTERPRISE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("GitHub Enterprise: its address."),
  AUTH_GOOGLE_ID: z.string().optional().describe("Google sign-in, once it stands in auth.config.ts: client id."),
  AUTH_GOOGLE_SECRET: z.string().optional().describe("Google sign-in: client secret."),
  SIGN_UP: z
    .enum(["open", "invite"])
    .default("open")
    .describe("Who makes an account: `open` is anybody, `invite` only whoever an admin has invited. Existing accounts stay as they are."),
  SIGN_UP_DOMAINS: z
    .string()
    .default("")
    .transform(splitList)
    .refine((domains) => domains.every((domain) => DOMAIN.test(domain)), "is not a list of domains such as example.org, example.com")
    .describe(
      "Domains whose addresses may register, comma separated, each as it stands behind the @; unset: all. Whoever is invited may have any.",
    ),
  PASSWORD_MIN_LENGTH: number(8, 64).default(12).describe("Shortest password accepted, in characters."),
  HIBP_ENABLED: flag
    .optional()
    .describe("New passwords are looked up at Have I Been Pwned: five digits of a hash leave the site, the password never does."),
  HIBP_URL: z
    .url({ protocol: /^https?$/ })
    .default("https://api.pwnedpasswords.com/range/")
    .describe("Where HIBP_ENABLED asks, for a mirror of one's own; ends with a slash."),
  BCRYPT_COST: number(4, 15).default(11).describe("Cost of new password hashes; older ones are raised at the next sign-in."),
  REQUIRE_ADMIN_MFA: flag.optional().describe("Admins set up a second factor or a passkey, and show it, before /admin opens to them."),
  GEOIP_DB_PATH: z.string().optional().describe("A MaxMind DB file (GeoLite2 City or its like): devices then show where they are."),
  RATE_LIMIT_FACTOR: number(1, 1000)
    .default(1)
    .describe(
      "Multiplies how often one address or person may ask; raise it where very many share one address. Guesses at one account stay as they are.",
    ),
  FOYER_ADMIN_EMAIL: z.email().default("admin@foyer.local").describe("Address of the first admin, made when there is none."),

  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe("PostgreSQL 15 or newer. Unset: embedded PostgreSQL 18 in FOYER_DATA."),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe("Where guesses at passwords and codes are counted instead of the database; while it is away the database counts."),
  AUDIT_RETENTION_DAYS: number(1, 36_500)
    .optional()
    .describe(
      "Days that `npm run audit:archive` leaves in the audit log when it is told no day; older rows go into a signed file. Unset: all of them stay.",
    ),
  DATABASE_POOL_SIZE: number(1, 200).default(10).describe("Database connections of each process."),

  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe("Mail server, such as smtp://user:password@mail.example.org:587. Unset: mail is shown at /dev/mailbox, on this machine."),
  EMAIL_FROM: z
    .string()
    .regex(
      /^(?:[^\p{Cc}<>"@,;:\\]+ <[^\s<>",;:\\@]+@[^\s<>",;:\\@]+>|[^\s<>",;:\\@]+@[^\s<>",;:\\@]+)$/u,
      "is not an address such as Foyer <foyer@example.org>",
    )
    .default("Foyer <foyer@localhost>")
    .describe("Sender of every mail, as an address or `Name <address>`."),

  STORAGE_PROVIDER: z
    .enum(["LOCAL", "S3", "AZURE", "GCS"])
    .optional()
    .describe("Where files lie. Unset: S3 when S3_BUCKET_NAME is set, else LOCAL (disk, in FOYER_DATA). AZURE and GCS have to be named."),
  S3_BUCKET_NAME: z.string().optional().describe("Bucket of the files."),
  S3_FORCE_PATH_STYLE: flag.optional().describe("Bucket in the path instead of the host name, as MinIO, Ceph and Swift want it."),
  AWS_REGION: z.string().default("us-east-1").describe("Region of the bucket."),
  AWS_ENDPOINT_URL_S3: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address of an S3 server other than Amazon's."),
  AWS_ACCESS_KEY_ID: z.string().optional().describe("S3 access key; unset: the SDK's own chain (roles, profiles)."),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe("S3 secret key."),
  GCS_BUCKET_NAME: z.string().optional().describe("Google Cloud Storage: bucket of the files."),
  GCS_ACCESS_KEY_ID: z.string().optional().describe("Google Cloud Storage: access id of an HMAC key of a service account."),
  GCS_SECRET_ACCESS_KEY: z.string().optional().describe("Google Cloud Storage: secret of that HMAC key."),
  GCS_ENDPOINT_URL: z
    .url({ protocol: /^https?$/ })
    .default("https://storage.googleapis.com")
    .describe("Google Cloud Storage: address of its XML API, another one for a region's own."),
  AZURE_STORAGE_CONNECTION_STRING: z
    .string()
    .regex(/^(?=.*\bAccountName=[^;]+)(?=.*\bAccountKey=[^;]+)/, "is not a connection string with AccountName and AccountKey")
    .optional()
    .describe("Azure Blob Storage: connection string of the account, as the portal shows it, with its key."),
  AZURE_STORAGE_ACCOUNT: z
    .string()
    .regex(/^[a-z0-9]{3,24}$/)
    .optional()
    .describe("Azure Blob Storage: the account, instead of a connection string."),
  AZURE_STORAGE_KEY: z.string().optional().describe("Azure Blob Storage: the account's key."),
  AZURE_CONTAINER: z.string().optional().describe("Azure Blob Storage: container of the files."),
  PRESIGNED_URL_EXPIRATION: number(1, 3600)
    .default(900)
    .describe("Seconds a presigned URL lives, at most 3600; one for a download two minutes at most."),
  MAX_FILE_BYTES: number(1, 5_000_000_000).default(500_000_000).describe("Largest file, in bytes; what is above 64 MB comes in parts."),
  QUOTA_BYTES: number(1, 1e15).default(1_000_000_000).describe("Room a person, in bytes, for files and what they write."),

  GENERATOR_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Where pictures, films, books and posts are made by a backend of your own: each job is sent there (docs/guides/generator.md). Unset: Foyer makes them itself.",
    ),
  WEBHOOK_SECRET: z
    .string()
    .refine(
      (list) => splitWebhookSecrets(list).every(isWebhookSecret),
      "is no secret of Standard Webhooks: whsec_ and 24 to 64 bytes in base64",
    )
    .optional()
    .describe(
      "Signs what goes to GENERATOR_URL and what comes back at /api/webhooks/generation: whsec_ and 24 to 64 bytes in base64. To change it, put the new one before the old one, separated by a comma.",
    ),
  GEMINI_API_KEY: z
    .string()
    .optional()
    .describe("Pictures, films and drafts of texts by Google's models, with this key. Unset: the demonstration, and no drafts."),
  GEMINI_MODEL_IMAGE: z.string().default("gemini-2.5-flash-image").describe("Google's model that makes pictures, with GEMINI_API_KEY."),
  GEMINI_MODEL_VIDEO: z.string().default("veo-3.1-generate-preview").describe("Google's model that makes films, with GEMINI_API_KEY."),
  GEMINI_MODEL_TEXT: z.string().default("gemini-2.5-flash").describe("Google's model that drafts chapters and posts, with GEMINI_API_KEY."),
  GEMINI_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .default("https://generativelanguage.googleapis.com")
    .describe("Where Google's models answer, for a proxy of one's own."),
  FFMPEG_PATH: z.string().default("ffmpeg").describe("The program that makes the demonstration's films; without it there are none."),
} satisfies z.ZodRawShape;

export type Env = z.output<z.ZodObject<typeof envShape>>;

/** Older names that many projects already have, read when the new one is unset. */
const ALIASES: Partial<Record<keyof Env, string>> = { AUTH_GITHUB_ID: "GITHUB_ID", AUTH_GITHUB_SECRET: "GITHUB_SECRET" };

/** What each store cannot do without; AZURE_STORAGE_ACCOUNT and its key stand for a connection string. */
const NEEDED_BY_STORE = {
  LOCAL: [],
  S3: ["S3_BUCKET_NAME"],
  GCS: ["GCS_BUCKET_NAME", "GCS_ACCESS_KEY_ID", "GCS_SECRET_ACCESS_KEY"],
  AZURE: ["AZURE_CONTAINER", "AZURE_STORAGE_CONNECTION_STRING"],
} as const satisfies Record<string, readonly (keyof Env)[]>;

/** Thrown with one line for each variable that is missing or wrong; the message never repeats a value. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

/** Reads and checks `source`; throws EnvError naming every wrong variable at once. */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given: Record<string, string> = {};
  for (const name of Object.keys(envShape)) {
    const value = source[name]?.trim() || source[ALIASES[name as keyof Env] ?? ""]?.trim();
    if (value) given[name] = value;
  }
  const parsed = z.object(envShape).safeParse(given);
  const lines = parsed.success ? crossChecks(parsed.data) : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (lines.length > 0) throw new EnvError(lines.join("\n"));
  if (!parsed.success) throw new EnvError("unreadable environment");
  return {
    ...parsed.data,
    STORAGE_PROVIDER: parsed.data.STORAGE_PROVIDER ?? (parsed.data.S3_BUCKET_NAME ? "S3" : "LOCAL"),
    AZURE_STORAGE_CONNECTION_STRING: parsed.data.AZURE_STORAGE_CONNECTION_STRING ?? azureConnection(parsed.data),
  };
}

/** What the portal would show for this account. */
function azureConnection({ AZURE_STORAGE_ACCOUNT: account, AZURE_STORAGE_KEY: key }: Env): string | undefined {
  if (!account || !key) return undefined;
  return `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=${key};EndpointSuffix=core.windows.net`;
}

function splitList(list: string): string[] {
  return list
    .toLowerCase()
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

/** AUTH_SECRET as a list, newest first: the first one writes, all of them read. */
export function splitSecrets(list: string): string[] {
  return list
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
}

/** As of AUTH_SECRET; spaces, which base64 has none of, part them too. */
function splitWebhookSecrets(list: string): string[] {
  return list.split(/[,\s]+/).filter(Boolean);
}

function isWebhookSecret(secret: string): boolean {
  const bytes = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1] ?? "";
  const { length } = Buffer.from(bytes, "base64");
  return bytes.length % 4 === 0 && length >= 24 && length <= 64;
}

/** The environment of this process, read on first use: at build time there is none. */
export function env(): ReturnType<typeof requireServer> {
  cached ??= requireServer(parseEnv(process.env));
  return cached;
}
let cached: ReturnType<typeof requireServer> | undefined;

/** A provider's variables by Auth.js's own convention, AUTH_<PROVIDER>_ID, _SECRET and _ISSUER; GITHUB_ID and GITHUB_SECRET count too. */
export function providerVariables(id: string): {
  clientId: string | undefined;
  clientSecret: string | undefined;
  issuer: string | undefined;
} {
  const read = (suffix: ProviderSuffix) => {
    const name = providerVariable(id, suffix);
    return process.env[name]?.trim() || process.env[ALIASES[name as keyof Env] ?? ""]?.trim() || undefined;
  };
  return { clientId: read("ID"), clientSecret: read("SECRET"), issuer: read("ISSUER") };
}

type ProviderSuffix = "ID" | "SECRET" | "ISSUER";
/** Its name alone: AUTH_GITHUB_ID of `github`. */
export function providerVariable(id: string, suffix: ProviderSuffix): string {
  return `AUTH_${id.toUpperCase().replace(/-/g, "_")}_${suffix}`;
}

/** The name of every setting, and whether somebody set it: what `npm start` filled in (FOYER_FILLED_IN) nobody did. Never a value. */
export function settingNames(): { name: string; isSet: boolean }[] {
  const filledIn = new Set(process.env.FOYER_FILLED_IN?.split(","));
  return Object.keys(envShape).map((name) => {
    const alias = ALIASES[name as keyof Env] ?? "";
    return { name, isSet: Boolean(process.env[name]?.trim() || process.env[alias]?.trim()) && !filledIn.has(name) };
  });
}

/**
 * Whether this site runs on nothing but defaults, on its own database and without a mail server. scripts/start.ts says so by a
 * variable that is not a setting: the rooms that open only then (/dev/mailbox) cannot be switched on by configuration.
 */
export function isZeroConfig(): boolean {
  return process.env.FOYER_ZERO_CONFIG === "1" && !env().SMTP_URL;
}

/** What a serving process needs beyond the schema; `npm start` fills both in when they are unset. */
function requireServer(read: Env) {
  const { AUTH_SECRET, DATABASE_URL, STORAGE_PROVIDER } = read;
  const missing = Object.entries({ AUTH_SECRET, DATABASE_URL }).filter(([, value]) => !value);
  if (missing.length > 0)
    throw new EnvError(missing.map(([name]) => `${name}: is required to serve. Set it, or start with \`npm start\`.`).join("\n"));
  const secrets = splitSecrets(AUTH_SECRET ?? "");
  return {
    ...read,
    /** The newest: what is written is written with this one. */
    AUTH_SECRET: secrets[0] ?? "",
    /** All of them, newest first: what is read may have been written with an older one. */
    AUTH_SECRETS: secrets,
    /** Newest first, as those of the sessions. */
    WEBHOOK_SECRETS: splitWebhookSecrets(read.WEBHOOK_SECRET ?? ""),
    DATABASE_URL: DATABASE_URL ?? "",
    STORAGE_PROVIDER: STORAGE_PROVIDER ?? ("LOCAL" as const),
  };
}

function crossChecks(read: Env): string[] {
  const lines: string[] = [];
  const pairs: [keyof Env, keyof Env][] = [
    ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET"],
    ["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET"],
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ["GCS_ACCESS_KEY_ID", "GCS_SECRET_ACCESS_KEY"],
    ["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"],
  ];
  for (const [one, other] of pairs) {
    if (read[one] && !read[other]) lines.push(`${other}: is missing, but ${one} is set.`);
    if (read[other] && !read[one]) lines.push(`${one}: is missing, but ${other} is set.`);
  }
  if (read.DATABASE_URL && !read.AUTH_SECRET)
    lines.push("AUTH_SECRET: is required when DATABASE_URL is set; `openssl rand -base64 33` makes one.");
  if (read.GENERATOR_URL && !read.WEBHOOK_SECRET) lines.push("WEBHOOK_SECRET: is required when GENERATOR_URL is set.");
  if (read.SMTP_URL && !read.AUTH_URL) lines.push("AUTH_URL: is required when SMTP_URL is set: the links in mails are made of it alone.");
  const { STORAGE_PROVIDER } = read;
  for (const name of NEEDED_BY_STORE[STORAGE_PROVIDER ?? "LOCAL"]) {
    const isGiven = read[name] || (name === "AZURE_STORAGE_CONNECTION_STRING" && read.AZURE_STORAGE_ACCOUNT);
    if (!isGiven) lines.push(`${name}: is required when STORAGE_PROVIDER is ${STORAGE_PROVIDER}.`);
  }
  return lines;
}
