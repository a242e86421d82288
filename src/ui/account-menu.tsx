import type { ComponentProps, ReactNode } from "react";
import { Avatar } from "./avatar";
import { cn } from "./cn";
import { ChevronsUpDownIcon } from "./icons";

const MENU_ID = "account-menu";

type AccountMenuProps = {
  name: string;
  /** Second line: the address or the role. */
  detail: string;
  image?: string | null | undefined;
  /** Accessible name of the button: "Your account: Ada". */
  label: string;
  children: ReactNode;
};

/**
 * The person, and what is theirs: links, language and theme, sign-out. A popover of the browser's own: it opens, shuts
 * on Escape and gives focus back without a script, and its forms work without one.
 */
export function AccountMenu({ name, detail, image, label, children }: AccountMenuProps) {
  return (
    <>
      <button
        type="button"
        data-slot="account-menu-trigger"
        popoverTarget={MENU_ID}
        aria-label={label}
        className="flex w-full items-center gap-2.5 rounded-md p-2 text-start transition-colors hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Avatar name={name} src={image} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium text-sm">{name}</span>
          <span className="block truncate text-muted text-xs">{detail}</span>
        </span>
        <ChevronsUpDownIcon className="size-4 shrink-0 text-faint" />
      </button>
      <div
        id={MENU_ID}
        popover="auto"
        data-slot="account-menu"
        className={cn(
          "inset-auto start-3 bottom-[4.75rem] m-0 w-68 md:bottom-[calc(4.75rem+var(--bottom-bar,0px))] max-w-[calc(85vw-1.5rem)] rounded-lg border-0 bg-raised p-1 text-foreground shadow-float",
          "translate-y-1 opacity-0 transition-[opacity,translate,overlay,display] transition-discrete duration-120 open:translate-y-0 open:opacity-100 starting:open:translate-y-1 starting:open:opacity-0",
        )}
      >
        {children}
      </div>
    </>
  );
}

const entryClasses =
  "flex min-h-11 w-full items-center gap-2.5 rounded-md px-2.5 text-start text-body transition-colors hover:bg-hover focus-visible:-outline-offset-2 md:min-h-8 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted";

/** For links: `<Link className={accountMenuEntry}>`. */
export const accountMenuEntry = entryClasses;

/** A button in the menu, such as the one that submits the sign-out form. */
export function AccountMenuButton({ className, type = "submit", ...props }: ComponentProps<"button">) {
  return <button type={type} className={cn(entryClasses, className)} {...props} />;
}

export function AccountMenuSeparator() {
  return <hr className="-mx-1 my-1 border-t" />;
}
