import "server-only";
import { cookies } from "next/headers";
import { COLUMNS, type Column, DEFAULT_COLUMNS } from "./schema";

export const COLUMNS_COOKIE = "people-columns";

/** What this browser's table of people shows beside the name, in its order. */
export async function chosenColumns(): Promise<readonly Column[]> {
  const kept = (await cookies()).get(COLUMNS_COOKIE)?.value.split(".");
  return kept ? COLUMNS.filter((column) => kept.includes(column)) : DEFAULT_COLUMNS;
}
