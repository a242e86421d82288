"use client";

import { useRouter } from "next/navigation";
import type { ComponentProps, MouseEvent } from "react";

type SoftLinkProps = ComponentProps<"a"> & { href: string };

/**
 * A link within the site that changes the page without loading it anew. next/link does the same and fetches every page
 * it can see; this one fetches when a pointer or focus shows the intent, and is a tenth of its weight.
 */
export function SoftLink({ href, onClick, ...props }: SoftLinkProps) {
  const router = useRouter();
  const prefetch = () => router.prefetch(href);
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || !isPlainClick(event) || event.currentTarget.target) return;
    event.preventDefault();
    router.push(href);
  };
  return <a href={href} {...props} onClick={follow} onPointerEnter={prefetch} onFocus={prefetch} />;
}

/** With a modifier or another button the browser has its own idea: a new tab, a download. */
function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
