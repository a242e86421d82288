"use client";

import { useActionState } from "react";
import { Alert } from "@/ui/alert";
import { SubmitButton } from "@/ui/submit-button";
import { startImport } from "./actions";

/** Begins the import that was checked; what stands in the way of it is said where it was asked for. */
export function StartImportForm({ id, label }: { id: string; label: string }) {
  const [result, submit] = useActionState(startImport, null);
  return (
    <form action={submit} className="grid gap-3 max-sm:w-full">
      <input type="hidden" name="id" value={id} />
      <SubmitButton variant="primary" className="max-sm:w-full">
        {label}
      </SubmitButton>
      {result?.ok === false && <Alert tone="danger">{result.error.message}</Alert>}
    </form>
  );
}
