type Name = string | number | bigint | false | null | undefined;

/** Joins class names, leaving out what is not one. Conflicts are not resolved: a primitive's own classes win by order in the sheet, so use its variants. */
export function cn(...names: (Name | readonly Name[])[]): string {
  return names.flat().filter(Boolean).join(" ");
}
