"use client";

import type { ComponentProps } from "react";
import { NewPasswordInput, type StrengthTexts } from "@/ui/new-password-input";
import { CredentialsForm } from "./credentials-form";

type RegisterFormProps = Omit<ComponentProps<typeof CredentialsForm>, "autoComplete" | "newPassword"> & { strength: StrengthTexts };

/** Address and a password that is being chosen, with what there is to say of it. */
export function RegisterForm({ strength, ...props }: RegisterFormProps) {
  return (
    <CredentialsForm {...props} autoComplete="new-password" newPassword={(field) => <NewPasswordInput {...field} strength={strength} />} />
  );
}
