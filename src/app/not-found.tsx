import { getTranslations } from "next-intl/server";
import { buttonVariants } from "@/ui/button";
import { MessagePage } from "@/ui/message-page";

export default async function NotFound() {
  const [common, text] = await Promise.all([getTranslations("common"), getTranslations("notFound")]);
  return (
    <MessagePage
      brand={{ href: "/", name: common("brand") }}
      title={text("title")}
      body={text("body")}
      actions={
        <a href="/" className={buttonVariants()}>
          {common("backHome")}
        </a>
      }
    />
  );
}
