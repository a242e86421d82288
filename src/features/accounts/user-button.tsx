import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { currentEntry } from "@/access/entry";
import { AccountMenu, AccountMenuButton, AccountMenuSeparator, accountMenuEntry } from "@/ui/account-menu";
import { GearIcon, SignOutIcon } from "@/ui/icons";
import { SoftLink } from "@/ui/soft-link";
import { signOut } from "./actions";

/** The signed-in person with their own menu; nothing for anybody else. `children` stand between profile and sign-out. */
export async function UserButton({ children }: { children?: ReactNode }) {
  const entry = await currentEntry();
  if (!entry) return null;
  const [nav, auth, shell, common] = await Promise.all([
    getTranslations("nav"),
    getTranslations("auth"),
    getTranslations("shell"),
    getTranslations("common"),
  ]);
  const { name, email, image } = entry.actor;
  const shown = name || email;
  return (
    <AccountMenu name={shown} detail={email} image={image} label={common("actOn", { act: shell("account"), what: shown })}>
      <SoftLink href="/settings/profile" className={accountMenuEntry}>
        <GearIcon />
        {nav("profile")}
      </SoftLink>
      <AccountMenuSeparator />
      {children}
      <AccountMenuSeparator />
      <form action={signOut}>
        <AccountMenuButton>
          <SignOutIcon />
          {auth("signOut")}
        </AccountMenuButton>
      </form>
    </AccountMenu>
  );
}
