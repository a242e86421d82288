"use client";

import { createContext, type ReactNode, type RefObject, useContext, useRef } from "react";

const Field = createContext<RefObject<HTMLTextAreaElement | null> | null>(null);

/** What stands around an editor and around what else writes in its field; both get that by `useTextField`. */
export function TextField({ children }: { children: ReactNode }) {
  return <Field value={useRef(null)}>{children}</Field>;
}

/** The field of the editor; null where nothing else writes in it. */
export function useTextField() {
  return useContext(Field);
}
