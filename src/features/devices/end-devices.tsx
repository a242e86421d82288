"use client";

import { useState } from "react";
import type { ButtonProps } from "@/ui/button";
import { ConfirmDialog } from "@/ui/confirm-dialog";
import { SubmitButton } from "@/ui/submit-button";
import { toast } from "@/ui/toast";
import { endDevicesOf, endOtherDevices } from "./actions";

type EndDevicesProps = Pick<ButtonProps, "variant" | "size"> & {
  /** Whose devices end, for an admin; without it one's own other ones. */
  userId?: string;
  texts: { label: string; title: string; body: string; done: string };
};

/** The button that signs several devices out, and asks first. Without JavaScript its form is sent as it is. */
export function EndDevices({ userId, texts: { done, ...question }, ...look }: EndDevicesProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <form
        action={userId ? endDevicesOf : endOtherDevices}
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
        }}
      >
        {userId && <input type="hidden" name="userId" value={userId} />}
        <SubmitButton {...look}>{question.label}</SubmitButton>
      </form>
      <ConfirmDialog<unknown>
        danger
        {...question}
        onConfirm={() => (userId ? endDevicesOf({ userId }) : endOtherDevices({}))}
        onDone={() => toast.success(done)}
        open={asking}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
