import { describe, expect, test } from "vitest";
import { changePassword } from "@/features/accounts/actions";
import { sweepTokens } from "@/features/accounts/changes";
import { confirmAddress, confirmAddressChange, requestAddressChange, revertAddressChange } from "@/features/addresses/actions";
import { disownSession, resetPassword } from "@/features/recovery/actions";
import { db } from "@/lib/db";
import { tokenTo } from "./support/jobs";
import { newEmail, OTHER_PASSWORD, registered, resetToken, signIn, userOf } from "./support/mail-flows";
import { PASSWORD, person } from "./support/people";
import { asVisitor, browser, redirectOf, signedIn } from "./support/request";

describe("a link", () => {
  /** How one comes by a link, and what uses it. */
  type Kind = { issue(): Promise<{ id: string; email: string; token: string }>; use(token: string): Promise<unknown> };
  const CHANGE_EMAIL: Kind = {
    issue: async () => {
      const [someone, email] = [await person(), newEmail()];
      expect(await (await signedIn(someone)).run(() => requestAddressChange({ email }))).toMatchObject({ ok: true });
      return { ...someone, token: await tokenTo(email, "emailChange") };
    },
    use: (token) => asVisitor({}, () => confirmAddressChange({ token, password: PASSWORD })),
  };
  const KINDS: Record<string, Kind> = {
    VERIFY_EMAIL: {
      issue: async () => {
        const made = await registered(browser());
        return { ...made, id: (await userOf(made.email)).id };
      },
      use: (token) => asVisitor({}, () => confirmAddress({ token, password: PASSWORD })),
    },
    RESET_PASSWORD: {
      issue: async () => {
        const someone = await person();
        return { ...someone, token: await resetToken(someone.email) };
      },
      use: (token) => asVisitor({}, () => resetPassword({ token, password: OTHER_PASSWORD })),
    },
    CHANGE_EMAIL,
    REVERT_EMAIL: {
      issue: async () => {
        const { id, email, token } = await CHANGE_EMAIL.issue();
        await redirectOf(CHANGE_EMAIL.use(token));
        return { id, email, token: await tokenTo(email, "emailChanged") };
      },
      use: (token) => asVisitor({}, () => revertAddressChange({ token })),
    },
    END_SESSION: {
      issue: async () => {
        const someone = await person();
        await redirectOf(signIn(browser(), someone.email));
        await redirectOf(signIn(browser(), someone.email));
        return { ...someone, token: await tokenTo(someone.email, "newDevice") };
      },
      use: (token) => asVisitor({}, () => disownSession({ token })),
    },
  };

  const kindOf = (purpose: string) => KINDS[purpose] ?? CHANGE_EMAIL;

  test.each(Object.keys(KINDS))("%s is kept as a hash, works once, and opens nothing else", async (purpose) => {
    const kind = kindOf(purpose);
    const { token } = await kind.issue();
    expect(JSON.stringify(await db().token.findMany())).not.toContain(token);
    for (const [other, { use }] of Object.entries(KINDS))
      if (other !== purpose) expect(await use(token), other).toMatchObject({ ok: false, error: { code: "invalid" } });
    await redirectOf(kind.use(token));
    expect(await kind.use(token)).toMatchObject({ ok: false, error: { message: expect.stringMatching(/expired/) } });
  });

  test.each(Object.keys(KINDS))("%s is dead after its time", async (purpose) => {
    const { id, token } = await kindOf(purpose).issue();
    await db().token.updateMany({ where: { userId: id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await kindOf(purpose).use(token)).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test.each(["VERIFY_EMAIL", "RESET_PASSWORD", "CHANGE_EMAIL"])("%s is dead after a change of password", async (purpose) => {
    const { id, token } = await kindOf(purpose).issue();
    expect(await (await signedIn({ id })).run(() => changePassword({ current: PASSWORD, password: OTHER_PASSWORD }))).toMatchObject({
      ok: true,
    });
    expect(await kindOf(purpose).use(token)).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test.each(["VERIFY_EMAIL", "RESET_PASSWORD", "CHANGE_EMAIL", "END_SESSION"])(
    "%s is dead once the account has another address",
    async (purpose) => {
      const { id, token } = await kindOf(purpose).issue();
      await db().user.update({ where: { id }, data: { email: newEmail() } });
      expect(await kindOf(purpose).use(token)).toMatchObject({ ok: false, error: { code: "invalid" } });
    },
  );

  test.each(["REVERT_EMAIL", "END_SESSION"])(
    "%s outlives what a thief does: a change of password and another such link",
    async (purpose) => {
      const { id, token } = await kindOf(purpose).issue();
      await (await signedIn({ id })).run(() => changePassword({ current: PASSWORD, password: OTHER_PASSWORD }));
      await redirectOf(kindOf(purpose).use(token));
      expect(await db().password.count({ where: { userId: id } })).toBe(0);
    },
  );

  test.each(Object.keys(KINDS))("%s that is no link at all is refused as one that expired", async (purpose) => {
    for (const token of ["", "x", "x".repeat(43), "../../", "%00"])
      expect(await kindOf(purpose).use(token), token).toMatchObject({ ok: false, error: { code: "invalid" } });
  });

  test("is forgotten a day after its end, and no sooner", async () => {
    const someone = await person();
    const token = (hash: string, hoursAgo: number) => ({
      purpose: "TWO_STEP" as const,
      userId: someone.id,
      address: someone.email,
      hash,
      expiresAt: new Date(Date.now() - hoursAgo * 3_600_000),
    });
    await db().token.createMany({ data: [token("old", 25), token("young", 23), token("alive", -1)] });
    await sweepTokens();
    const left = await db().token.findMany({ where: { userId: someone.id }, select: { hash: true }, orderBy: { expiresAt: "asc" } });
    expect(left.map(({ hash }) => hash)).toEqual(["young", "alive"]);
  });
});
