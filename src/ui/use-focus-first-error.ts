"use client";

import { type RefObject, useEffect } from "react";

/**
 * After an answer with errors, moves focus to the first field marked wrong, or else to the form's own message.
 * `errors` is the answer's object: a new one is a new attempt, so the same mistake twice focuses twice.
 */
export function useFocusFirstError(form: RefObject<HTMLFormElement | null>, errors: object | null | undefined): void {
  useEffect(() => {
    if (!errors) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (wrong) wrong.focus();
    else form.current?.querySelector<HTMLElement>('[role="alert"]')?.scrollIntoView({ block: "nearest" });
  }, [form, errors]);
}
