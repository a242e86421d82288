import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { enter } from "@/access/door";
import { figuresAddress } from "@/features/figures/address";
import { FiguresAttention } from "@/features/figures/figures-attention";
import { FiguresOverview } from "@/features/figures/figures-overview";
import { RangePicker } from "@/features/figures/range-picker";
import { figuresQuerySchema, rangeOf } from "@/features/figures/schema";
import { buttonVariants } from "@/ui/button";
import { PageHeader } from "@/ui/page-header";
import { TableSkeleton } from "@/ui/skeleton";
import { MembersFrame } from "../_frames/members-frame";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("figures"))("title") };
}

export default async function FiguresPage({ searchParams }: { searchParams: Promise<Record<string, string | string[]>> }) {
  const entry = await enter("read", "Dashboard");
  // A damaged link shows the last 30 days rather than an error.
  const query = figuresQuerySchema.safeParse(await searchParams).data ?? {};
  const range = rangeOf(query);
  const [t, common] = await Promise.all([getTranslations("figures"), getTranslations("common")]);
  return (
    <MembersFrame entry={entry}>
      <PageHeader
        title={t("title")}
        description={t("lead")}
        action={
          <a href={figuresAddress("/api/figures", query)} download className={buttonVariants({ variant: "secondary" })}>
            {t("export")}
          </a>
        }
      />
      <FiguresAttention entry={entry} />
      <RangePicker query={query} range={range} />
      <Suspense key={JSON.stringify(query)} fallback={<TableSkeleton rows={10} label={common("loading")} />}>
        <FiguresOverview entry={entry} query={query} range={range} />
      </Suspense>
    </MembersFrame>
  );
}
