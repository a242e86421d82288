import type { ReactNode } from "react";
import { Brand } from "./brand";
import { DoorwayLight } from "./doorway-light";

type PublicLayoutProps = {
  brand: { href: string; name: string };
  skipLabel: string;
  /** Language and theme. */
  preferences?: ReactNode;
  children: ReactNode;
};

/** The house from outside: what it says at the left, the lit doorway at the right; on phones the light comes first. */
export function PublicLayout({ brand, skipLabel, preferences, children }: PublicLayoutProps) {
  return (
    <div
      data-slot="public-layout"
      className="grid min-h-[calc(100dvh-var(--bottom-bar,0px))] grid-rows-[auto_auto_1fr_auto] lg:grid-cols-2 lg:grid-rows-[auto_1fr_auto]"
    >
      <a href="#content" className="skip-link">
        {skipLabel}
      </a>
      <header className="px-5 py-5 sm:px-8 sm:py-7">
        <Brand {...brand} />
      </header>
      <div className="h-[34dvh] overflow-hidden max-lg:mx-5 max-lg:rounded-lg sm:max-lg:mx-8 lg:col-start-2 lg:row-span-3 lg:row-start-1 lg:h-auto lg:overflow-visible">
        <DoorwayLight className="lg:sticky lg:top-0 lg:h-[calc(100dvh-var(--bottom-bar,0px))]!" />
      </div>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto flex w-full max-w-120 flex-col px-5 py-9 outline-none sm:px-8 lg:justify-center lg:py-10"
      >
        {children}
      </main>
      {preferences && <footer className="px-5 pb-5 sm:px-8 sm:pb-7">{preferences}</footer>}
    </div>
  );
}
