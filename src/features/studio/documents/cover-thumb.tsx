import { cn } from "@/ui/cn";

const SHAPES = { book: "aspect-2/3", post: "aspect-video" };

/** A small cover beside a title, which says what it is; nothing where there is none. */
export function CoverThumb({ url, shape, className }: { url: string | null; shape: keyof typeof SHAPES; className?: string }) {
  if (!url) return null;
  return (
    // biome-ignore lint/performance/noImgElement: it is small already, and for whoever is signed in alone.
    <img src={url} alt="" decoding="async" loading="lazy" className={cn("rounded-md border object-cover", SHAPES[shape], className)} />
  );
}
