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
    <div data-slot="public-layout" className="grid min-h-dvh grid-rows-[auto_1fr] lg:grid-cols-2 lg:grid-rows-none">
      <a href="#content" className="skip-link">
        {skipLabel}
      </a>
      <div className="relative max-lg:h-[34dvh] lg:order-last">
        <DoorwayLight className="lg:sticky lg:top-0 lg:h-dvh!" />
      </div>
      <div className="flex min-w-0 flex-col px-5 py-5 sm:px-8 sm:py-7">
        <Brand {...brand} className="self-start" />
        <main id="content" tabIndex={-1} className="mx-auto flex w-full max-w-110 flex-1 flex-col justify-center py-10 outline-none">
          {children}
        </main>
        {preferences && <footer>{preferences}</footer>}
      </div>
    </div>
  );
}
