import type { getTranslations } from "next-intl/server";
import { noted } from "./noted";

type Texts<Name extends "audit" | "errors"> = Awaited<ReturnType<typeof getTranslations<Name>>>;

/** Why, of an event that says so: in the words of whoever gave the reason, or in ours where Foyer noted a key. */
export function reasonOf({ action, after }: { action: string; after: unknown }, t: Texts<"audit">, errors: Texts<"errors">): string | null {
  const reason = noted(after, "reason");
  if (typeof reason !== "string" || reason === "") return null;
  // Keys of rows, which the typed texts cannot follow; of another release they may have no words.
  const [failed, refused] = [`failed.${reason}` as "failed.wrong", reason as "invalid"];
  if (action === "user.sign_in_failed") return t.has(failed) ? t(failed) : reason;
  if (action === "file.refused") return errors.has(refused) ? errors(refused) : reason;
  return reason;
}
