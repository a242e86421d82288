"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { cn } from "@/ui/cn";

/** How often a picture that is not drawn yet is asked for again, and after how long at first; longer before each further time. */
const TRIES = 6;
const PAUSE_MS = 700;

/**
 * A result's small picture, whole, which the worker draws once the result has arrived; `children` stands in its place until it is
 * there. Asked for again only of one that is `isNew`: an old one without will stay without.
 */
export function Thumb({ src, isNew, children }: { src: string; isNew: boolean; children: ReactNode }) {
  // As it was when it came: a page that is shown anew meanwhile makes it no older.
  const [most] = useState(isNew ? TRIES : 0);
  const image = useRef<HTMLImageElement>(null);
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<"waiting" | "there" | "failed">("waiting");
  useEffect(() => {
    // Answered before anybody listened: the page came with it.
    if (tries === 0 && image.current?.complete) setState(image.current.naturalWidth > 0 ? "there" : "failed");
  }, [tries]);
  useEffect(() => {
    if (state !== "failed" || tries === most) return;
    const timer = setTimeout(
      () => {
        setTries(tries + 1);
        setState("waiting");
      },
      PAUSE_MS * 2 ** tries,
    );
    return () => clearTimeout(timer);
  }, [state, tries, most]);
  // The browser's sign for a broken picture is never seen: one that may not be drawn yet shows once it is there.
  const isUnsure = state === "failed" || (most > 0 && state === "waiting");
  return (
    <span className="relative grid size-full place-items-center">
      {state !== "there" && children}
      {/* biome-ignore lint/performance/noImgElement: it is small already. */}
      <img
        key={tries}
        ref={image}
        src={tries === 0 ? src : `${src}?again=${tries}`}
        alt=""
        loading="lazy"
        decoding="async"
        onLoad={() => setState("there")}
        onError={() => setState("failed")}
        className={cn("absolute inset-0 size-full object-contain", isUnsure && "opacity-0 noscript:opacity-100")}
      />
    </span>
  );
}
