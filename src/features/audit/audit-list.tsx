import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { getFormatter } from "@/i18n/formatter";
import { EmptyState } from "@/ui/empty-state";
import { Pager } from "@/ui/pager";
import { RefreshEvery } from "@/ui/refresh-every";
import { roleOf, wordsOf } from "./act-words";
import { auditAddress } from "./address";
import { reasonOf } from "./event-reason";
import { listAudit, listOwnAudit } from "./queries";
import type { AuditQuery } from "./schema";

const LIVE_MS = 2_000;

type AuditListProps = { entry: Entry; query?: AuditQuery; path?: "/admin/audit" };

/**
 * The events that fit, each with what it changed behind a click; with `live` the newest come by themselves. Without a query the newest of
 * the reader's own, without a `path` the first page is all.
 */
export async function AuditList({ entry, query, path }: AuditListProps) {
  const [{ events, next }, t, errors, format] = await Promise.all([
    query ? listAudit(entry, query) : listOwnAudit(entry),
    getTranslations("audit"),
    getTranslations("errors"),
    getFormatter(),
  ]);
  // Who did it: of what an admin did as a member the admin, whose name is not for the member. What nobody signed in asked for is
  // told of whom it befell.
  const doer = ({ action, realActorId, realActor, actorId, actor, subject, subjectType, subjectId }: (typeof events)[number]) =>
    realActorId
      ? (realActor ?? t("anAdmin"))
      : actorId
        ? (actor ?? t(action === "content.read_by_admin" ? "anAdmin" : "gone"))
        : (subject ?? (subjectId === "unknown" ? t("nobody") : subjectType === "User" ? t("gone") : t("site")));
  // The list of what is recent of one's own speaks to whom it befell; the log speaks of everybody alike.
  const you = query ? undefined : entry.actor.userId;
  const isToldYou = ({ action, subjectId }: (typeof events)[number]) => action === "content.read_by_admin" && subjectId === you;
  const note = (text: string | null) => text && <span className="text-muted"> · {text}</span>;
  const why = (event: (typeof events)[number]) => {
    const reason = reasonOf(event, t, errors);
    return reason && t("reason", { reason });
  };
  return (
    <>
      {query?.live && !query.cursor && <RefreshEvery ms={LIVE_MS} />}
      {events.length > 0 ? (
        <ol aria-label={t("caption")} className="divide-y rounded-lg border bg-surface">
          {events.map((event) => (
            <li key={event.id}>
              <details className="group">
                <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2.5 text-body hover:bg-hover">
                  <time dateTime={event.at.toISOString()} className="w-56 shrink-0 whitespace-nowrap text-muted text-sm tabular-nums">
                    {format.dateTime(event.at, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" })} UTC
                  </time>
                  <span className="min-w-0 flex-1 basis-64 [overflow-wrap:anywhere]">
                    <strong className="font-medium">{doer(event)}</strong>{" "}
                    {event.realActorId && <span className="text-muted">({t("as", { name: event.actor ?? t("gone") })}) </span>}
                    {wordsOf(event, t, you)}
                    {event.actorId && event.subject && event.subjectId !== event.actorId && !isToldYou(event) && (
                      <span className="text-muted"> · {event.subject}</span>
                    )}
                    {note(roleOf(event, t))}
                    {note(why(event))}
                  </span>
                  <span className="text-muted text-sm max-md:hidden">{event.ip}</span>
                </summary>
                <dl className="grid gap-x-6 gap-y-2 border-t bg-background px-4 py-3 text-sm sm:grid-cols-[8rem_minmax(0,1fr)]">
                  {[
                    [t("event"), `${event.action} · ${event.id}`],
                    [t("doer"), event.realActorId && `${doer(event)}, ${t("as", { name: event.actor ?? t("gone") })}`],
                    [t("subject"), [event.subjectType, event.subjectId].filter(Boolean).join(" · ")],
                    [t("address"), event.ip],
                    [t("browser"), [event.browser, event.system].filter(Boolean).join(" · ")],
                    [t("before"), event.before === null ? null : JSON.stringify(event.before, null, 1)],
                    [t("after"), event.after === null ? null : JSON.stringify(event.after, null, 1)],
                  ].map(
                    ([label, value]) =>
                      value && (
                        <div key={label} className="contents">
                          <dt className="text-muted">{label}</dt>
                          <dd className="min-w-0 whitespace-pre-wrap font-mono text-xs leading-5 [overflow-wrap:anywhere]">{value}</dd>
                        </div>
                      ),
                  )}
                </dl>
              </details>
            </li>
          ))}
        </ol>
      ) : (
        <EmptyState drawing="lens" title={t("emptyTitle")} description={t("emptyBody")} />
      )}
      {path && query && (
        <Pager
          label={t("caption")}
          first={query.cursor && { href: auditAddress(path, query), label: t("first") }}
          next={next ? { href: auditAddress(path, query, { cursor: next }), label: t("next") } : undefined}
        />
      )}
    </>
  );
}
