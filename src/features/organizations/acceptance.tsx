import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { openOrganizationInvitation } from "@/access/identity/organization-invitations";
import { signUpRefusal } from "@/access/sign-up";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";
import { JoinForm } from "./join-form";

type Invitation = NonNullable<Awaited<ReturnType<typeof openOrganizationInvitation>>>;

/** What whoever holds the link is to the invitation: `closed` is somebody new where nobody registers by themselves. */
export type Reader = "owner" | "unconfirmed" | "known" | "new" | "closed" | "other";

export function readerOf({ email, owner }: Invitation, entry: Entry | null): Reader {
  if (entry && entry.actor.userId !== owner?.id) return "other";
  if (entry) return owner?.confirmed ? "owner" : "unconfirmed";
  if (owner) return "known";
  return signUpRefusal(email) ? "closed" : "new";
}

/** The sentence above the button. */
export async function acceptanceLead({ email, organization }: Invitation, reader: Reader): Promise<string> {
  const t = await getTranslations("organizations");
  const leads = {
    owner: "joinLead",
    unconfirmed: "unconfirmedLead",
    known: "knownLead",
    new: "newLead",
    closed: "closedLead",
    other: "otherLead",
  } as const;
  return t(leads[reader], { email, organization: organization.name });
}

/** The button or the way to it; nothing for somebody signed in with another address, who has to sign out first. */
export async function Acceptance({ token, reader }: { token: string; reader: Reader }) {
  const t = await getTranslations("organizations");
  if (reader === "other" || reader === "closed") return null;
  if (reader === "owner") return <JoinForm by={{ token }} submit={t("join")} />;
  const back = reader === "known" ? `/join?${new URLSearchParams({ token })}` : "/settings/organizations";
  // The mail about a new account remembers where its person was going, and must not remember a secret: their address is enough there.
  // Beside that it fills in the address.
  const ways = {
    known: { href: `/login?${new URLSearchParams({ callbackUrl: back })}`, label: t("signIn") },
    new: { href: `/register?${new URLSearchParams({ callbackUrl: back, token })}`, label: t("createAccount") },
    unconfirmed: { href: back, label: t("confirm") },
  };
  const { href, label } = ways[reader];
  return (
    <SoftLink className={buttonVariants({ className: "w-full" })} href={href}>
      {label}
    </SoftLink>
  );
}
