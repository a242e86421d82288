import { fileTypeFromBuffer } from "file-type";

/** Bytes of a file's beginning that `sniff` wants, and of its end where there is more. */
export const SNIFF_HEAD_BYTES = 4100;
export const SNIFF_TAIL_BYTES = 65_557;

/** The types a file may have, each with its usual extensions, the first one preferred. HTML and SVG are not among them. */
export const allowedTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ["image/png", ["png"]],
  ["image/jpeg", ["jpg", "jpeg"]],
  ["image/gif", ["gif"]],
  ["image/webp", ["webp"]],
  ["image/avif", ["avif"]],
  ["application/pdf", ["pdf"]],
  ["text/plain", ["txt", "text", "log"]],
  ["text/markdown", ["md", "markdown"]],
  ["text/csv", ["csv"]],
  ["application/json", ["json"]],
  ["application/zip", ["zip"]],
  ["video/mp4", ["mp4", "m4v"]],
  ["video/webm", ["webm"]],
  ["audio/mpeg", ["mp3"]],
  ["audio/wav", ["wav"]],
  ["audio/ogg", ["ogg", "oga", "opus"]],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", ["docx"]],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ["xlsx"]],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", ["pptx"]],
  ["application/epub+zip", ["epub"]],
]);

/** Other names under which browsers and systems declare an allowed type. */
const DECLARED_ALIASES: ReadonlyMap<string, string> = new Map([
  ["application/x-zip-compressed", "application/zip"],
  ["application/x-pdf", "application/pdf"],
  ["image/jpg", "image/jpeg"],
  ["image/pjpeg", "image/jpeg"],
  ["audio/mp3", "audio/mpeg"],
  ["audio/x-wav", "audio/wav"],
  ["audio/wave", "audio/wav"],
  ["audio/vnd.wave", "audio/wav"],
  ["audio/opus", "audio/ogg"],
  ["video/x-m4v", "video/mp4"],
  ["text/x-markdown", "text/markdown"],
  ["application/csv", "text/csv"],
]);

/** What file-type calls a special case of an allowed type. */
const DETECTED_ALIASES: ReadonlyMap<string, string> = new Map([
  ["image/apng", "image/png"],
  ["audio/ogg; codecs=opus", "audio/ogg"],
  ["video/x-m4v", "video/mp4"],
]);

const TEXT_TYPES = new Set(["text/plain", "text/markdown", "text/csv", "application/json"]);
/** Folder in which an Office file keeps its contents: for writers that put the entry file-type looks for last. */
const OFFICE_FOLDERS: ReadonlyMap<string, string> = new Map([
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word/"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xl/"],
  ["application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt/"],
]);
const ZIP_TYPES = new Set([...OFFICE_FOLDERS.keys(), "application/zip", "application/epub+zip"]);

/** What a file of this type is to whoever looks for it. */
export function kindOf(contentType: string): "IMAGE" | "VIDEO" | "BOOK" | "OTHER" {
  if (contentType.startsWith("image/")) return "IMAGE";
  if (contentType.startsWith("video/")) return "VIDEO";
  return contentType === "application/epub+zip" ? "BOOK" : "OTHER";
}

export type Sniffed = { ok: true; contentType: string } | { ok: false; found: string };

/**
 * The allowed type to declare for a file: what its extension means, else what the browser says (Windows calls a .csv an Excel
 * file and a .md nothing at all); null when neither is allowed. `sniff` then decides by content.
 */
export function declaredType(filename: string, browserType: string): string | null {
  const extension = /\.([a-z0-9]+)$/.exec(filename.toLowerCase())?.[1] ?? "";
  for (const [type, extensions] of allowedTypes) if (extensions.includes(extension)) return type;
  return normalize(browserType);
}

/**
 * Whether the content is what `declared` says, by its first SNIFF_HEAD_BYTES bytes and, when given, its last ones (the
 * whole file, where it is shorter). It sees: magic numbers (file-type), text that is not UTF-8 or holds control characters,
 * text that begins like HTML, SVG, XML, PDF, PostScript or RTF, HTML near the beginning of a binary file, JSON that cannot be
 * JSON, and with `tail` a ZIP or JAR glued to the end of an image or PDF. It cannot see: what lies between head and tail, what
 * is inside an archive, macros or scripts within a PDF or Office file, malware, or whether the rest of the file is sound.
 */
export async function sniff(head: Uint8Array, declared: string, tail: Uint8Array = head): Promise<Sniffed> {
  const type = normalize(declared);
  if (type === null) return { ok: false, found: declared };
  const found = TEXT_TYPES.has(type) ? foundInText(head, type) : await foundInBinary(head, type, tail);
  return found === type ? { ok: true, contentType: type } : { ok: false, found };
}

function normalize(declared: string): string | null {
  const bare = declared.toLowerCase().split(";")[0]?.trim() ?? "";
  const type = DECLARED_ALIASES.get(bare) ?? bare;
  return allowedTypes.has(type) ? type : null;
}

/** For text, magic numbers mislead ("BM…" is a bitmap, "MZ…" a program): what counts is that it is text, and of which kind. */
function foundInText(head: Uint8Array, type: string): string {
  const whole = head.byteLength < SNIFF_HEAD_BYTES;
  const text = decode(head, whole);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  if (text === null || /[\0-\x08\x0b\x0e-\x1f\x7f]/.test(text)) return "application/octet-stream";
  const start = text.trimStart();
  if (start.startsWith("%PDF-")) return "application/pdf";
  if (start.startsWith("%!PS")) return "application/postscript";
  if (start.startsWith("{\\rtf")) return "application/rtf";
  const markup = markupAt(start);
  // Markdown may begin with a line of HTML, as many a README does; what matters is that it is no document or script.
  if (markup && !(type === "text/markdown" && markup === "fragment")) return markup === "fragment" ? "text/html" : markup;
  if (type === "application/json" && !looksLikeJson(start, whole)) return "text/plain";
  return type;
}

async function foundInBinary(head: Uint8Array, type: string, tail: Uint8Array): Promise<string> {
  const detected = (await fileTypeFromBuffer(head).catch(() => undefined))?.mime ?? "application/octet-stream";
  const found = DETECTED_ALIASES.get(detected) ?? detected;
  if (found === "application/octet-stream" || found === "application/xml") {
    const text = decode(head, head.byteLength < SNIFF_HEAD_BYTES);
    return text === null ? found : (htmlOrXml(markupAt(text.trimStart())) ?? found);
  }
  const folder = OFFICE_FOLDERS.get(type);
  if (found === "application/zip" && folder !== undefined && (holds(head, folder) || holds(tail, folder))) return type;
  if (found !== type || ZIP_TYPES.has(type)) return found;
  // A file that is an image for one reader and a page or a JAR for another (GIFAR) is neither for us.
  if (/<(?:script|html|svg|iframe|body)[\s>/]|<!doctype html/i.test(latin1(head.subarray(0, 1024)))) return "text/html";
  return endsAsZip(tail) ? "application/zip" : found;
}

/** What a text begins with, as a browser that guesses would take it (WHATWG MIME Sniffing, 7.1), after mark, space and comments. */
function markupAt(start: string): "text/html" | "image/svg+xml" | "application/xml" | "fragment" | null {
  const text = start.replace(/^(?:\s|<!--[\s\S]*?-->)+/, "");
  if (/^<\?xml/i.test(text)) return /<svg[\s>]/i.test(text) ? "image/svg+xml" : "application/xml";
  if (/^<(?:[a-z]+:)?svg[\s>/]/i.test(text) || /^<!doctype\s+svg/i.test(text)) return "image/svg+xml";
  if (/^<(?:!doctype|html|head|body|script|iframe|style|title|meta|link|base|object|embed|template|math)(?:[\s>/]|$)/i.test(text))
    return "text/html";
  if (/^<!(?:entity|element|attlist|\[cdata)/i.test(text)) return "application/xml";
  return /^<(?:h[1-6]|div|p|a|b|i|br|font|table|img|span|form|input|video|audio|details|center|picture)[\s>/]/i.test(text) ||
    text.startsWith("<!--")
    ? "fragment"
    : null;
}

function htmlOrXml(markup: ReturnType<typeof markupAt>): string | null {
  return markup === "fragment" ? "text/html" : markup;
}

/** Only a file that is here as a whole can be parsed; of a longer one, its first character has to be able to begin a JSON text. */
function looksLikeJson(start: string, whole: boolean): boolean {
  const text = start.replace(/^\ufeff/, "");
  if (!whole) return /^[[{"\d\-tfn]/.test(text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text, or null when it is not UTF-8; a character cut by the end of the head is none of the file's doing. */
function decode(bytes: Uint8Array, whole: boolean): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !whole });
  } catch {
    return null;
  }
}

/** Whether a ZIP's end record (PKWARE APPNOTE 4.3.16) with its comment closes the file exactly. */
function endsAsZip(tail: Uint8Array): boolean {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) === 0x06054b50 && at + 22 + view.getUint16(at + 20, true) === tail.byteLength) return true;
  }
  return false;
}

function holds(bytes: Uint8Array, text: string): boolean {
  return latin1(bytes).includes(text);
}

function latin1(bytes: Uint8Array): string {
  // Not Buffer: a browser asks the same of a file before it sends it.
  return new TextDecoder("latin1").decode(bytes);
}
