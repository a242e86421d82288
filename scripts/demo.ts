import { randomBytes, randomUUID } from "node:crypto";
import { hash } from "bcryptjs";
import { db } from "../src/lib/db";
import { env } from "../src/lib/env";
import { handleStorageRequest, storage } from "../src/storage";
import { makeFile } from "./demo-files";
import { DEMO_PEOPLE, type DemoPerson } from "./demo-people";
import { counted } from "./terminal.mjs";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UPLOAD_SECONDS = 300;

/** Makes the demo people and their files where they are missing, gives all of them one new password, and says how to sign in. */
export async function seedDemo(say: (line: string) => void): Promise<void> {
  const password = randomBytes(12).toString("base64url");
  const passwordHash = await hash(password, env().BCRYPT_COST);
  let made = 0;
  let files = 0;
  for (const person of DEMO_PEOPLE) {
    const { id, isNew } = await requirePerson(person, passwordHash);
    if (isNew) made++;
    if (person.files.length > 0 && (await db().file.count({ where: { ownerId: id } })) === 0) files += await giveFiles(id, person);
  }
  say(`Demo: ${counted(made, "person", "people")} and ${counted(files, "file")} made, ${DEMO_PEOPLE.length} people in all.`);
  const member = DEMO_PEOPLE.find(({ role, files: own }) => role === "MEMBER" && own.length > 2);
  const admin = DEMO_PEOPLE.find(({ role }) => role === "ADMIN");
  if (member) say(`  sign in as a member: ${addressOf(member)}`);
  if (admin) say(`  or as an admin:      ${addressOf(admin)}`);
  say(`  password of each:    ${password}`);
}

async function requirePerson(person: DemoPerson, passwordHash: string): Promise<{ id: string; isNew: boolean }> {
  const email = addressOf(person);
  const known = await db().user.findUnique({ where: { email }, select: { id: true } });
  if (known) {
    await db().password.upsert({
      where: { userId: known.id },
      create: { userId: known.id, hash: passwordHash },
      update: { hash: passwordHash },
    });
    return { id: known.id, isNew: false };
  }
  const { name, role, city, interests, bio, locale, joinedDaysAgo, seenHoursAgo } = person;
  const createdAt = new Date(Date.now() - joinedDaysAgo * DAY_MS);
  const lastSeenAt = new Date(Date.now() - seenHoursAgo * HOUR_MS);
  const { id } = await db().user.create({
    data: {
      email,
      emailVerified: createdAt,
      name,
      role,
      city,
      interests,
      bio,
      locale,
      profileComplete: true,
      createdAt,
      lastSeenAt,
      password: { create: { hash: passwordHash } },
    },
    select: { id: true },
  });
  return { id, isNew: true };
}

/** Uploads as a browser would, by a presigned URL, and only then makes the row: a row never names an object that is not there. */
async function giveFiles(ownerId: string, person: DemoPerson): Promise<number> {
  for (const [at, kind] of person.files.entries()) {
    const { name, contentType, bytes } = makeFile(kind, person);
    const key = `${ownerId}/${randomUUID()}`;
    const { url, method, headers } = await storage().presignUpload(key, {
      contentType,
      sizeBytes: bytes.length,
      expiresIn: UPLOAD_SECONDS,
    });
    // A LOCAL URL is a path of the site, which need not be running: its handler is called directly.
    const answer = url.startsWith("/")
      ? await handleStorageRequest(new Request(`http://localhost${url}`, { method, headers, body: bytes }))
      : await fetch(url, { method, headers, body: bytes });
    if (!answer.ok) throw new Error(`The store refused ${name}: ${answer.status} ${await answer.text()}`);
    const createdAt = new Date(Date.now() - (person.joinedDaysAgo * DAY_MS) / (at + 2));
    await db().file.create({
      data: { ownerId, name, key, sizeBytes: bytes.length, contentType, status: "READY", provider: storage().provider, createdAt },
      select: { id: true },
    });
  }
  return person.files.length;
}

function addressOf({ name }: DemoPerson): string {
  const plain = name
    .normalize("NFD")
    .replaceAll("ł", "l")
    .replace(/[^a-zA-Z ]/g, "");
  return `${plain.toLowerCase().replaceAll(" ", ".")}@example.org`;
}
