"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import type { DocumentFormat } from "@/lib/db";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { exportPost } from "../blog/actions";
import { exportBook } from "../books/actions";

type MakeButtonProps = { of: { bookId: string } | { blogPostId: string }; format: DocumentFormat; label: string; done: string };

/** Has one document made; the page then shows how far it is. */
export function MakeButton({ of, format, label, done }: MakeButtonProps) {
  const router = useRouter();
  const [pending, start] = useTransition();
  const make = () =>
    start(async () => {
      const result = "bookId" in of ? await exportBook({ id: of.bookId, format }) : await exportPost({ id: of.blogPostId, format });
      if (result.ok) toast.success(done);
      else toast.error(result.error.message);
      router.refresh();
    });
  return (
    <Button variant="secondary" size="sm" pending={pending} onClick={make}>
      {label}
    </Button>
  );
}
