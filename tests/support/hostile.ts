const MEGABYTE = "x".repeat(1_000_000);

export interface Hostile {
  name: string;
  input: unknown;
}

/**
 * Every way in which `valid` can be wrong: each field missing, of another type, a Prisma operator, with NUL, a lone
 * surrogate, a megabyte long; a field too many; something that is no object; forms with a field twice or a file in it.
 * `optional` fields may be missing, the text of `free` ones is not looked at.
 */
export function hostile(
  valid: Record<string, unknown>,
  { optional = [], free = [] }: { optional?: string[]; free?: string[] } = {},
): Hostile[] {
  const found: Hostile[] = [
    { name: "nothing", input: undefined },
    { name: "null", input: null },
    { name: "a text", input: "text" },
    { name: "a list", input: [valid] },
    { name: "a field too many", input: { ...valid, isAdmin: true } },
    { name: "a field too many, of a nested write", input: { ...valid, user: { update: { role: "ADMIN" } } } },
    { name: "a form with a field too many", input: form({ ...texts(valid), isAdmin: "true" }) },
  ];
  for (const [field, value] of Object.entries(valid)) {
    const put = (name: string, wrong: unknown) => found.push({ name: `${field}: ${name}`, input: { ...valid, [field]: wrong } });
    const { [field]: _, ...rest } = valid;
    if (!optional.includes(field)) found.push({ name: `${field}: missing`, input: rest });
    for (const wrong of [null, true, [], [value], {}, { contains: "" }, { not: null }]) put(JSON.stringify(wrong), wrong);
    if (typeof value === "number") for (const wrong of [Number.NaN, Infinity, -1, 0, 1.5, 2 ** 53, "7"]) put(String(wrong), wrong);
    if (typeof value !== "string") continue;
    put("a number", 7);
    put("a megabyte", MEGABYTE);
    const twice = form(texts(valid));
    twice.append(field, value);
    found.push({ name: `${field}: twice in a form`, input: twice });
    const withFile = form(texts(rest));
    withFile.append(field, new File([value], "x.txt", { type: "text/plain" }));
    found.push({ name: `${field}: a file in a form`, input: withFile });
    if (free.includes(field)) continue;
    put("NUL", `${value}\0`);
    put("a lone surrogate", `${value}\ud800`);
    put("a control character", `${value.slice(0, 2)}\u0007${value.slice(2)}`);
  }
  return found;
}

/** A form with these fields. */
export function form(fields: Record<string, string>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

function texts(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
