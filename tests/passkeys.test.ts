import { describe, expect, test, vi } from "vitest";
import { enter } from "@/access/door";
import { currentEntry } from "@/access/entry";
import {
  beginPasskeyConfirmation,
  beginPasskeyRegistration,
  beginPasskeySignIn,
  finishPasskeyConfirmation,
  finishPasskeyRegistration,
  finishPasskeySignIn,
  removePasskey,
  renamePasskey,
} from "@/features/passkeys/actions";
import { listOwnPasskeys } from "@/features/passkeys/queries";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { hostile } from "./support/hostile";
import { admin, person } from "./support/people";
import { as, asVisitor, type Browser, browser, redirectOf, signedIn } from "./support/request";
import { withTotp } from "./support/second-factors";
import { softwareAuthenticator } from "./support/software-authenticator";

type Answer = Promise<{ ok: boolean; error?: object }>;
type Device = ReturnType<typeof softwareAuthenticator>;
const refusal = async (answer: Answer) => (await answer).error;
const isIn = async (window: Browser) => (await window.run(currentEntry))?.actor.userId ?? null;
let addresses = 0;
const elsewhere = (cookies: Record<string, string> = {}) =>
  browser({ cookies, headers: { "x-forwarded-for": `2001:db8:1:${(++addresses).toString(16)}::1` } });

async function asked<T>(answer: Promise<{ ok: true; data: T } | { ok: false; error: { message: string } }>): Promise<T> {
  const result = await answer;
  if (!result.ok) throw new Error(result.error.message);
  return result.data;
}

/** A person with one passkey, made the way people make them. */
async function withPasskey(device: Device = softwareAuthenticator(), counter = 0, someone?: Awaited<ReturnType<typeof person>>) {
  const owner = someone ?? (await person());
  const window = await signedIn(owner);
  const options = await asked(window.run(() => beginPasskeyRegistration({ name: "Laptop" })));
  const response = device.create(options, { counter });
  expect(await window.run(() => finishPasskeyRegistration({ name: "Laptop", response }))).toMatchObject({ ok: true });
  return { owner, device, window };
}
const signIn = async (device: Device, lies: Parameters<Device["show"]>[1] = {}, window = elsewhere()) => {
  const options = await asked(window.run(() => beginPasskeySignIn({})));
  const answer = await window.run(() => finishPasskeySignIn({ response: device.show(options, lies) })).catch(() => "in" as const);
  return { window, answer };
};
const refused = { ok: false, error: { code: "invalid" } };

describe("adding a passkey", () => {
  test("renews the session as a strong one, ends the others, is remembered, and shows nothing of the key", async () => {
    const someone = await person();
    const other = await signedIn(someone);
    const { window, device } = await withPasskey(softwareAuthenticator(), 0, someone);
    expect([await isIn(window), await isIn(other)]).toEqual([someone.id, null]);
    expect((await window.run(currentEntry))?.actor).toMatchObject({ strong: true, secondFactor: false });
    const listed = await window.run(async () => listOwnPasskeys(await enter()));
    expect(listed).toEqual([{ id: device.id, name: "Laptop", createdAt: expect.any(Date), lastUsedAt: null, backedUp: false }]);
    const rows = await db().auditEvent.findMany({ where: { actorId: someone.id, action: "passkey.added" } });
    expect(rows).toMatchObject([{ subjectId: device.id, after: null }]);
  });

  test.each([
    ["to another question", { challenge: "AAAA" }],
    ["given to another site", { origin: "https://evil.example" }],
    ["made for another site", { rpId: "evil.example" }],
    ["of a device that did not recognise its owner", { verified: false }],
  ])("an answer %s adds nothing", async (_, lies) => {
    const window = await signedIn(await person());
    const options = await asked(window.run(() => beginPasskeyRegistration({ name: "Laptop" })));
    expect(
      await window.run(() => finishPasskeyRegistration({ name: "x", response: softwareAuthenticator().create(options, lies) })),
    ).toMatchObject(refused);
    expect(await db().passkey.count({ where: { userId: window.claims.sub } })).toBe(0);
  });

  test.each(["", "   ", "x".repeat(61)])("under the name %j is refused before the browser is asked for one", async (name) => {
    const window = await signedIn(await person());
    const error = await refusal(window.run(() => beginPasskeyRegistration({ name })));
    expect(error).toMatchObject({ code: "invalid", fields: { name: expect.any(String) } });
  });

  test("an answer is taken once, by the person who was asked, within ten minutes of a proof", async () => {
    const [someone, other] = [await person(), await person()];
    const window = await signedIn(someone);
    const options = await asked(window.run(() => beginPasskeyRegistration({ name: "Laptop" })));
    const question = window.cookies.get("foyer-passkey") ?? "";
    const response = softwareAuthenticator().create(options);
    const theirs = await signedIn(other);
    theirs.cookies.set("foyer-passkey", question);
    expect(await theirs.run(() => finishPasskeyRegistration({ name: "x", response }))).toMatchObject(refused);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(0) } });
    expect(await refusal(window.run(() => finishPasskeyRegistration({ name: "x", response })))).toMatchObject({ code: "forbidden" });
    expect(await refusal(window.run(() => beginPasskeyRegistration({ name: "Laptop" })))).toMatchObject({ code: "forbidden" });
    const again = await signedIn(someone);
    again.cookies.set("foyer-passkey", question);
    expect(await again.run(() => finishPasskeyRegistration({ name: "x", response }))).toMatchObject({ ok: true });
    again.cookies.set("foyer-passkey", question);
    expect(await again.run(() => finishPasskeyRegistration({ name: "x", response }))).toMatchObject(refused);
    expect(await db().passkey.count({ where: { userId: { in: [someone.id, other.id] } } })).toBe(1);
  });

  test("is bound to AUTH_URL where that is set, and to the address asked for where it is not", async () => {
    const window = await signedIn(await person(), { headers: { "x-forwarded-host": "other.example.org" } });
    expect((await asked(window.run(() => beginPasskeyRegistration({ name: "Laptop" })))).rp.id).toBe("other.example.org");
    env().AUTH_URL = "https://members.example.com";
    try {
      expect((await asked(window.run(() => beginPasskeyRegistration({ name: "Laptop" })))).rp.id).toBe("members.example.com");
    } finally {
      env().AUTH_URL = undefined;
    }
  });
});

describe("signing in with a passkey", () => {
  test("opens a strong session, and asks no second step of somebody with an app", async () => {
    const { owner, device } = await withPasskey();
    await withTotp(owner);
    const { window } = await signIn(device);
    expect(await isIn(window)).toBe(owner.id);
    expect(await db().session.findFirst({ where: { userId: owner.id }, orderBy: { createdAt: "desc" } })).toMatchObject({
      method: "passkey",
      strong: true,
    });
    expect((await db().passkey.findUniqueOrThrow({ where: { id: device.id } })).lastUsedAt).toBeInstanceOf(Date);
  });

  test.each([
    ["to another question", { challenge: "AAAA" }],
    ["given to another site", { origin: "https://evil.example" }],
    ["made for another site", { rpId: "evil.example" }],
    ["of a device that did not recognise its owner", { verified: false }],
    ["that names another person", { userHandle: "AAAAAAAAAAAAAAAAAAAAAA" }],
  ])("an answer %s opens nothing", async (_, lies) => {
    const { device } = await withPasskey();
    const { window, answer } = await signIn(device, lies);
    expect(answer).toMatchObject(refused);
    expect(await isIn(window)).toBeNull();
  });

  test("a question is good for five minutes, and only one of ours", async () => {
    const { device } = await withPasskey();
    const window = elsewhere();
    const options = await asked(window.run(() => beginPasskeySignIn({})));
    const forged = {
      ...options,
      challenge: Buffer.from((await signedIn(await person())).cookies.get("authjs.session-token") ?? "").toString("base64url"),
    };
    expect(await window.run(() => finishPasskeySignIn({ response: device.show(forged) }))).toMatchObject(refused);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 320_000 });
    try {
      expect(await window.run(() => finishPasskeySignIn({ response: device.show(options) }))).toMatchObject(refused);
    } finally {
      vi.useRealTimers();
    }
    expect(await redirectOf(window.run(() => finishPasskeySignIn({ response: device.show(options) })))).toBe("/members");
  });

  test("an unknown passkey, and another device that claims a known one's id, open nothing", async () => {
    const { device } = await withPasskey();
    expect((await signIn(softwareAuthenticator())).answer).toMatchObject(refused);
    const forger = softwareAuthenticator();
    const forged: Device = { ...forger, show: (options, lies) => ({ ...forger.show(options, lies), id: device.id, rawId: device.id }) };
    expect((await signIn(forged)).answer).toMatchObject(refused);
  });

  test("one answer sent twenty times at once opens one session", async () => {
    const { owner, device } = await withPasskey();
    const first = elsewhere();
    const options = await asked(first.run(() => beginPasskeySignIn({})));
    const response = device.show(options);
    const before = await db().session.count({ where: { userId: owner.id } });
    const windows = Array.from({ length: 20 }, () => elsewhere(Object.fromEntries(first.cookies)));
    await Promise.allSettled(windows.map((window) => window.run(() => finishPasskeySignIn({ response }))));
    expect((await Promise.all(windows.map(isIn))).filter(Boolean)).toEqual([owner.id]);
    expect(await db().session.count({ where: { userId: owner.id } })).toBe(before + 1);
  });

  test("a counter that does not grow is a copy, and refused; one that stays 0 is fine", async () => {
    const { device } = await withPasskey(softwareAuthenticator(), 5);
    for (const [counter, is] of [
      [4, false],
      [5, false],
      [0, false],
      [6, true],
      [6, false],
      [9, true],
    ] as const) {
      expect((await signIn(device, { counter })).answer === "in", String(counter)).toBe(is);
    }
    const uncounted = await withPasskey();
    for (let count = 0; count < 2; count++) expect((await signIn(uncounted.device)).answer).toBe("in");
  });

  test("somebody banned is told so, and somebody deleted is nobody", async () => {
    const { owner, device } = await withPasskey();
    await db().user.update({ where: { id: owner.id }, data: { bannedAt: new Date(), banReason: "spam" } });
    expect((await signIn(device)).answer).toMatchObject({
      ok: false,
      error: { code: "forbidden", message: expect.stringContaining("spam") },
    });
    await db().user.update({ where: { id: owner.id }, data: { bannedAt: null, deletedAt: new Date() } });
    expect((await signIn(device)).answer).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
  });

  test("leads on within this site only, and refuses bad input", async () => {
    const { device } = await withPasskey();
    const window = elsewhere();
    const options = await asked(window.run(() => beginPasskeySignIn({})));
    expect(await redirectOf(window.run(() => finishPasskeySignIn({ response: device.show(options), callbackUrl: "//evil.example" })))).toBe(
      "/members",
    );
    const input = { response: device.show(options), callbackUrl: "/files" };
    for (const one of hostile(input, { optional: ["callbackUrl"], free: ["callbackUrl"] }))
      expect(await refusal(asVisitor({}, () => finishPasskeySignIn(one.input as never))), one.name).toMatchObject({ code: "invalid" });
  });
});

describe("a passkey of one's own", () => {
  test("proves who is sitting there; another person's does not", async () => {
    const { owner, device } = await withPasskey();
    const other = await withPasskey();
    const window = await signedIn(owner);
    await db().session.update({ where: { id: window.claims.sid }, data: { reauthenticatedAt: new Date(0) } });
    const confirm = async (by: Device) => {
      const options = await asked(window.run(() => beginPasskeyConfirmation({})));
      expect(options.allowCredentials?.map(({ id }) => id)).toEqual([device.id]);
      return window.run(() => finishPasskeyConfirmation({ response: by.show(options) }));
    };
    expect(await confirm(other.device)).toMatchObject(refused);
    expect(await refusal(window.run(() => beginPasskeyRegistration({ name: "Laptop" })))).toMatchObject({ code: "forbidden" });
    expect(await confirm(device)).toMatchObject({ ok: true });
    expect(await window.run(() => beginPasskeyRegistration({ name: "Laptop" }))).toMatchObject({ ok: true });
    expect((await window.run(currentEntry))?.actor).toMatchObject({ userId: owner.id, strong: true });
  });

  test("is renamed and removed by its owner alone, not by an admin either; what is removed opens nothing", async () => {
    const { owner, device, window } = await withPasskey();
    for (const stranger of [await person(), await admin()]) {
      expect(await refusal(as(stranger, () => renamePasskey({ id: device.id, name: "Mine" })))).toMatchObject({ code: "not_found" });
      expect(await refusal(as(stranger, () => removePasskey({ id: device.id })))).toMatchObject({ code: "not_found" });
    }
    expect(await window.run(() => renamePasskey({ id: device.id, name: "  Desk  " }))).toMatchObject({ ok: true });
    expect(await db().passkey.findUniqueOrThrow({ where: { id: device.id } })).toMatchObject({ name: "Desk", userId: owner.id });
    for (const name of ["", " ", "x".repeat(61), "a\u0000b"])
      expect(await refusal(window.run(() => renamePasskey({ id: device.id, name })))).toMatchObject({ code: "invalid" });
    expect(await window.run(() => removePasskey({ id: device.id }))).toMatchObject({ ok: true });
    expect((await signIn(device)).answer).toMatchObject(refused);
    const names = (await db().auditEvent.findMany({ where: { actorId: owner.id, subjectType: "Passkey" }, orderBy: { id: "asc" } })).map(
      ({ action }) => action,
    );
    expect(names).toEqual(["passkey.added", "passkey.renamed", "passkey.removed"]);
  });

  test("is not removed when it is the last way in, of two at once neither is the last; a provider that is not offered is none", async () => {
    const owner = await person({ password: null });
    await db().account.create({ data: { userId: owner.id, type: "oauth", provider: "github", providerAccountId: owner.id } });
    const window = await signedIn(owner);
    for (let round = 0; round < 8; round++) {
      const ids = [`${owner.id}-${round}-a`, `${owner.id}-${round}-b`];
      await db().passkey.deleteMany({ where: { userId: owner.id } });
      await db().passkey.createMany({ data: ids.map((id) => ({ id, userId: owner.id, name: "x", publicKey: new Uint8Array([1]) })) });
      await Promise.all(ids.map((id) => window.run(() => removePasskey({ id }))));
      expect(await db().passkey.count({ where: { userId: owner.id } })).toBe(1);
    }
    const { id } = await db().passkey.findFirstOrThrow({ where: { userId: owner.id } });
    expect(await refusal(window.run(() => removePasskey({ id })))).toMatchObject({
      code: "conflict",
      message: expect.stringContaining("last way in"),
    });
    expect(await db().passkey.count({ where: { userId: owner.id } })).toBe(1);
  });

  test("there are twenty at most, and nobody or the unfinished has none", async () => {
    const someone = await person();
    await db().passkey.createMany({
      data: Array.from({ length: 20 }, (_, index) => ({
        id: `${someone.id}-${index}`,
        userId: someone.id,
        name: "x",
        publicKey: new Uint8Array([1]),
      })),
    });
    expect(await refusal(as(someone, () => beginPasskeyRegistration({ name: "Laptop" })))).toMatchObject({ code: "conflict" });
    const acts: (() => Answer)[] = [
      () => beginPasskeyRegistration({ name: "Laptop" }),
      () => beginPasskeyConfirmation({}),
      () => removePasskey({ id: "x" }),
      () => renamePasskey({ id: "x", name: "x" }),
    ];
    for (const act of acts) {
      expect(await refusal(asVisitor({}, act))).toMatchObject({ code: "unauthenticated" });
      expect(await refusal(as(await person({ complete: false }), act))).toMatchObject({ code: "profile_incomplete" });
    }
  });
});
