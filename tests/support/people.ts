import { randomUUID } from "node:crypto";
import bcrypt from "bcryptjs";
import type { Prisma } from "@/generated/prisma/client";
import { db } from "@/lib/db";

/** The password of everybody for whom no other was asked: long, unusual, and free of anybody's own data. */
export const PASSWORD = "plum-velvet-harbour-92";

const FIRST = ["Ada", "Bilal", "Chloé", "Dmitri", "Esi", "Frida", "Gaël", "Hana", "Ìfẹ́", "Jonas", "Kaori", "Léa"];
const LAST = ["Okafor", "Lindqvist", "Moreau", "Tanaka", "Ferreira", "O’Neill", "Novák", "Haddad", "Castillo", "Schäfer", "Rossi"];
const CITIES = ["Lyon", "Kraków", "Accra", "São Paulo", "Osaka", "Zürich", "Montréal"];

let count = 0;
let defaultHash: Promise<string> | undefined;

export interface PersonOptions extends Omit<Partial<Prisma.UserUncheckedCreateInput>, "password" | "profileComplete"> {
  /** False: the profile is still empty, so that members' pages lead to onboarding. */
  complete?: boolean;
  /** Null: no password at all, as for somebody who came by a provider. */
  password?: string | null;
}

/** A person with plausible, unique values and a complete profile; anything given replaces its default. */
export async function person({ complete = true, password = PASSWORD, ...given }: PersonOptions = {}) {
  const index = count++;
  const [first, last] = [pick(FIRST, index), pick(LAST, index)];
  const profile = {
    name: `${first} ${last}`,
    city: pick(CITIES, index),
    interests: ["climbing", "choir"],
    bio: `${first} joined for the evenings.`,
  };
  const hash = password === null ? null : await hashOf(password);
  const user = await db().user.create({
    data: {
      // Random, because two processes of one test may both make people in one database.
      email: `${ascii(first)}.${ascii(last)}.${randomUUID().slice(0, 8)}@example.org`,
      ...(complete ? profile : {}),
      profileComplete: complete,
      emailVerified: new Date(),
      ...(hash ? { password: { create: { hash } } } : {}),
      ...given,
    },
  });
  return { ...user, plainPassword: password };
}

/** An ADMIN, otherwise as `person`. */
export function admin(options: PersonOptions = {}) {
  return person({ role: "ADMIN", ...options });
}

/** The row of an uploaded file; no bytes lie in the store. */
export function file(owner: { id: string }, given: Partial<Prisma.FileUncheckedCreateInput> = {}) {
  return db().file.create({
    data: {
      ownerId: owner.id,
      name: `minutes ${count++}.pdf`,
      key: `${owner.id}/${randomUUID()}`,
      sizeBytes: 48_213n,
      contentType: "application/pdf",
      status: "READY",
      provider: "LOCAL",
      ...given,
    },
  });
}

/** A file of people that was looked at and not imported; no bytes lie in the store. */
export function checkedImport(id: string = randomUUID()) {
  const differences = [
    { field: "email", before: null, after: "new@example.org" },
    { field: "name", before: null, after: "New Person" },
  ];
  return db().peopleJob.create({
    data: {
      id,
      kind: "IMPORT",
      status: "DONE",
      createdById: randomUUID(),
      params: { from: "clerk", roles: false, dryRun: true },
      total: 2,
      done: 1,
      refused: 1,
      cursor: {
        rows: 2,
        percent: 99,
        created: 1,
        changed: 0,
        unchanged: 0,
        shown: [{ row: 1, subject: "new@example.org", kind: "created", differences }],
      },
      objectKey: `people-jobs/${randomUUID()}`,
      provider: "LOCAL",
      expiresAt: new Date(Date.now() + 86_400_000),
      refusals: { create: [{ row: 2, subject: "nonsense", reason: "address_invalid", field: "email" }] },
    },
  });
}

/** The lowest cost there is: tests make many people, and none of them has anything to hide. */
function hashOf(password: string): Promise<string> {
  if (password !== PASSWORD) return bcrypt.hash(password, 4);
  defaultHash ??= bcrypt.hash(PASSWORD, 4);
  return defaultHash;
}

function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? "";
}

function ascii(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[^a-z]/gi, "")
    .toLowerCase();
}
