import { CredentialsSignin } from "next-auth";
import type { AppError } from "@/lib/errors";

/** A password sign-in that failed: for the usual reason, about which nothing is said, or for one the person is told. */
export class SignInRefused extends CredentialsSignin {
  constructor(readonly told?: AppError) {
    super();
    this.code = told?.code ?? "credentials";
  }
}
