import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import { cookies, headers } from "next/headers";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { ImpersonationBanner } from "@/features/impersonation/impersonation-banner";
import { isTheme, THEME_COOKIE } from "@/ui/theme";
import "./globals.css";

const inter = localFont({
  src: "../../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  weight: "100 900",
  variable: "--font-inter",
  display: "swap",
});

// Only fetched when a name needs it (Łukasz, Şebnem), hence no preload and a range of its own.
const interExt = localFont({
  src: "../../node_modules/@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  weight: "100 900",
  variable: "--font-inter-ext",
  display: "swap",
  preload: false,
  adjustFontFallback: false,
  declarations: [
    {
      prop: "unicode-range",
      value:
        "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+0304,U+0308,U+0329,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF",
    },
  ],
});

export async function generateMetadata(): Promise<Metadata> {
  const [common, meta, origin] = await Promise.all([getTranslations("common"), getTranslations("meta"), requestOrigin()]);
  return {
    ...(origin && { metadataBase: origin }),
    title: { default: common("brand"), template: `%s · ${common("brand")}` },
    description: meta("description"),
    applicationName: common("brand"),
    // Nothing here is for search engines but the front door, which says so itself.
    robots: { index: false },
  };
}

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbf9f7" },
    { media: "(prefers-color-scheme: dark)", color: "#13100e" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, jar, head] = await Promise.all([getLocale(), cookies(), headers()]);
  const nonce = head.get("x-nonce") ?? undefined;
  const theme = jar.get(THEME_COOKIE)?.value;
  return (
    <html lang={locale} data-theme={isTheme(theme) ? theme : undefined} className={`${inter.variable} ${interExt.variable}`}>
      <body>
        {/* What is streamed in later waits hidden for a script to put it in its place; without scripts it is shown where it is. */}
        <noscript>
          <style nonce={nonce}>{'[hidden][id^="S:"]{display:block!important}[data-slot="table-skeleton"]{display:none!important}'}</style>
        </noscript>
        {children}
        <ImpersonationBanner />
      </body>
    </html>
  );
}

/** Where this page was asked for, so that the preview image has a whole address. A made-up Host only misleads its maker. */
async function requestOrigin(): Promise<URL | undefined> {
  const list = await headers();
  const host = list.get("x-forwarded-host") ?? list.get("host");
  const scheme = list.get("x-forwarded-proto") === "https" ? "https" : "http";
  return host && URL.canParse(`${scheme}://${host}`) ? new URL(`${scheme}://${host}`) : undefined;
}
