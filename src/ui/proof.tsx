"use client";

import { createContext, type ReactNode, useContext } from "react";

const Proof = createContext<ReactNode>(null);

/** Puts the form by which somebody proves who they are within reach of the dialogs below it; null while they have just done so. */
export function ProofProvider({ proof, children }: { proof: ReactNode; children: ReactNode }) {
  return <Proof value={proof}>{children}</Proof>;
}

/** The form to show first, where an act takes a recent proof and there is none. */
export function useProof(isNeeded: boolean): ReactNode {
  const proof = useContext(Proof);
  return isNeeded ? proof : null;
}
