"use client";

import { useActionState } from "react";
import { Alert } from "@/ui/alert";
import { SubmitButton } from "@/ui/submit-button";
import { joinOrganization } from "./actions";

type JoinFormProps = {
  /** The link's secret, or the id of an invitation to one's own address. */
  by: { token: string } | { id: string };
  submit: string;
  /** Which of several it is, for who cannot see. */
  label?: string;
  /** Where the page has another primary action. */
  quiet?: boolean;
};

/** The button that joins: whatever only looks at the link does not. Works without JavaScript. */
export function JoinForm({ by, submit, label, quiet = false }: JoinFormProps) {
  const [result, send] = useActionState(joinOrganization, null);
  return (
    <form action={send} className="grid gap-5">
      {result?.ok === false && <Alert tone="danger">{result.error.message}</Alert>}
      {Object.entries(by).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <SubmitButton variant={quiet ? "secondary" : "primary"} className="w-full" aria-label={label}>
        {submit}
      </SubmitButton>
    </form>
  );
}
