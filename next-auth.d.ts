import type { DefaultSession } from "next-auth";
import type {} from "next-auth/jwt";
import type { Proof } from "@/access/identity/tickets";
import type { Claims } from "@/lib/session-token";

declare module "next-auth" {
  interface User {
    /** How a provider of ours was satisfied; a foreign provider says nothing of the kind. */
    proof?: Omit<Proof, "userId">;
  }
  interface Session {
    user: {
      id: string;
      role: Claims["role"];
      profileComplete: boolean;
      name: string;
      email: string;
      image: string | null;
    } & Omit<NonNullable<DefaultSession["user"]>, "name" | "email" | "image">;
  }
}

declare module "next-auth/jwt" {
  // Partial: between the provider's answer and the first jwt callback a token carries only what Auth.js puts there.
  interface JWT extends Omit<Partial<Claims>, "name" | "email" | "picture" | "sub" | "exp" | "iat"> {}
}
