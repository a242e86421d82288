import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { enter } from "@/access/door";
import { PeopleSearch } from "@/features/people/people-search";
import { PeopleTable } from "@/features/people/people-table";
import { COUNTED_EXACTLY, listPeople } from "@/features/people/queries";
import { peopleQuerySchema } from "@/features/people/schema";
import { buttonVariants } from "@/ui/button";
import { EmptyState } from "@/ui/empty-state";
import { PageHeader } from "@/ui/page-header";
import { SoftLink } from "@/ui/soft-link";
import { Interactive } from "../../_frames/interactive";
import { MembersFrame } from "../../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("people"))("title") };
}

export default async function UsersPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  const query = peopleQuerySchema.safeParse(await searchParams).data ?? peopleQuerySchema.parse({});
  const [{ rows, next, total }, t, format] = await Promise.all([listPeople(entry, query), getTranslations("people"), getFormatter()]);
  const { q, sort, dir, cursor } = query;
  const address = (more: Record<string, string>) =>
    `/admin/users?${new URLSearchParams({ ...(q && { q }), sort, ...(dir && { dir }), ...more })}`;
  return (
    <MembersFrame entry={entry}>
      <PageHeader title={t("title")} description={t("lead")} />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <PeopleSearch q={q} sort={sort} dir={dir} />
        <p className="text-muted text-sm tabular-nums">
          {total > COUNTED_EXACTLY ? t("totalMore", { count: format.number(COUNTED_EXACTLY) }) : t("total", { count: total })}
        </p>
      </div>
      {rows.length > 0 ? (
        <Interactive entry={entry} texts={["people", "common"]}>
          <PeopleTable people={rows} query={query} ownId={entry.actor.userId} />
        </Interactive>
      ) : (
        <EmptyState drawing="lens" title={t("emptyTitle")} description={q && t("emptyBody", { q })} />
      )}
      <nav className="mt-4 flex gap-2">
        {cursor && (
          <SoftLink href={address({})} className={buttonVariants({ variant: "secondary", size: "sm" })}>
            {t("first")}
          </SoftLink>
        )}
        {next && (
          <SoftLink href={address({ cursor: next })} className={buttonVariants({ variant: "secondary", size: "sm" })}>
            {t("next")}
          </SoftLink>
        )}
      </nav>
    </MembersFrame>
  );
}
