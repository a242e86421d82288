import { LogOutIcon, UserIcon } from "lucide-react";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { currentEntry } from "@/access/entry";
import { AccountMenu, AccountMenuButton, AccountMenuSeparator, accountMenuEntry } from "@/ui/account-menu";
import { signOut } from "./actions";

/** The signed-in person with their own menu; nothing for anybody else. `children` stand between profile and sign-out. */
export async function UserButton({ children }: { children?: ReactNode }) {
  const entry = await currentEntry();
  if (!entry) return null;
  const [nav, auth, shell] = await Promise.all([getTranslations("nav"), getTranslations("auth"), getTranslations("shell")]);
  const { name, email, image } = entry.actor;
  return (
    <AccountMenu name={name || email} detail={email} image={image} label={shell("account")}>
      <Link href="/settings/profile" className={accountMenuEntry}>
        <UserIcon aria-hidden="true" />
        {nav("profile")}
      </Link>
      <AccountMenuSeparator />
      {children}
      <AccountMenuSeparator />
      <form action={signOut}>
        <AccountMenuButton>
          <LogOutIcon aria-hidden="true" />
          {auth("signOut")}
        </AccountMenuButton>
      </form>
    </AccountMenu>
  );
}
