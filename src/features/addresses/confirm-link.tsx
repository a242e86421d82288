import { getTranslations } from "next-intl/server";
import type { OpenLink } from "@/access/identity/account-links";
import { SoftLink } from "@/ui/soft-link";
import { confirmAddress, confirmAddressChange } from "./actions";
import { ConfirmForm } from "./confirm-form";

type ConfirmLinkProps = { kind: "verify" | "change"; token: string; link: OpenLink; isOwner: boolean };

/** Confirms an address: by the button alone for whoever is signed in, else with the password, and a way on for who chose none. */
export async function ConfirmLink({ kind, token, link, isOwner }: ConfirmLinkProps) {
  const [t, auth, common] = await Promise.all([getTranslations("addresses"), getTranslations("auth"), getTranslations("common")]);
  const password = {
    label: auth("password"),
    hint: t("passwordHint"),
    show: common("showPassword"),
    hide: common("hidePassword"),
  };
  return (
    <div className="grid gap-5">
      <ConfirmForm
        action={kind === "verify" ? confirmAddress : confirmAddressChange}
        token={token}
        account={link.accountAddress}
        password={!isOwner && password}
        submit={t(kind === "verify" ? "confirm" : "confirmNew")}
      />
      {!isOwner && kind === "verify" && (
        <p className="text-body text-muted">
          {t("notChosen")}{" "}
          <SoftLink className="link" href="/forgot-password">
            {t("newPassword")}
          </SoftLink>
        </p>
      )}
    </div>
  );
}
