import { change } from "../audit";
import { currentVisitor } from "../entry";

/** How somebody tried to come in, and what was wrong with it. */
interface Failure {
  method: string;
  reason: "wrong" | "banned" | "unverified_email";
}

/**
 * Remembers a sign-in that failed, in the history of whom it was aimed at; of an address that nobody has by the same work, and
 * the address itself never. What is refused as too many is no attempt: the audit log, which keeps them for years, does not grow with a flood.
 */
export async function rememberFailedSignIn(userId: string | undefined, { method, reason }: Failure): Promise<void> {
  await change(await currentVisitor(), (_, record) =>
    record({ action: "user.sign_in_failed", subjectType: "User", subjectId: userId ?? "unknown", after: { method, reason } }),
  );
}
