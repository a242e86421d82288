import { NextIntlClientProvider } from "next-intl";
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Thumb } from "@/features/studio/gallery/thumb";
import en from "@/i18n/messages/en.json";

/** What a gallery is made of, as the server sends it. */
const html = (children: ReactNode) =>
  renderToStaticMarkup(createElement(NextIntlClientProvider, { locale: "en", messages: en, timeZone: "UTC", children }));

test("a picture that may not be drawn yet is not seen before it is there, and without script at once; an older one is", () => {
  const picture = (isNew: boolean) => {
    const thumb = { src: "/api/files/1/preview", isNew, children: "…" };
    return html(createElement(Thumb, thumb)).match(/<img[^>]*>/)?.[0];
  };
  expect(picture(true)).toContain("opacity-0 noscript:opacity-100");
  expect(picture(false)).not.toContain("opacity-0");
});
