import { buttonVariants } from "./button";
import { SoftLink } from "./soft-link";

type PagerProps = {
  /** Names the region: what is being paged through. */
  label: string;
  first?: { href: string; label: string } | undefined;
  next?: { href: string; label: string } | undefined;
};

/** The ways on from a page of a list, under it; nothing where there are none. */
export function Pager({ label, first, next }: PagerProps) {
  const ways = [first, next].filter((way) => way !== undefined);
  if (ways.length === 0) return null;
  return (
    <nav aria-label={label} className="mt-4 flex gap-2">
      {ways.map((way) => (
        <SoftLink key={way.href} href={way.href} className={buttonVariants({ variant: "secondary", size: "sm" })}>
          {way.label}
        </SoftLink>
      ))}
    </nav>
  );
}
