"use client";

import { useFormStatus } from "react-dom";
import { Button, type ButtonProps } from "./button";

/** The button of a form: pending for as long as the form's action runs. `pending` adds what the form cannot know. */
export function SubmitButton({ pending = false, ...props }: ButtonProps) {
  const status = useFormStatus();
  return <Button {...props} type="submit" pending={pending || status.pending} />;
}
