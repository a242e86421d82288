import "server-only";
import type { Doer } from "@/access/doer";
import { matchingPeople, type PeopleFilter } from "@/access/identity/people-filter";
import { accessibleBy } from "@/access/rules";

/** Whom a job is about: people chosen one by one, or everybody a filter meant when it was asked for. */
export interface Selection {
  ids?: string[] | undefined;
  filter?: PeopleFilter | undefined;
}

/**
 * The people a job is about, as a Prisma `where`: of those whom the doer may see, and of a filter only those who were there
 * when it was asked for. In the order of `id` it is read page by page, each person once, whatever is done to them meanwhile.
 */
export function selected({ ability }: Doer, { ids, filter }: Selection, askedAt: Date) {
  const meant = ids ? { id: { in: ids }, deletedAt: null } : { AND: [matchingPeople(filter ?? {}), { createdAt: { lte: askedAt } }] };
  return { AND: [accessibleBy(ability).ofType("User"), meant] };
}
