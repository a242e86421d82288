import type { ReactNode } from "react";
import { Brand } from "./brand";
import { DoorwayLight } from "./doorway-light";

type AuthLayoutProps = {
  brand: { href: string; name: string };
  skipLabel: string;
  title: ReactNode;
  description?: ReactNode;
  /** Language and theme. */
  preferences?: ReactNode;
  /** Under the form: the way to the sister page. */
  footer?: ReactNode;
  children: ReactNode;
};

/** Sign-in and its sisters: the form, quiet, and beside it the doorway's light, which phones do without. */
export function AuthLayout({ brand, skipLabel, title, description, preferences, footer, children }: AuthLayoutProps) {
  return (
    <div data-slot="auth-layout" className="grid min-h-[calc(100dvh-var(--bottom-bar,0px))] lg:grid-cols-2">
      <a href="#content" className="skip-link">
        {skipLabel}
      </a>
      <div className="flex min-w-0 flex-col px-5 py-5 sm:px-8 sm:py-7">
        <header>
          <Brand {...brand} />
        </header>
        <main
          id="content"
          tabIndex={-1}
          className="mx-auto flex w-full max-w-90 flex-1 flex-col justify-center py-10 outline-none [@media(height<52rem)]:py-5"
        >
          <h1 className="font-semibold text-xl tracking-[-0.015em]">{title}</h1>
          {description && <p className="mt-1.5 text-body text-muted [overflow-wrap:anywhere]">{description}</p>}
          <div className="mt-7">{children}</div>
          {footer && <div className="mt-7 text-body text-muted">{footer}</div>}
        </main>
        {preferences && <footer>{preferences}</footer>}
      </div>
      <div className="relative hidden lg:block">
        <DoorwayLight className="sticky top-0 h-[calc(100dvh-var(--bottom-bar,0px))]!" />
      </div>
    </div>
  );
}
