"use client";

import { useActionState } from "react";
import { Alert } from "@/ui/alert";
import { SubmitButton } from "@/ui/submit-button";
import { joinByInvitation } from "./actions";

/** The button of an invitation for somebody who is here already. */
export function JoinForm({ token, submit }: { token: string; submit: string }) {
  const [result, send] = useActionState(joinByInvitation, null);
  return (
    <form action={send} className="grid gap-5">
      {result?.ok === false && <Alert tone="danger">{result.error.message}</Alert>}
      <input type="hidden" name="token" value={token} />
      <SubmitButton className="w-full">{submit}</SubmitButton>
    </form>
  );
}
