import { type ClassValue, clsx } from "clsx";

/** Joins class names. Conflicts are not resolved: a primitive's own classes win by order in the sheet, so use its variants. */
export function cn(...inputs: ClassValue[]): string {
  return clsx(inputs);
}
