import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { buttonVariants } from "@/ui/button";
import { MessagePage } from "@/ui/message-page";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("forbidden"))("title") };
}

export default async function ForbiddenPage() {
  const [common, text] = await Promise.all([getTranslations("common"), getTranslations("forbidden")]);
  return (
    <MessagePage
      brand={{ href: "/", name: common("brand") }}
      title={text("title")}
      body={text("body")}
      actions={
        <a href="/members" className={buttonVariants()}>
          {text("back")}
        </a>
      }
    />
  );
}
