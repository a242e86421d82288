import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { RelativeTime } from "@/ui/relative-time";
import { Section } from "@/ui/section";
import { SubmitButton } from "@/ui/submit-button";
import { endDevicesOf } from "./actions";
import { EndDevices } from "./end-devices";
import { listDevices } from "./queries";

/** For an admin: where somebody is signed in, with the way out of each and of all. Plain forms: it works without JavaScript. */
export async function DevicesOf({ entry, userId }: { entry: Entry; userId: string }) {
  const [devices, t, people, common, locale] = await Promise.all([
    listDevices(entry, userId),
    getTranslations("devices"),
    getTranslations("people"),
    getTranslations("common"),
    getLocale(),
  ]);
  const now = Date.now();
  const isOwn = userId === entry.actor.userId;
  return (
    <Section
      title={people("sessions")}
      action={
        devices.length > 0 &&
        !isOwn && (
          <EndDevices
            userId={userId}
            variant="secondary"
            size="sm"
            texts={{
              label: people("endSessions"),
              title: people("endSessionsTitle", { count: devices.length }),
              body: people("endSessionsBody", { count: devices.length }),
              done: people("endSessionsDone"),
            }}
          />
        )
      }
    >
      {devices.length > 0 ? (
        <ul className="divide-y rounded-lg border bg-surface">
          {devices.map(({ id, browser, system, place, ip, lastSeenAt }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
              <p className="min-w-0 flex-1 basis-56 text-body">
                <span className="font-medium">
                  {system ? t("browserOn", { browser: browser ?? t("unknown"), system }) : (browser ?? t("unknown"))}
                </span>
                <span className="block text-muted text-sm">
                  {[place, ip].filter(Boolean).join(" · ")}
                  {(place || ip) && " · "}
                  {t.rich("active", { time: () => <RelativeTime date={lastSeenAt} locale={locale} now={now} /> })}
                </span>
              </p>
              {!isOwn && (
                <form action={endDevicesOf}>
                  <input type="hidden" name="userId" value={userId} />
                  <input type="hidden" name="id" value={id} />
                  <SubmitButton
                    variant="ghost"
                    size="sm"
                    aria-label={common("actOn", { act: people("endSession"), what: [browser, system, ip].filter(Boolean).join(", ") })}
                  >
                    {people("endSession")}
                  </SubmitButton>
                </form>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-body text-muted">{people("sessionsNone")}</p>
      )}
    </Section>
  );
}
