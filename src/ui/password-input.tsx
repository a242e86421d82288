"use client";

import { type ComponentProps, useState } from "react";
import { cn } from "./cn";
import { EyeIcon, EyeOffIcon } from "./form-icons";
import { Input } from "./input";

type PasswordInputProps = Omit<ComponentProps<"input">, "type"> & {
  showLabel: string;
  hideLabel: string;
};

/** A password field whose text can be shown. Without JavaScript it is a plain password field, without the button. */
export function PasswordInput({ showLabel, hideLabel, className, ...props }: PasswordInputProps) {
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOffIcon : EyeIcon;
  return (
    <span data-slot="password-input" className="relative block">
      <Input {...props} type={shown ? "text" : "password"} spellCheck={false} autoCapitalize="none" className={cn("pe-11!", className)} />
      <button
        type="button"
        aria-label={shown ? hideLabel : showLabel}
        onClick={() => setShown(!shown)}
        className="absolute inset-y-0 end-0 grid w-10 place-items-center rounded-md text-muted transition-colors hover:text-foreground focus-visible:-outline-offset-2 noscript:hidden"
      >
        <Icon />
      </button>
    </span>
  );
}
