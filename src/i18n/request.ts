import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { isLocale, LOCALE_COOKIE, type Locale, pickLocale, TIME_ZONE } from "./locale";

const loaders = {
  en: () => import("./messages/en.json"),
  fr: () => import("./messages/fr.json"),
} satisfies Record<Locale, () => Promise<unknown>>;

/** Language of this request: the one asked for in code, else the person's cookie, else the browser's header. */
export default getRequestConfig(async ({ locale: asked }) => {
  const locale = isLocale(asked) ? asked : await requestLocale();
  return {
    locale,
    messages: (await loaders[locale]()).default,
    timeZone: TIME_ZONE,
  };
});

async function requestLocale(): Promise<Locale> {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
  return isLocale(chosen) ? chosen : pickLocale((await headers()).get("accept-language"));
}
