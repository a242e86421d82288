"use client";

import { usePathname } from "next/navigation";
import { Fragment, type ReactNode, useLayoutEffect, useRef } from "react";
import { cn } from "./cn";
import { SoftLink } from "./soft-link";

export type ShellItem = {
  href: string;
  label: string;
  icon: ReactNode;
  /** Heading above the first of its group. */
  group?: string;
};

/** What stays to be seen above and below the current section: its neighbour. */
const PEEK_PX = 40;

/** How far down the sections were on the page before: each page brings a frame of its own (docs/decisions/0007). */
let scrolledTo: number | undefined;

/** The sections, with the one the page belongs to marked and in view; shuts the drawer when the page has changed. */
export function ShellNav({ items, label, railId }: { items: ShellItem[]; label: string; railId: string }) {
  const pathname = usePathname();
  const nav = useRail(railId, pathname);
  const current = currentItem(items, pathname);
  return (
    <nav ref={nav} aria-label={label} className="scroll-hint relative -mx-1 min-h-0 overflow-y-auto overscroll-contain px-1 pb-1">
      <ul className="grid gap-0.5">
        {items.map((item, index) => (
          <Fragment key={item.href}>
            {item.group && item.group !== items[index - 1]?.group && (
              <li className="px-2 pt-5 pb-1 font-medium text-faint text-xs">{item.group}</li>
            )}
            <li>
              <SoftLink
                href={item.href}
                aria-current={item === current ? "page" : undefined}
                className={cn(
                  "flex h-11 items-center gap-2.5 rounded-md px-2 text-body transition-colors focus-visible:-outline-offset-2 md:h-8 [&_svg]:size-4 [&_svg]:shrink-0",
                  item === current
                    ? "snap-end scroll-mb-10 bg-ember-soft font-medium text-foreground [&_svg]:text-ember [scroll-initial-target:nearest]"
                    : "text-muted hover:bg-hover hover:text-foreground",
                )}
              >
                {item.icon}
                <span className="truncate">{item.label}</span>
              </SoftLink>
            </li>
          </Fragment>
        ))}
      </ul>
    </nav>
  );
}

/** The item whose address is the longest beginning of the page's: /admin/users is "People", not "Overview" at /admin. */
function currentItem(items: ShellItem[], pathname: string): ShellItem | undefined {
  return items
    .filter(({ href }) => pathname === href || pathname.startsWith(`${href}/`))
    .reduce<ShellItem | undefined>((best, item) => (item.href.length > (best?.href.length ?? 0) ? item : best), undefined);
}

/**
 * The sections stay where they were on the page before, moved no further than shows the current one; the page itself never moves,
 * as it would by scrollIntoView. On the first page, browsers that can (`scroll-initial-target`) show it before any script has come.
 * And what the popover does not do by itself: shut on navigation, and keep the page behind it out of the tab order.
 */
function useRail(railId: string, pathname: string) {
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the new page is the reason to look and to shut.
  useLayoutEffect(() => {
    const sections = nav.current;
    const rail = document.getElementById(railId);
    const content = document.getElementById("content");
    if (!sections || !rail) return;
    const show = () => {
      const link = sections.querySelector<HTMLElement>("[aria-current]");
      if (!link) return;
      const top = link.offsetTop - PEEK_PX;
      const bottom = link.offsetTop + link.offsetHeight + PEEK_PX;
      sections.scrollTop = Math.min(top, Math.max(bottom - sections.clientHeight, scrolledTo ?? sections.scrollTop));
    };
    const onToggle = () => {
      if (content) content.inert = rail.matches(":popover-open");
      // The drawer had no height before.
      show();
    };
    show();
    rail.addEventListener("toggle", onToggle);
    for (const open of rail.querySelectorAll<HTMLElement>(":popover-open")) open.hidePopover();
    if (rail.matches(":popover-open")) rail.hidePopover();
    return () => {
      rail.removeEventListener("toggle", onToggle);
      scrolledTo = sections.scrollTop;
    };
  }, [railId, pathname]);
  return nav;
}
