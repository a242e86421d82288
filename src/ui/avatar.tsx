import { AvatarImage } from "./avatar-image";
import { cn } from "./cn";

const SIZES = { sm: "size-6 text-[10px]", md: "size-8 text-xs", lg: "size-12 text-base", xl: "size-20 text-xl" };

type AvatarProps = { name: string; src?: string | null | undefined; size?: keyof typeof SIZES; className?: string };

/**
 * A person's picture over their initials, which are what is seen while it loads and when it cannot. Decoration: the name
 * always stands beside it.
 */
export function Avatar({ name, src, size = "md", className }: AvatarProps) {
  return (
    <span
      data-slot="avatar"
      aria-hidden="true"
      className={cn(
        "relative inline-grid shrink-0 select-none place-items-center overflow-hidden rounded-full bg-ember-soft font-medium text-foreground",
        SIZES[size],
        className,
      )}
    >
      {initials(name)}
      {src && <AvatarImage src={src} />}
    </span>
  );
}

/** First letters of the first and the last word, whole characters even where they take two code units. */
function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s@.]+/)
    .filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}
