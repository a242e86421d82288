"use server";

import { ForbiddenError, subject } from "@casl/ability";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { change } from "@/access/audit";
import { action } from "@/access/door";
import { homeOr, localPath } from "@/access/entry";
import { changeFactors } from "@/access/identity/factors";
import { assertWayInRemains } from "@/access/identity/last-way-in";
import {
  askForNewPasskey,
  askForOwnPasskey,
  askForPasskey,
  passkeyLabel,
  readNewPasskey,
  spendChallenge,
  takePasskey,
} from "@/access/identity/passkeys";
import { signInWithTicket } from "@/access/identity/sign-in";
import { accessibleBy } from "@/access/rules";
import { isUniqueViolation } from "@/lib/db";
import { AppError } from "@/lib/errors";
import {
  addPasskeySchema,
  confirmSchema,
  newPasskeySchema,
  noInput,
  removePasskeySchema,
  renamePasskeySchema,
  signInSchema,
} from "./schema";

const PAGE = "/settings/security";

/**
 * What the browser needs to make a passkey; needs a proof of the last ten minutes. The name is looked at already here: nobody
 * shows a finger for one that cannot be kept.
 */
export const beginPasskeyRegistration = action({ can: ["create", "Passkey"], rate: "write" }, newPasskeySchema, async (_, entry) =>
  askForNewPasskey(entry),
);

/** Keeps the passkey the browser made. The session is renewed as a strong one, and every other session ends. */
export const finishPasskeyRegistration = action(
  { can: ["create", "Passkey"], rate: "write" },
  addPasskeySchema,
  async ({ name, response }, entry) => {
    const { userId } = entry.actor;
    const { challenge, ...made } = await readNewPasskey(entry, response);
    try {
      await changeFactors(
        entry,
        "passkeyAdded",
        async (tx, record) => {
          await spendChallenge(tx, challenge, userId);
          await tx.passkey.create({ data: { ...made, userId, name }, select: { id: true } });
          await record({ action: "passkey.added", subjectType: "Passkey", subjectId: passkeyLabel(made.id) });
        },
        "strong",
      );
    } catch (error) {
      // Somebody's already, or sent twice: either way it is not added.
      if (isUniqueViolation(error)) throw new AppError("invalid", "passkey_refused", { cause: error });
      throw error;
    }
    revalidatePath(PAGE);
  },
);

/** Gives a passkey of one's own another name. */
export const renamePasskey = action({ can: ["update", "Passkey"], rate: "write" }, renamePasskeySchema, async ({ id, name }, entry) => {
  await change(entry, async (tx, record) => {
    const passkey = await tx.passkey.findFirst({
      where: { AND: [accessibleBy(entry.ability, "update").ofType("Passkey"), { id }] },
      select: { userId: true },
    });
    if (!passkey) throw new AppError("not_found");
    ForbiddenError.from(entry.ability).throwUnlessCan("update", subject("Passkey", passkey), "name");
    await tx.passkey.update({ where: { id }, data: { name }, select: { id: true } });
    await record({ action: "passkey.renamed", subjectType: "Passkey", subjectId: passkeyLabel(id) });
  });
  revalidatePath(PAGE);
});

/** Removes a passkey of one's own, unless it is the last way in. Every other session ends. */
export const removePasskey = action({ can: ["delete", "Passkey"], rate: "write" }, removePasskeySchema, async ({ id }, entry) => {
  const { userId } = entry.actor;
  await changeFactors(entry, "passkeyRemoved", async (tx, record) => {
    // Own ones only, an admin's too: others' are reset as a whole.
    const passkey = await tx.passkey.findFirst({ where: { id, userId }, select: { userId: true } });
    if (!passkey) throw new AppError("not_found");
    ForbiddenError.from(entry.ability).throwUnlessCan("delete", subject("Passkey", passkey));
    await tx.passkey.delete({ where: { id }, select: { id: true } });
    await assertWayInRemains(tx, userId);
    await record({ action: "passkey.removed", subjectType: "Passkey", subjectId: passkeyLabel(id) });
  });
  revalidatePath(PAGE);
});

/** What the browser needs to sign in with a passkey, where what came with the page is too old. */
export const beginPasskeySignIn = action({ visitor: true, rate: "read" }, noInput, async () => askForPasskey());

/** Signs in with a passkey, then goes where the person was going. */
export const finishPasskeySignIn = action({ visitor: true, rate: "credentials" }, signInSchema, async ({ response, callbackUrl }) => {
  await signInWithTicket(await takePasskey(response));
  const path = localPath(callbackUrl);
  redirect(homeOr(path));
});

/** What the browser needs to prove with a passkey who is sitting there. */
export const beginPasskeyConfirmation = action({ can: ["read", "Passkey"], rate: "write" }, noInput, async (_, entry) =>
  askForOwnPasskey(entry),
);

/** Proves with a passkey who is sitting there; for ten minutes the ways in may then be changed. */
export const finishPasskeyConfirmation = action(
  { can: ["read", "Passkey"], rate: "credentials" },
  confirmSchema,
  async ({ response }, entry) => {
    await signInWithTicket(await takePasskey(response, entry));
    revalidatePath(PAGE);
  },
);
