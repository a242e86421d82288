import { getTranslations } from "next-intl/server";
import type { Entry } from "@/access/entry";
import { MAX_METADATA_BYTES } from "@/lib/metadata";
import { Section } from "@/ui/section";
import { MetadataEditor } from "./metadata-editor";
import { getMetadata } from "./queries";

/** Somebody's metadata, for an admin: two parts to edit, and what the person wrote. To be put into <Interactive>. */
export async function MetadataSection({ entry, userId }: { entry: Entry; userId: string }) {
  const [metadata, t] = await Promise.all([getMetadata(entry, userId), getTranslations("metadata")]);
  if (!metadata) return null;
  const text = (value: unknown) => JSON.stringify(value, null, 2);
  return (
    <Section title={t("title")} description={t("lead")}>
      <div className="grid gap-6 lg:grid-cols-2">
        <MetadataEditor userId={userId} part="public" json={text(metadata.publicMetadata)} maxBytes={MAX_METADATA_BYTES} />
        <MetadataEditor userId={userId} part="private" json={text(metadata.privateMetadata)} maxBytes={MAX_METADATA_BYTES} />
        <div className="grid gap-1.5 lg:col-span-2">
          <h3 className="font-medium text-body">{t("unsafe")}</h3>
          <pre className="max-h-80 overflow-auto rounded-md border bg-surface px-3 py-2 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
            {text(metadata.unsafeMetadata)}
          </pre>
          <p className="text-muted text-sm">{t("unsafeHint")}</p>
        </div>
      </div>
    </Section>
  );
}
