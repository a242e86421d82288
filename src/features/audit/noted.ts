/** What an event noted under this name; undefined where it noted nothing, or nothing of this name. */
export function noted(columns: unknown, name: string): unknown {
  return typeof columns === "object" && columns !== null ? Reflect.get(columns, name) : undefined;
}
