"use client";

import { type ComponentProps, type FormEvent, useEffect, useRef, useState } from "react";
import { cn } from "./cn";
import { PasswordInput } from "./password-input";

export type StrengthTexts = {
  /** "Strength: {word}", and the words from the weakest to the strongest. */
  label: string;
  words: string[];
  /** Why it is weak, by the estimator's key. */
  reasons: Record<string, string>;
  /** What the server takes, in UTF-8, and what is said beyond it. */
  mostBytes: number;
  tooLong: string;
};

const STEPS = 4;
/** The server takes nothing below this. */
const ENOUGH = 3;
const DEBOUNCE_MS = 150;

/**
 * A field for a new password that says how hard it is to guess, and why. The estimator is loaded with the first focus; without
 * it, or without JavaScript, the field is a plain one and the server's answer says the same.
 */
export function NewPasswordInput({ strength, ...props }: ComponentProps<typeof PasswordInput> & { strength: StrengthTexts }) {
  const [estimator, setEstimator] = useState<typeof import("./password-estimator")>();
  const [typed, setTyped] = useState({ password: "", email: "" });
  const [shown, setShown] = useState<{ score: number; reason: string | null } | null>(null);
  const loading = useRef(false);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const form = place.current?.closest("form");
    const forget = () => setTyped({ password: "", email: "" });
    form?.addEventListener("reset", forget);
    return () => form?.removeEventListener("reset", forget);
  }, []);
  useEffect(() => {
    if (!estimator) return;
    const timer = setTimeout(() => setShown(typed.password ? estimator.estimate(typed.password, typed.email) : null), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [estimator, typed]);
  const load = () => {
    if (loading.current) return;
    loading.current = true;
    // Refused by the network: the next focus tries again, and the server judges anyway.
    import("./password-estimator").then(setEstimator, () => {
      loading.current = false;
    });
  };
  const read = ({ currentTarget }: FormEvent<HTMLInputElement>) => {
    const email = currentTarget.form?.querySelector<HTMLInputElement>('input[type="email"]')?.value ?? "";
    setTyped({ password: currentTarget.value, email });
  };
  const weak = shown !== null && shown.score < ENOUGH;
  const isTooLong = new TextEncoder().encode(typed.password.normalize("NFKC")).length > strength.mostBytes;
  // What was refused before is said no longer than it is true.
  const isMended = shown !== null && !weak && !isTooLong;
  return (
    <span ref={place} data-mended={isMended || undefined} className="grid gap-2">
      <PasswordInput {...props} aria-invalid={isMended ? undefined : props["aria-invalid"]} onFocus={load} onInput={read} />
      <span data-slot="strength" className="grid gap-1 noscript:hidden">
        <span aria-hidden className="grid grid-cols-4 gap-1">
          {Array.from({ length: STEPS }, (_, step) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps have no other name and never move
              key={step}
              className={cn(
                "h-1 rounded-full bg-border",
                shown && step < Math.max(1, shown.score) && (weak || isTooLong ? "bg-warning" : "bg-success"),
              )}
            />
          ))}
        </span>
        {/* Its line is kept free for what will stand there, but not between a field and its error. */}
        <span role="status" className={cn("text-muted text-sm", (shown || !props["aria-invalid"]) && "min-h-5")}>
          {isTooLong && strength.tooLong}
          {!isTooLong && shown && strength.label.replace("{word}", strength.words[shown.score] ?? "")}
          {!isTooLong && weak && shown.reason && ` ${strength.reasons[`password_${shown.reason}`] ?? ""}`}
        </span>
      </span>
    </span>
  );
}
