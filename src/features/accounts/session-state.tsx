import type { ReactNode } from "react";
import { currentEntry } from "@/access/entry";

/** Shows its children to people who are signed in. What must stay secret is fetched behind `enter`, not hidden here. */
export async function SignedIn({ children }: { children: ReactNode }) {
  return (await currentEntry()) ? children : null;
}

/** Shows its children to everybody else. */
export async function SignedOut({ children }: { children: ReactNode }) {
  return (await currentEntry()) ? null : children;
}
