import { getTranslations } from "next-intl/server";
import { Badge } from "@/ui/badge";
import type { ImportJob } from "./import-queries";

const TONES = { PENDING: "info", RUNNING: "ember", DONE: "success", FAILED: "danger", CANCELLED: "warning" } as const;

export async function ImportStatus({ status }: { status: ImportJob["status"] }) {
  const t = await getTranslations("imports");
  return <Badge tone={TONES[status]}>{t(`status.${status}`)}</Badge>;
}
