import { getTranslations } from "next-intl/server";
import { isShort } from "@/access/identity/people-filter";
import { EmptyState } from "@/ui/empty-state";
import { SoftLink } from "@/ui/soft-link";
import { auditAddress } from "./address";
import type { AuditQuery } from "./schema";
import type { Found } from "./who-queries";

/** Of whom the events are, whom of several they might be, each a link that says so, or that there is nobody. */
export async function WhoFound({ query, found }: { query: AuditQuery; found: Found }) {
  const [t, words] = await Promise.all([getTranslations("audit"), getTranslations("people")]);
  const { id, people, isMore } = found;
  const q = query.who ?? "";
  if (id) {
    const [person] = people;
    return person ? <p className="mb-3 text-muted text-sm">{t("whoIs", { name: nameOf(person) ?? t("gone") })}</p> : null;
  }
  if (people.length === 0)
    return (
      <EmptyState
        drawing="lens"
        title={t("whoNobody")}
        description={`${words(isShort(q) ? "emptyBodyShort" : "emptyBody", { q })} ${t("whoDeleted")}`}
      />
    );
  return (
    <section aria-labelledby="audit-whom" className="rounded-lg border bg-surface">
      <h2 id="audit-whom" className="px-4 py-3 font-semibold text-body [overflow-wrap:anywhere]">
        {t(people.length > 1 ? "whoSeveral" : "whoOther", { q })}
      </h2>
      <ul className="divide-y border-t">
        {people.map((person) => (
          <li key={person.id}>
            <SoftLink
              href={auditAddress("/admin/audit", { ...query, who: person.id })}
              className="flex min-h-11 flex-wrap items-center gap-x-3 px-4 py-2 text-body hover:bg-hover"
            >
              <span className="font-medium [overflow-wrap:anywhere]">{nameOf(person)}</span>
              {person.name && <span className="text-muted text-sm [overflow-wrap:anywhere]">{person.email}</span>}
            </SoftLink>
          </li>
        ))}
      </ul>
      {isMore && (
        <p className="border-t px-4 py-3 text-muted text-sm">
          {t.rich("whoMore", {
            people: (chunks) => (
              <SoftLink
                href={`/admin/users?${new URLSearchParams({ q: q.slice(0, 100) })}`}
                className="underline underline-offset-4 hover:text-foreground"
              >
                {chunks}
              </SoftLink>
            ),
          })}
        </p>
      )}
    </section>
  );
}

function nameOf({ name, email, deletedAt }: Found["people"][number]): string | null {
  return deletedAt ? null : name || email;
}
