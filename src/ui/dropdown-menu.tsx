"use client";

import { Menu } from "@base-ui/react/menu";
import type { ComponentProps } from "react";
import { cn } from "./cn";

export const DropdownMenu = Menu.Root;

/** Any button as the trigger: `<DropdownMenuTrigger render={<Button variant="ghost" size="icon" aria-label="…" />}>`. */
export function DropdownMenuTrigger(props: Menu.Trigger.Props) {
  return <Menu.Trigger data-slot="dropdown-menu-trigger" {...props} />;
}

type ContentProps = Menu.Popup.Props & Pick<Menu.Positioner.Props, "align" | "side" | "sideOffset">;

export function DropdownMenuContent({ align = "end", side = "bottom", sideOffset = 4, className, ...props }: ContentProps) {
  return (
    <Menu.Portal>
      <Menu.Positioner className="z-50 outline-none" align={align} side={side} sideOffset={sideOffset} collisionPadding={8}>
        <Menu.Popup
          data-slot="dropdown-menu-content"
          className={cn(
            "min-w-44 origin-(--transform-origin) rounded-lg bg-raised p-1 text-foreground shadow-float outline-none transition-[scale,opacity] duration-120",
            "data-ending-style:scale-[0.98] data-starting-style:scale-[0.98] data-ending-style:opacity-0 data-starting-style:opacity-0",
            typeof className === "string" && className,
          )}
          {...props}
        />
      </Menu.Positioner>
    </Menu.Portal>
  );
}

const itemClasses =
  "flex min-h-10 cursor-default select-none items-center gap-2.5 rounded-md px-2.5 text-body outline-none data-disabled:opacity-50 data-highlighted:bg-hover sm:min-h-8 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted";

/** `danger` for what destroys; the words still say so. */
export function DropdownMenuItem({ danger = false, className, ...props }: Menu.Item.Props & { danger?: boolean }) {
  return (
    <Menu.Item
      data-slot="dropdown-menu-item"
      className={cn(itemClasses, danger && "text-danger [&_svg]:text-danger!", typeof className === "string" && className)}
      {...props}
    />
  );
}

/** A link in a menu: `<DropdownMenuLink href="…">`, or `render={<Link href="…" />}`. */
export function DropdownMenuLink({ className, ...props }: Menu.LinkItem.Props) {
  return (
    <Menu.LinkItem
      data-slot="dropdown-menu-link"
      closeOnClick
      className={cn(itemClasses, typeof className === "string" && className)}
      {...props}
    />
  );
}

export function DropdownMenuSeparator({ className, ...props }: ComponentProps<"div">) {
  return <Menu.Separator data-slot="dropdown-menu-separator" className={cn("-mx-1 my-1 h-px bg-border", className)} {...props} />;
}
