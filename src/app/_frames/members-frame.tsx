import { FilesIcon, HomeIcon, ShieldIcon, UserIcon, UsersIcon } from "lucide-react";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AbilityProvider } from "@/access/ability-provider";
import type { Entry } from "@/access/entry";
import { packedRules } from "@/access/packed-rules";
import { UserButton } from "@/features/accounts/user-button";
import { Shell } from "@/ui/shell";
import { Toaster } from "@/ui/toast";
import { PreferencesBar } from "./preferences-bar";

/**
 * The frame of every members' page. A component each page renders, not a layout: a layout is kept while one moves
 * through the site, and a new role has to show on the next page.
 */
export async function MembersFrame({ entry, children }: { entry: Entry; children: ReactNode }) {
  const [common, shell, nav, messages] = await Promise.all([getTranslations("common"), getTranslations("shell"), getTranslations("nav"), getMessages()]);
  const items = [
    { href: "/members", label: nav("home"), icon: <HomeIcon aria-hidden="true" /> },
    { href: "/files", label: nav("files"), icon: <FilesIcon aria-hidden="true" /> },
    { href: "/settings/profile", label: nav("profile"), icon: <UserIcon aria-hidden="true" />, group: nav("settings") },
    { href: "/settings/security", label: nav("security"), icon: <ShieldIcon aria-hidden="true" />, group: nav("settings") },
    ...(entry.ability.can("read", "Dashboard") ? [{ href: "/admin/users", label: nav("users"), icon: <UsersIcon aria-hidden="true" />, group: nav("admin") }] : []),
  ];
  const { files, people, settings, profile, common: commonTexts, errors } = messages;
  return (
    <NextIntlClientProvider messages={{ files, people, settings, profile, common: commonTexts, errors }}>
      <AbilityProvider rules={packedRules(entry.ability)}>
        <Shell
          brand={{ href: "/members", name: common("brand") }}
          items={items}
          userMenu={
            <UserButton>
              <PreferencesBar />
            </UserButton>
          }
          labels={{ skip: common("skipToContent"), navigation: shell("navigation"), open: shell("openNavigation"), close: shell("closeNavigation") }}
        >
          {children}
        </Shell>
        <Toaster labels={{ region: shell("notifications"), close: common("close") }} />
      </AbilityProvider>
    </NextIntlClientProvider>
  );
}
