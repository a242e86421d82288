import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { Lightbox } from "@/ui/lightbox";
import { Pager } from "@/ui/pager";
import { RelativeTime } from "@/ui/relative-time";
import type { Result } from "./tile";

interface SharedRequest {
  id: string;
  prompt: string;
  createdAt: Date;
  author: { name: string; isOneself: boolean };
}

type SharedFeedProps<R extends SharedRequest> = {
  /** The page. */
  of: "images" | "videos";
  organization: { name: string };
  requests: R[];
  next: string | null;
  cursor: Cursor | undefined;
  factsOf: (request: R) => string[];
  resultsOf: (request: R) => Result[];
  tilesOf: (request: R) => ReactNode;
};

/** What is shared with an organisation, newest first, each with whose it is: to be looked at and fetched, and no more. */
export async function SharedFeed<R extends SharedRequest>(props: SharedFeedProps<R>) {
  const { of, organization, requests, next, cursor, factsOf, resultsOf, tilesOf } = props;
  const [t, files, locale] = await Promise.all([getTranslations("gallery"), getTranslations("files"), getLocale()]);
  const { name } = organization;
  if (requests.length === 0) return <EmptyState title={files("sharedEmptyTitle")} description={files("sharedEmptyBody", { name })} />;
  const shown = requests.flatMap(resultsOf).map((result) => ({ id: result.fileId, name: result.name, contentType: result.contentType }));
  return (
    <Lightbox files={shown}>
      <ol aria-label={t("sharedWith", { name })} className="grid gap-8">
        {requests.map((request) => (
          <li key={request.id}>
            <article className="grid gap-3">
              <div>
                <h2 className="line-clamp-2 font-medium text-body [overflow-wrap:anywhere]">{request.prompt}</h2>
                <p className="text-muted text-sm [overflow-wrap:anywhere]">
                  {[request.author.isOneself ? files("you") : request.author.name, ...factsOf(request)].map((fact) => `${fact} · `)}
                  <RelativeTime date={request.createdAt} locale={locale} />
                </p>
              </div>
              {tilesOf(request)}
            </article>
          </li>
        ))}
      </ol>
      <Pager
        label={t("sharedWith", { name })}
        first={cursor && { href: `/studio/${of}?shared=1`, label: t("newest") }}
        next={next ? { href: `/studio/${of}?${new URLSearchParams({ shared: "1", cursor: next })}`, label: t("older") } : undefined}
      />
    </Lightbox>
  );
}
