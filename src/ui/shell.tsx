import type { ReactNode } from "react";
import { Brand } from "./brand";
import { CloseIcon } from "./close-icon";
import { MenuIcon } from "./icons";
import { type ShellItem, ShellNav } from "./shell-nav";

const RAIL_ID = "rail";

type ShellProps = {
  brand: { href: string; name: string };
  items: ShellItem[];
  /** The person's own menu, at the foot of the rail: an AccountMenu. */
  userMenu: ReactNode;
  labels: { skip: string; navigation: string; open: string; close: string };
  /** Above the content on every page: "You are seeing this as …", a notice. */
  notice?: ReactNode;
  children: ReactNode;
};

/**
 * The signed-in frame: rail at the left, a drawer on phones. The rail is one element; on phones it is a popover, so that
 * opening it, Escape and the tap beside it need no script.
 */
export function Shell({ brand, items, userMenu, labels, notice, children }: ShellProps) {
  return (
    <div data-slot="shell" className="min-h-[calc(100dvh-var(--bottom-bar,0px))] md:grid md:grid-cols-[232px_minmax(0,1fr)]">
      <a href="#content" className="skip-link">
        {labels.skip}
      </a>
      <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b bg-background px-2 md:hidden">
        <button
          type="button"
          popoverTarget={RAIL_ID}
          aria-label={labels.open}
          className="grid size-11 place-items-center rounded-md text-muted hover:text-foreground"
        >
          <MenuIcon className="size-5" />
        </button>
        <Brand {...brand} />
      </header>
      <aside
        id={RAIL_ID}
        popover="auto"
        aria-label={brand.name}
        data-slot="rail"
        className={[
          "m-0 h-dvh max-h-none w-72 max-w-[85vw] -translate-x-full flex-col border-0 border-e bg-background p-3 text-foreground",
          "inset-y-0 start-0 end-auto transition-[translate,overlay,display] transition-discrete duration-180 backdrop:bg-scrim",
          "open:flex open:translate-x-0 starting:open:-translate-x-full",
          // What is fixed to the bottom of the window, if anything, leaves it this much less room.
          "md:sticky md:top-0 md:h-[calc(100dvh-var(--bottom-bar,0px))] md:flex md:w-auto md:max-w-none md:translate-x-0 md:transition-none",
        ].join(" ")}
      >
        <div className="flex h-11 items-center justify-between md:mb-3">
          <Brand {...brand} className="px-2" />
          <button
            type="button"
            popoverTarget={RAIL_ID}
            popoverTargetAction="hide"
            aria-label={labels.close}
            className="grid size-11 place-items-center rounded-md text-muted hover:text-foreground md:hidden"
          >
            <CloseIcon className="size-5" />
          </button>
        </div>
        <ShellNav items={items} label={labels.navigation} railId={RAIL_ID} />
        <div className="mt-auto pt-3">{userMenu}</div>
      </aside>
      <main id="content" tabIndex={-1} className="min-w-0 outline-none">
        {notice}
        <div className="mx-auto w-full max-w-page px-4 pt-6 pb-16 sm:px-8 md:pt-10">{children}</div>
      </main>
    </div>
  );
}
