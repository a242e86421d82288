import { NextIntlClientProvider } from "next-intl";
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Thumb } from "@/features/studio/gallery/thumb";
import { Workbench } from "@/features/studio/gallery/workbench";
import en from "@/i18n/messages/en.json";
import { ShareButton } from "@/ui/share-button";
import { asVisitor } from "./support/request";

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

describe("the way to share says", () => {
  const button = (organizationId: string | null) =>
    html(
      createElement(ShareButton, {
        id: "1",
        name: "A harbour",
        organizationId,
        organizations: [{ id: "guild", name: "Lighthouse Guild" }],
        action: async () => ({ ok: true as const, data: null }),
      }),
    );

  test("in words that something is shared, and with whom", () => {
    expect(button("guild")).toMatch(/aria-label="Share A harbour: shared with Lighthouse Guild".*>Shared</);
  });

  test("nothing of the kind of what is not", () => {
    expect(button(null)).toContain('aria-label="Share A harbour"');
    expect(button(null)).not.toContain("Shared");
  });
});

test("what has come takes the whole page where nothing may be asked for", async () => {
  const bench = async (request: ReactNode) => html(await asVisitor({}, () => Workbench({ label: "Your images", request, children: "…" })));
  expect(await bench("The form")).toContain("lg:grid-cols");
  expect(await bench(false)).not.toContain("lg:grid-cols");
});
