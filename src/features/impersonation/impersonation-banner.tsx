import { getLocale, getTranslations } from "next-intl/server";
import { currentEntry, currentVisitor } from "@/access/entry";
import { mayBeImpersonating } from "@/access/impersonation";
import { Button } from "@/ui/button";
import { RelativeTime } from "@/ui/relative-time";
import { endImpersonation } from "./actions";

/**
 * On every page while an admin acts as somebody: as whom, until when, and the way back. A page that cannot know for an outage
 * says so itself.
 */
export async function ImpersonationBanner() {
  if (!(await mayBeImpersonating(await currentVisitor()))) return null;
  const entry = await currentEntry().catch(() => null);
  if (!entry?.actor.impersonator) return null;
  const [t, locale] = await Promise.all([getTranslations("impersonation"), getLocale()]);
  const { impersonator, name, email } = entry.actor;
  const end = new Date(impersonator.end * 1000);
  return (
    <section
      data-slot="bottom-bar"
      aria-label={t("banner")}
      className="sticky bottom-0 z-40 flex min-h-14 flex-wrap items-center justify-center gap-x-4 gap-y-2 border-warning border-t-2 bg-surface px-4 py-2 text-body shadow-lg"
    >
      <p className="min-w-0 [overflow-wrap:anywhere]">
        {t.rich(impersonator.mayWrite ? "actingWrite" : "actingRead", {
          name: name || email,
          b: (text) => <strong className="font-medium">{text}</strong>,
          time: () => <RelativeTime date={end} locale={locale} now={Date.now()} />,
        })}
      </p>
      <form action={endImpersonation}>
        {/* No client component: it stands in the layout, and every page would carry its code for the few who act as somebody. */}
        <Button type="submit" variant="secondary" size="sm">
          {t("end")}
        </Button>
      </form>
    </section>
  );
}
