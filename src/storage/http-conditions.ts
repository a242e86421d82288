/** The part of a representation to send, both ends inclusive; "unsatisfiable" asks for a 416; null for all of it. */
export type Part = { start: number; end: number } | "unsatisfiable" | null;

/**
 * Reads a Range header (RFC 9110, 14.2): one range of bytes, from-to, from- or -last. A malformed header, another unit and
 * several ranges are ignored, as the RFC allows, and the whole is sent.
 */
export function parseRange(header: string | null, size: number): Part {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? "");
  if (!match) return null;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return null;
  if (first === "") {
    if (Number(last) === 0) return "unsatisfiable";
    // The last n bytes of nothing are nothing, which no Content-Range can express: an ordinary 200.
    return size === 0 ? null : { start: Math.max(0, size - Number(last)), end: size - 1 };
  }
  if (last !== "" && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return "unsatisfiable";
  return { start: Number(first), end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

/** The status that If-Match and If-None-Match ask for instead of the representation (RFC 9110, 13.2.2), or null. */
export function precondition(headers: Headers, etag: string): 304 | 412 | null {
  const ifMatch = headers.get("if-match");
  // Firefox resumes downloads with If-Match; answering it 206 of another object would join two files.
  if (ifMatch !== null && !tags(ifMatch).some((tag) => tag === "*" || tag === etag)) return 412;
  const ifNoneMatch = headers.get("if-none-match");
  return ifNoneMatch !== null && tags(ifNoneMatch).some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag) ? 304 : null;
}

/** Whether Range counts: always without If-Range, else only when it names this very representation (dates name none here). */
export function rangeApplies(headers: Headers, etag: string): boolean {
  const ifRange = headers.get("if-range");
  return ifRange === null || ifRange.trim() === etag;
}

function tags(header: string): string[] {
  return header.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
}
