import { allowedTypes } from "./content-type";

/** Control characters, those that show nothing, and those that turn what stands around them in a name. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2028\u2029\u2800\ufff9-\ufffb]/gu;
const MAX_NAME_BYTES = 255;
const INLINE_TYPES = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "application/pdf",
  "text/plain",
  "video/mp4",
  "video/webm",
  "audio/mpeg",
  "audio/wav",
  "audio/ogg",
]);

/**
 * The headers a download is answered with. Only types that run nothing may be shown inline: anything else, and so HTML, SVG,
 * XML and types nobody thought of, becomes an attachment. Text is labelled UTF-8, which is all that `sniff` lets in.
 */
export function presentation(file: { filename: string; contentType: string; disposition: "attachment" | "inline" }): {
  contentType: string;
  contentDisposition: string;
} {
  const [bare = ""] = file.contentType.split(";");
  const contentType = bare.startsWith("text/") && bare === file.contentType ? `${bare}; charset=utf-8` : file.contentType;
  return {
    contentType,
    contentDisposition: contentDisposition(file.filename, INLINE_TYPES.has(bare) ? file.disposition : "attachment", bare),
  };
}

/**
 * A Content-Disposition that every browser reads as the same, safe name (RFC 6266, filename* as in RFC 8187): ASCII only,
 * no way out of the quotes or the line, no path, no hidden direction change, at most 255 bytes with the extension kept, which is one of the type's where that is known.
 */
export function contentDisposition(filename: string, disposition: "attachment" | "inline", contentType = ""): string {
  const name = safeFilename(filename, contentType);
  // Some browsers decode %XX in the plain parameter, so a percent sign is no more welcome there than a quote.
  const plain = name.replace(/[^\x20-\x7e]/gu, "_").replace(/["\\%]/g, "_");
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${encodeExtValue(name)}`;
}

/** `filename` as a file name that may stand on any disk: see contentDisposition; "download" when nothing is left of it. */
export function safeFilename(filename: string, contentType = ""): string {
  const clean = filename
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .normalize("NFC")
    .replace(INVISIBLE, "")
    .replace(/[/\\:*?"<>|]/g, "_");
  // Windows drops dots and spaces at the end, which would turn "a.txt .exe. " into something else than was shown.
  return shorten(withExtension(clean.replace(/^[\s.]+|[\s.]+$/g, "") || "download", contentType));
}

/** `name` for a file of this type that was called `before`: with the extension it has, at most 255 characters. */
export function renamed(name: string, { name: before, contentType }: { name: string; contentType: string }): string {
  const called = withExtension(name, contentType, before);
  return called.length > MAX_NAME_BYTES ? shorten(called) : called;
}

/**
 * `name` with an extension of its type, where that is known: a system opens a file by it. One of another type that is known makes
 * room for it, "a.png" of a JPEG is "a.jpg"; anything else may be a word of the name, and "a.exe" of a text is "a.exe.txt".
 */
function withExtension(name: string, contentType: string, kept = ""): string {
  const extensions = allowedTypes.get(contentType) ?? [];
  const [own, before] = [extensionOf(name), extensionOf(kept)];
  if (extensions.length === 0 || extensions.includes(own)) return name;
  const isKnown = [...allowedTypes.values()].some((known) => known.includes(own));
  const stem = isKnown ? name.slice(0, -own.length - 1) : name;
  return `${stem || "download"}.${extensions.includes(before) ? before : extensions[0]}`;
}

function extensionOf(name: string): string {
  return /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

/** Cuts the stem, at a whole character, so that stem and extension fit into MAX_NAME_BYTES. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const extension = /\.[A-Za-z0-9]{1,16}$/.exec(name)?.[0] ?? "";
  let room = MAX_NAME_BYTES - extension.length;
  let stem = "";
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    stem += character;
  }
  return stem.trimEnd() + extension;
}

/** RFC 8187 value-chars: encodeURIComponent leaves four characters that are not attr-char. */
function encodeExtValue(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
