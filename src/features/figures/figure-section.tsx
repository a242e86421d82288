import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { buttonVariants } from "@/ui/button";
import { Section } from "@/ui/section";
import { figuresAddress } from "./address";
import type { Figure } from "./metrics";
import type { FiguresQuery } from "./schema";

type FigureSectionProps = { figure: Figure; query: FiguresQuery; title: string; description: string; children: ReactNode };

/** A figure with its name, what it counts, and its CSV. */
export async function FigureSection({ figure, query, title, description, children }: FigureSectionProps) {
  const t = await getTranslations("figures");
  const label = t("csvOf", { figure: title });
  return (
    <Section
      title={title}
      description={description}
      action={
        <a
          href={figuresAddress("/api/figures", query, figure)}
          download
          aria-label={label}
          className={buttonVariants({ variant: "ghost", size: "sm" })}
        >
          CSV
        </a>
      }
    >
      {children}
    </Section>
  );
}
