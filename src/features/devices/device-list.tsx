import { getLocale, getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { Badge } from "@/ui/badge";
import { RelativeTime } from "@/ui/relative-time";
import { SubmitButton } from "@/ui/submit-button";
import { endDevice } from "./actions";
import { EndDevices } from "./end-devices";
import { listDevices } from "./queries";

/** Where the person is signed in, each with its way out. Plain forms: it works without JavaScript. */
export async function DeviceList({ entry }: { entry: Entry }) {
  const [devices, t, locale] = await Promise.all([listDevices(entry), getTranslations("devices"), getLocale()]);
  const now = Date.now();
  return (
    <>
      <ul className="divide-y rounded-lg border bg-surface">
        {devices.map(({ id, browser, system, place, ip, method, lastSeenAt, createdAt, isThis }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
            <div className="min-w-0 flex-1 basis-56">
              <p className="flex flex-wrap items-center gap-2 font-medium text-body">
                {system ? t("browserOn", { browser: browser ?? t("unknown"), system }) : (browser ?? t("unknown"))}
                {isThis && <Badge tone="ember">{t("this")}</Badge>}
              </p>
              <p className="text-muted text-sm">
                {[place, ip].filter(Boolean).join(" · ")}
                {(place || ip) && " · "}
                {t.rich("active", { time: () => <RelativeTime date={isThis ? new Date(now) : lastSeenAt} locale={locale} now={now} /> })}
              </p>
              <p className="text-muted text-sm">
                {t.rich("since", {
                  time: () => <RelativeTime date={createdAt} locale={locale} now={now} />,
                  method:
                    method === "password"
                      ? t("byPassword")
                      : method === "passkey"
                        ? t("byPasskey")
                        : method === "email"
                          ? t("byLink")
                          : method === "impersonation"
                            ? t("byAdmin")
                            : method,
                })}
              </p>
            </div>
            {!isThis && (
              <form action={endDevice}>
                <input type="hidden" name="id" value={id} />
                <SubmitButton variant="secondary" size="sm">
                  {t("end")}
                </SubmitButton>
              </form>
            )}
          </li>
        ))}
      </ul>
      {devices.length > 1 && (
        <div className="mt-4">
          <EndDevices
            variant="secondary"
            texts={{
              label: t("endOthers"),
              title: t("endOthersTitle", { count: devices.length - 1 }),
              body: t("endOthersBody", { count: devices.length - 1 }),
              done: t("endOthersDone"),
            }}
          />
        </div>
      )}
    </>
  );
}
