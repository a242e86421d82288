import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Cursor } from "@/lib/keyset";
import { EmptyState } from "@/ui/empty-state";
import { Lightbox } from "@/ui/lightbox";
import { Pager } from "@/ui/pager";
import { SelectionBar } from "@/ui/selection-bar";
import { ShareButton } from "@/ui/share-button";
import type { JobState } from "../jobs/job-feed";
import { RequestItem } from "./request-item";
import type { Result } from "./tile";

interface Request {
  id: string;
  prompt: string;
  createdAt: Date;
  organizationId: string | null;
  job: JobState | null;
}

type GalleryFeedProps<R extends Request> = {
  /** The page and the selection. */
  of: "images" | "videos";
  requests: R[];
  next: string | null;
  cursor: Cursor | undefined;
  /** Those one can share with. */
  organizations: { id: string; name: string }[];
  remove: Parameters<typeof RequestItem>[0]["remove"];
  removeChosen: Parameters<typeof SelectionBar>[0]["remove"];
  maxChosen: number;
  /** Where nothing can be asked for: what is said below "none yet" instead of how to. */
  emptyBody?: string | undefined;
  share: Parameters<typeof ShareButton>[0]["action"];
  factsOf: (request: R) => string[];
  resultsOf: (request: R) => Result[];
  tilesOf: (request: R) => ReactNode;
};

/** What one has asked for, newest first: what is under way with its progress, and every result that is there. */
export async function GalleryFeed<R extends Request>(props: GalleryFeedProps<R>) {
  const { of, requests, next, cursor, organizations, factsOf, resultsOf, tilesOf } = props;
  const [t, gallery] = await Promise.all([getTranslations(of), getTranslations("gallery")]);
  if (requests.length === 0) return <EmptyState title={t("emptyTitle")} description={props.emptyBody ?? t("emptyBody")} />;
  const results = requests.flatMap(resultsOf);
  const files = results.map(({ fileId, name, contentType }) => ({ id: fileId, name, contentType }));
  return (
    <Lightbox files={files}>
      <ol aria-label={t("yours")} className="grid gap-8">
        {requests.map((request) => (
          <li key={request.id}>
            <RequestItem
              {...request}
              facts={factsOf(request)}
              hasResults={resultsOf(request).length > 0}
              remove={props.remove}
              share={
                <ShareButton
                  id={request.id}
                  name={request.prompt}
                  organizationId={request.organizationId}
                  organizations={organizations}
                  action={props.share}
                />
              }
            >
              {resultsOf(request).length > 0 && tilesOf(request)}
            </RequestItem>
          </li>
        ))}
      </ol>
      <SelectionBar name={of} maxChosen={props.maxChosen} remove={props.removeChosen} />
      <Pager
        label={t("yours")}
        first={cursor && { href: `/studio/${of}`, label: gallery("newest") }}
        next={next ? { href: `/studio/${of}?${new URLSearchParams({ cursor: next })}`, label: gallery("older") } : undefined}
      />
    </Lightbox>
  );
}
