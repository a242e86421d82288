import type { ReactNode } from "react";
import { Brand } from "./brand";

type MessagePageProps = {
  brand: { href: string; name: string };
  title: string;
  /** What happened, what was kept, what to do. */
  body: ReactNode;
  /** One or two ways on. */
  actions: ReactNode;
  /** A number to name when asking for help. */
  reference?: { label: string; value: string } | undefined;
};

/** A page that says one thing: not found, forbidden, failed. Plain parts only, since every route carries it. */
export function MessagePage({ brand, title, body, actions, reference }: MessagePageProps) {
  return (
    <div data-slot="message-page" className="flex min-h-[calc(100dvh-var(--bottom-bar,0px))] flex-col px-5 py-5 sm:px-8 sm:py-7">
      <header>
        <Brand {...brand} />
      </header>
      <main className="mx-auto flex w-full max-w-105 flex-1 flex-col items-center justify-center pb-16 text-center">
        <svg
          viewBox="0 0 120 96"
          fill="none"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
          aria-hidden="true"
          className="mb-6 h-24 w-30 stroke-faint"
        >
          <path d="M8 84h104M38 84V44a22 22 0 0 1 44 0v40" />
          <path d="M82 84 68 90V50l14-6" className="fill-background" />
          <path d="M44 84V46a16 16 0 0 1 24-13.8" />
          <path className="stroke-ember" d="M46 84a11 11 0 0 1 20-6.5M57 66v-5M47.5 70 44 66.5" />
        </svg>
        <h1 className="font-semibold text-xl tracking-[-0.015em]">{title}</h1>
        <p className="mt-2 text-balance text-base text-muted">{body}</p>
        <div className="mt-7 flex w-full flex-col justify-center gap-2 sm:flex-row">{actions}</div>
        {reference && (
          <p className="mt-7 text-faint text-xs">
            {reference.label} <code className="select-all font-mono text-muted">{reference.value}</code>
          </p>
        )}
      </main>
    </div>
  );
}
