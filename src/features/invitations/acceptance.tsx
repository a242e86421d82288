import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import type { OpenInvitation } from "@/access/identity/invitations";
import { buttonVariants } from "@/ui/button";
import { SoftLink } from "@/ui/soft-link";
import { strengthTexts } from "@/ui/strength-texts";
import { AcceptForm } from "./accept-form";
import { JoinForm } from "./join-form";

/** How an invitation is accepted, by who holds the link: somebody new, somebody with an account, or its owner signed in. */
export type Reader = "new" | "known" | "owner" | "here" | "other";

/** What this browser is to the invitation: `here` has nothing to gain by it. */
export function readerOf({ owner, role }: OpenInvitation, entry: Entry | null): Reader {
  if (!owner?.confirmed) return entry && entry.actor.userId !== owner?.id ? "other" : "new";
  if (!entry) return "known";
  if (entry.actor.userId !== owner.id) return "other";
  return role === "ADMIN" && owner.role !== "ADMIN" ? "owner" : "here";
}

/** The sentence above the form. */
export async function acceptanceLead({ email, role }: OpenInvitation, reader: Reader): Promise<string> {
  const t = await getTranslations("invitations");
  const leads = {
    new: role === "ADMIN" ? "acceptLeadAdmin" : "acceptLead",
    known: "haveLead",
    owner: "joinLead",
    here: "hereLead",
    other: "otherLead",
  } as const;
  return t(leads[reader], { email });
}

/** The form or the way on; nothing for somebody signed in with another address, who has to sign out first. */
export async function Acceptance({ token, email, reader, minLength }: { token: string; email: string; reader: Reader; minLength: number }) {
  const [t, auth, common] = await Promise.all([getTranslations("invitations"), getTranslations("auth"), getTranslations("common")]);
  if (reader === "other") return null;
  if (reader === "owner" || reader === "here") return <JoinForm token={token} submit={t(reader === "owner" ? "join" : "here")} />;
  if (reader === "known") {
    const back = new URLSearchParams({ callbackUrl: `/invitation?${new URLSearchParams({ token })}` });
    return (
      <SoftLink className={buttonVariants({ className: "w-full" })} href={`/login?${back}`}>
        {t("signIn")}
      </SoftLink>
    );
  }
  const texts = {
    name: t("name"),
    password: auth("password"),
    hint: auth("passwordHint", { min: minLength }),
    show: common("showPassword"),
    hide: common("hidePassword"),
    submit: t("accept"),
  };
  return <AcceptForm token={token} email={email} strength={await strengthTexts()} texts={texts} />;
}
