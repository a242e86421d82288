import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Entry } from "@/access/entry";

const code = (chunks: ReactNode) => <code className="[overflow-wrap:anywhere]">{chunks}</code>;

/** That Foyer itself does the work; an admin is told how to have it done by a model. */
export async function Demonstration({ entry }: { entry: Entry }) {
  const t = await getTranslations("gallery");
  return (
    <p className="text-muted text-sm">
      {t("demonstration")} {entry.actor.role === "ADMIN" ? t.rich("connect", { code }) : t("connected")}
    </p>
  );
}
