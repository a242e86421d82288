import { currentClaims, type Entry } from "./entry";
import { standingIn } from "./freshness";

/**
 * For an answer that goes on after the door has let it in: a question that is cheap to ask every second, whether the session
 * still runs and gives what it gave then. Asked outside the request. An outage ends nothing.
 */
export async function watchStanding({ actor, visitor }: Entry): Promise<() => Promise<boolean>> {
  // Of an admin who acts as somebody these are the admin's own: what carries it.
  const claims = await currentClaims(visitor);
  const { impersonator } = actor;
  const role = impersonator ? "ADMIN" : actor.role;
  return async () => {
    if (!claims || (impersonator && impersonator.end * 1000 <= Date.now())) return false;
    const standing = await standingIn(claims, visitor.deviceId).catch(() => undefined);
    if (standing === undefined) return true;
    return (
      standing !== null && standing.role === role && standing.profileComplete && standing.emailVerified && !standing.mustChangePassword
    );
  };
}
