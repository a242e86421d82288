import { getTranslations } from "next-intl/server";
import { type ReactNode, Suspense } from "react";
import type { Entry } from "@/access/entry";
import { UserButton } from "@/features/accounts/user-button";
import { OrganizationSwitch } from "@/features/organizations/organization-switch";
import { BookIcon, FileIcon, FilmIcon, PictureIcon } from "@/ui/file-icons";
import {
  AccountIcon,
  ChartIcon,
  DeviceIcon,
  GroupIcon,
  HouseIcon,
  LogIcon,
  MailIcon,
  PeopleIcon,
  PersonIcon,
  PostIcon,
  PulseIcon,
  ShieldIcon,
  TasksIcon,
  UploadIcon,
} from "@/ui/icons";
import { Shell } from "@/ui/shell";
import { Toaster } from "@/ui/toast";
import { PreferencesBar } from "./preferences-bar";

/**
 * The frame of every members' page. A component each page renders, not a layout: a layout is kept while one moves
 * through the site, and a new role has to show on the next page.
 */
export async function MembersFrame({ entry, children }: { entry: Entry; children: ReactNode }) {
  const [common, shell, nav] = await Promise.all([getTranslations("common"), getTranslations("shell"), getTranslations("nav")]);
  // What cannot be entered is not offered: to somebody unfinished, or to an admin who acts as somebody.
  const items = [
    { href: "/members", label: nav("home"), icon: <HouseIcon /> },
    { href: "/files", label: nav("files"), icon: <FileIcon /> },
    ...(entry.ability.can("read", "ImageGeneration")
      ? [
          { href: "/studio/images", label: nav("images"), icon: <PictureIcon />, group: nav("studio") },
          { href: "/studio/videos", label: nav("videos"), icon: <FilmIcon />, group: nav("studio") },
        ]
      : []),
    ...(entry.ability.can("read", "Book")
      ? [
          { href: "/studio/books", label: nav("books"), icon: <BookIcon />, group: nav("studio") },
          { href: "/studio/blog", label: nav("blog"), icon: <PostIcon />, group: nav("studio") },
        ]
      : []),
    { href: "/settings/profile", label: nav("profile"), icon: <PersonIcon />, group: nav("settings") },
    ...(entry.ability.can("read", "Credentials")
      ? [{ href: "/settings/security", label: nav("security"), icon: <ShieldIcon />, group: nav("settings") }]
      : []),
    { href: "/settings/devices", label: nav("devices"), icon: <DeviceIcon />, group: nav("settings") },
    ...(entry.ability.can("read", "Organization")
      ? [{ href: "/settings/organizations", label: nav("organizations"), icon: <GroupIcon />, group: nav("settings") }]
      : []),
    ...(entry.ability.can("delete", "User")
      ? [{ href: "/settings/account", label: nav("account"), icon: <AccountIcon />, group: nav("settings") }]
      : []),
    ...(entry.ability.can("read", "Dashboard")
      ? [
          { href: "/admin", label: nav("figures"), icon: <ChartIcon />, group: nav("admin") },
          { href: "/admin/users", label: nav("users"), icon: <PeopleIcon />, group: nav("admin") },
          { href: "/admin/invitations", label: nav("invitations"), icon: <MailIcon />, group: nav("admin") },
          { href: "/admin/files", label: nav("allFiles"), icon: <FileIcon />, group: nav("admin") },
          { href: "/admin/organizations", label: nav("allOrganizations"), icon: <GroupIcon />, group: nav("admin") },
          { href: "/admin/import", label: nav("import"), icon: <UploadIcon />, group: nav("admin") },
          { href: "/admin/jobs", label: nav("jobs"), icon: <TasksIcon />, group: nav("admin") },
          { href: "/admin/policy", label: nav("policy"), icon: <ShieldIcon />, group: nav("admin") },
          { href: "/admin/audit", label: nav("audit"), icon: <LogIcon />, group: nav("admin") },
          { href: "/admin/system", label: nav("system"), icon: <PulseIcon />, group: nav("admin") },
        ]
      : []),
  ];
  return (
    <>
      <Shell
        brand={{ href: "/members", name: common("brand") }}
        items={items}
        userMenu={
          <UserButton>
            <div className="py-1 ps-2.5 pe-1">
              <PreferencesBar />
            </div>
            <Suspense fallback={null}>
              <OrganizationSwitch entry={entry} />
            </Suspense>
          </UserButton>
        }
        labels={{
          skip: common("skipToContent"),
          navigation: shell("navigation"),
          open: shell("openNavigation"),
          close: shell("closeNavigation"),
        }}
      >
        {children}
      </Shell>
      <Toaster labels={{ region: shell("notifications"), close: common("close") }} />
    </>
  );
}
