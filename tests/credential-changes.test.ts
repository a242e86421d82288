import { describe, expect, test } from "vitest";
import { currentEntry } from "@/access/entry";
import { connectAccount } from "@/access/identity/credentials";
import { sealTotpSecret } from "@/access/identity/second-factor";
import { requestDeletion } from "@/features/account-deletion/actions";
import { changePassword, disconnectAccount } from "@/features/accounts/actions";
import { removePasskey } from "@/features/passkeys/actions";
import { newRecoveryCodes, removeTotp, startTotp } from "@/features/second-factors/actions";
import { db } from "@/lib/db";
import { newTotpSecret } from "@/lib/totp";
import { hostile } from "./support/hostile";
import { mailsTo } from "./support/jobs";
import { admin, PASSWORD, person } from "./support/people";
import { as, asVisitor, type Browser, signedIn } from "./support/request";

type Person = Awaited<ReturnType<typeof person>>;
type Change = (window: Browser, someone: Person) => Promise<{ ok: boolean; error?: { code: string; message: string } }>;

const age = (sid: string) => db().session.update({ where: { id: sid }, data: { reauthenticatedAt: new Date(Date.now() - 601_000) } });
const connect = (userId: string, provider: string) =>
  db().account.create({ data: { userId, type: "oauth", provider, providerAccountId: `${provider}-${userId}` } });
const told = async ({ email }: Person) =>
  (await mailsTo(email)).map(({ template, props }) => (template === "securityChanged" ? props.what : template));

/** A person with a password, GitHub, an app and a passkey: nothing below is their last way in. */
async function equipped() {
  const someone = await person();
  const { id } = someone;
  await connect(id, "github");
  await db().passkey.create({ data: { id: `key-${id}`, userId: id, name: "Laptop", publicKey: Buffer.from("x") } });
  await db().totpFactor.create({ data: { userId: id, secret: sealTotpSecret(newTotpSecret(), id), confirmedAt: new Date() } });
  await db().user.update({ where: { id }, data: { secondFactor: true } });
  return someone;
}

const CHANGES: [name: string, mail: string, change: Change][] = [
  ["a provider disconnected", "providerDisconnected", (window) => window.run(() => disconnectAccount({ provider: "github" }))],
  ["a passkey removed", "passkeyRemoved", (window, { id }) => window.run(() => removePasskey({ id: `key-${id}` }))],
  ["two-step sign-in turned off", "totpOff", (window) => window.run(() => removeTotp({}))],
  ["new recovery codes", "recoveryCodesRenewed", (window) => window.run(() => newRecoveryCodes({}))],
  ["an account to be deleted", "accountDeletion", (window, { email }) => window.run(() => requestDeletion({ address: email }))],
];

describe("every change of the ways in", () => {
  test.each(CHANGES)("%s: needs a proof of the last ten minutes, ends the other sessions, and is told by mail", async (_, mail, change) => {
    await admin();
    const someone = await equipped();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    await age(here.claims.sid);
    expect((await change(here, someone)).error).toMatchObject({ code: "forbidden" });
    expect([await told(someone), (await there.run(currentEntry))?.actor.userId]).toEqual([[], someone.id]);
    const fresh = await signedIn(someone);
    expect(await change(fresh, someone)).toMatchObject({ ok: true });
    expect(await told(someone)).toEqual([mail]);
    expect([await there.run(currentEntry), await here.run(currentEntry)]).toEqual([null, null]);
    expect((await fresh.run(currentEntry))?.actor.userId).toBe(someone.id);
  });

  test("a new password ends the other sessions and is told; the current one is its proof", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    expect((await here.run(() => changePassword({ current: "wrong-password-here", password: "orchid-lantern-quartz-77" }))).ok).toBe(false);
    expect(await here.run(() => changePassword({ current: PASSWORD, password: "orchid-lantern-quartz-77" }))).toMatchObject({ ok: true });
    expect([await told(someone), await there.run(currentEntry)]).toEqual([["passwordChanged"], null]);
  });

  test("a provider connected is told and ends the other sessions; the first way in of somebody new is not", async () => {
    const someone = await person();
    const [here, there] = [await signedIn(someone), await signedIn(someone)];
    const account = { userId: someone.id, type: "oauth", provider: "github", providerAccountId: `new-${someone.id}` } as const;
    await here.run(() => connectAccount(account));
    expect(await told(someone)).toEqual(["providerConnected"]);
    expect([(await here.run(currentEntry))?.actor.userId, await there.run(currentEntry)]).toEqual([someone.id, null]);
    const stranger = await person({ password: null });
    await asVisitor({}, () => connectAccount({ ...account, userId: stranger.id, providerAccountId: `new-${stranger.id}` }));
    expect(await told(stranger)).toEqual([]);
  });

  test("an address nobody has confirmed is told nothing: it may be a stranger's", async () => {
    const someone = await equipped();
    const window = await signedIn(someone);
    await db().user.update({ where: { id: someone.id }, data: { emailVerified: null } });
    await asVisitor({}, () => connectAccount({ userId: someone.id, type: "oauth", provider: "google", providerAccountId: someone.id }));
    expect(await told(someone)).toEqual([]);
    expect((await window.run(() => startTotp({}))).ok).toBe(false);
  });
});

describe("disconnectAccount", () => {
  test("never takes the last way in, not even of two at once", async () => {
    const someone = await person({ password: null });
    process.env.AUTH_GITHUB_ID = "x";
    for (const provider of ["github", "google"]) await connect(someone.id, provider);
    const [one, two] = [await signedIn(someone), await signedIn(someone)];
    const answers = await Promise.all([
      one.run(() => disconnectAccount({ provider: "github" })),
      two.run(() => disconnectAccount({ provider: "google" })),
    ]);
    expect(answers.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1);
    expect(await db().account.count({ where: { userId: someone.id } })).toBeGreaterThanOrEqual(1);
  });

  test("touches one's own only, of everybody: a stranger's and an admin's are not found", async () => {
    const someone = await equipped();
    for (const stranger of [await person(), await admin()])
      expect((await as(stranger, () => disconnectAccount({ provider: "github" }))).ok).toBe(false);
    expect(await db().account.count({ where: { userId: someone.id } })).toBe(1);
    for (const { name, input } of hostile({ provider: "github" }))
      expect((await as(someone, () => disconnectAccount(input as never))).ok, name).toBe(false);
    expect((await asVisitor({}, () => disconnectAccount({ provider: "github" }))).ok).toBe(false);
    expect(await db().account.count({ where: { userId: someone.id } })).toBe(1);
    expect(await as(someone, () => disconnectAccount({ provider: "github" }))).toMatchObject({ ok: true });
    const rows = await db().auditEvent.findMany({ where: { actorId: someone.id, action: "account.disconnected" } });
    expect(rows).toMatchObject([{ subjectId: "github", before: { provider: "github" } }]);
  });
});
