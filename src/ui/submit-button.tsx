"use client";

import { useEffect, useRef } from "react";
import { useFormStatus } from "react-dom";
import { Button, type ButtonProps } from "./button";

/**
 * The button of a form: pending for as long as the form's action runs, in which nothing can be typed into its fields: the answer
 * would take it away. `pending` adds what the form cannot know.
 */
export function SubmitButton({ pending = false, ...props }: Omit<ButtonProps, "ref">) {
  const button = useRef<HTMLButtonElement>(null);
  const status = useFormStatus();
  useEffect(() => {
    if (!status.pending) return;
    const fields = [...(button.current?.form?.elements ?? [])].filter(isTypedIn).filter((field) => !field.readOnly);
    for (const field of fields) field.readOnly = true;
    return () => {
      for (const field of fields) field.readOnly = false;
    };
  }, [status.pending]);
  return <Button {...props} ref={button} type="submit" pending={pending || status.pending} />;
}

function isTypedIn(element: Element): element is HTMLInputElement | HTMLTextAreaElement {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
}
