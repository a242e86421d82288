import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAsNamed } from "@/features/files/chosen-content";
import { allowedTypes, declaredType, SNIFF_HEAD_BYTES, sniff } from "@/storage/content-type";

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ""), "hex");
const text = (content: string) => Buffer.from(content);

const PNG = hex(
  "89504e470d0a1a0a 0000000d 49484452 00000001 00000001 08060000001f15c489 0000000a 49444154 789c6360000000020001e221bc33 00000000 49454e44 ae426082",
);
const JPEG = Buffer.concat([hex("ffd8ffe0 0010 4a46494600 0101 0000 0001 0001 0000 ffdb 0043 00"), Buffer.alloc(64, 1), hex("ffd9")]);
const GIF = hex("474946383961 0100 0100 80 00 00 000000 ffffff 2c 00000000 0100 0100 00 02 02 4401 00 3b");
const PDF = Buffer.concat([
  text("%PDF-1.7\n%"),
  hex("e2e3cfd3"),
  text("\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"),
]);
const ZIP = zip({ "notes.txt": "hello" });
const CONTENT_TYPES = (main: string) => `<?xml version="1.0"?><Types><Override PartName="/x.xml" ContentType="${main}.main+xml"/></Types>`;
const office = (folder: string, type: string) =>
  zip({ "[Content_Types].xml": CONTENT_TYPES(type), "_rels/.rels": "<r/>", [`${folder}/document.xml`]: "<d/>" });

const SAMPLES: Record<string, Uint8Array> = {
  "image/png": PNG,
  "image/jpeg": JPEG,
  "image/gif": GIF,
  "image/webp": Buffer.concat([text("RIFF"), hex("24000000"), text("WEBPVP8 "), Buffer.alloc(24, 1)]),
  "image/avif": Buffer.concat([hex("0000001c"), text("ftypavif"), hex("00000000"), text("avifmif1miaf"), Buffer.alloc(40)]),
  "application/pdf": PDF,
  "text/plain": text("BMW sales, MZ and PK: plain words, with é and 日本.\n"),
  "text/markdown": text('<p align="center">Logo</p>\n\n# Title\n\nSome `<script>` in code.\n'),
  "text/csv": text("name;city\nÉlodie;Paris\n"),
  "application/json": text('{"html": "<script>alert(1)</script>"}'),
  "application/zip": ZIP,
  "video/mp4": Buffer.concat([hex("00000018"), text("ftypmp42"), hex("00000000"), text("mp42isom"), Buffer.alloc(40)]),
  "video/webm": Buffer.concat([hex("1a45dfa3 93 4286 81 01 42f7 81 01 4282 84"), text("webm"), hex("4287 81 04"), Buffer.alloc(40)]),
  "audio/mpeg": Buffer.concat([text("ID3"), hex("0400 0000100000"), Buffer.alloc(4000)]),
  "audio/wav": Buffer.concat([
    text("RIFF"),
    hex("24000000"),
    text("WAVEfmt "),
    hex("10000000 0100 0100 44ac0000 88580100 0200 1000"),
    text("data"),
    Buffer.alloc(4),
  ]),
  "audio/ogg": Buffer.concat([
    text("OggS"),
    hex("0002 0000000000000000 00000000 00000000 00000000 01 1e 01"),
    text("vorbis"),
    Buffer.alloc(40),
  ]),
  [DOCX]: office("word", DOCX),
  [XLSX]: office("xl", XLSX),
  [PPTX]: office("ppt", PPTX),
  "application/epub+zip": zip({ mimetype: "application/epub+zip", "META-INF/container.xml": "<c/>" }),
};

describe("what is declared and true is accepted", () => {
  test.each([...allowedTypes.keys()])("%s", async (type) => {
    expect(await sniff(SAMPLES[type] ?? new Uint8Array(), type)).toEqual({ ok: true, contentType: type });
  });

  test.each([
    ["a photo declared as image/jpg", JPEG, "image/jpg", "image/jpeg"],
    ["a ZIP as Windows calls it", ZIP, "application/x-zip-compressed", "application/zip"],
    ["a type in capitals with a charset", text("a,b"), "Text/CSV; charset=UTF-8", "text/csv"],
    ["text with a byte order mark", text("\ufeffa,b\n1,2\n"), "text/csv", "text/csv"],
    ["an empty text", text(""), "text/plain", "text/plain"],
    ["an Office file whose type list comes last", zip({ "_rels/.rels": "<r/>", "word/document.xml": "<d/>" }), DOCX, DOCX],
    ["text cut within a character", text(`x${"é".repeat(SNIFF_HEAD_BYTES)}`).subarray(0, SNIFF_HEAD_BYTES), "text/plain", "text/plain"],
    ["the beginning of a long JSON", text(`[${"1,".repeat(3000)}`).subarray(0, SNIFF_HEAD_BYTES), "application/json", "application/json"],
    ["a ZIP of a web page", zip({ "index.html": "<!doctype html><script>1</script>" }), "application/zip", "application/zip"],
    ["text that speaks of tags", text("x <script> is how a script begins"), "text/plain", "text/plain"],
    ["text that begins with an address", text("<jane@example.org> wrote:"), "text/plain", "text/plain"],
  ])("%s", async (_, bytes, declared, contentType) => {
    expect(await sniff(bytes, declared)).toEqual({ ok: true, contentType });
  });
});

describe("what is not what it says is refused", () => {
  test("each sample under every other type", async () => {
    // Text kinds cannot be told apart, and a container may be what it contains.
    const alike = (one: string, other: string) => one.startsWith("text/") && other.startsWith("text/");
    const accepted: string[] = [];
    for (const [type, bytes] of Object.entries(SAMPLES)) {
      for (const declared of allowedTypes.keys()) {
        if (declared !== type && !alike(type, declared) && (await sniff(bytes, declared)).ok) accepted.push(`${type} as ${declared}`);
      }
    }
    expect(accepted).toEqual(["application/json as text/plain", "application/json as text/markdown", "application/json as text/csv"]);
  });

  const HTML = "<!DOCTYPE html><html><script>alert(1)</script></html>";
  const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  test.each([
    ["HTML", text(HTML), "text/html"],
    ["HTML after spaces, a mark and a comment", text(`\ufeff \n<!-- hi --> ${HTML}`), "text/html"],
    ["a script", text("<ScRiPt>alert(1)</script>"), "text/html"],
    ["SVG", text(SVG), "image/svg+xml"],
    ["SVG with a prolog", text(`<?xml version="1.0"?>\n<!DOCTYPE svg>${SVG}`), "image/svg+xml"],
    ["SVG with a prefix", text('<s:svg xmlns:s="http://www.w3.org/2000/svg"/>'), "image/svg+xml"],
    ["XML", text('<?xml version="1.0"?><a/>'), "application/xml"],
  ])("%s, whatever is declared", async (_, bytes, found) => {
    for (const declared of [...allowedTypes.keys(), "text/html", "image/svg+xml", "application/xml"]) {
      const result = await sniff(bytes, declared);
      expect(result.ok).toBe(false);
      if (allowedTypes.has(declared)) expect(result).toEqual({ ok: false, found });
    }
  });

  test.each([
    ["a page declared as a PDF", text(`${HTML}\n%PDF-1.7`), "application/pdf", "text/html"],
    ["a page in a PDF's first lines", Buffer.concat([text(`%PDF-1.7\n${HTML}`), PDF]), "application/pdf", "text/html"],
    [
      "a page in a GIF's comment",
      Buffer.concat([GIF.subarray(0, 19), hex("21fe20"), text("<script>alert(1)</script>        "), hex("003b")]),
      "image/gif",
      "text/html",
    ],
    ["a JAR behind a GIF", Buffer.concat([GIF, zip({ "META-INF/MANIFEST.MF": "x", "A.class": "x" })]), "image/gif", "application/zip"],
    ["a ZIP with a comment behind a PDF", Buffer.concat([PDF, zip({ a: "x" }, "comment")]), "application/pdf", "application/zip"],
    ["a JAR as a ZIP", zip({ "META-INF/MANIFEST.MF": "x", "A.class": "x" }), "application/zip", "application/java-archive"],
    ["a program", text("MZ\u0090\0\u0003\0\0\0"), "text/plain", "application/octet-stream"],
    ["text in UTF-16", Buffer.from("\ufeffhello", "utf16le"), "text/plain", "application/octet-stream"],
    ["text in Latin-1", Buffer.from("é", "latin1"), "text/csv", "application/octet-stream"],
    ["text cut at its own end", text("é").subarray(0, 1), "text/plain", "application/octet-stream"],
    ["text with NUL", text("a\0b"), "text/plain", "application/octet-stream"],
    ["text with escape sequences", text("\u001b[2J"), "text/plain", "application/octet-stream"],
    ["a PDF as text", text("%PDF-1.7\n"), "text/plain", "application/pdf"],
    ["PostScript as text", text("%!PS-Adobe"), "text/plain", "application/postscript"],
    ["RTF as text", text("{\\rtf1 x}"), "text/plain", "application/rtf"],
    ["a fragment of a page as text", text("<img src=x onerror=alert(1)>"), "text/plain", "text/html"],
    ["a page as Markdown", text(`<!-- x -->${HTML}`), "text/markdown", "text/html"],
    ["a frame as Markdown", text("<iframe src=x></iframe>"), "text/markdown", "text/html"],
    ["broken JSON", text("{'a': 1}"), "application/json", "text/plain"],
    ["prose as JSON", text("x".repeat(5000)).subarray(0, SNIFF_HEAD_BYTES), "application/json", "text/plain"],
    ["nothing as an image", text(""), "image/png", "application/octet-stream"],
    ["a TIFF", Buffer.concat([hex("49492a00 08000000"), Buffer.alloc(40)]), "image/png", "image/tiff"],
  ])("%s", async (_, bytes, declared, found) => {
    expect(await sniff(bytes, declared)).toEqual({ ok: false, found });
  });

  test("an end that is a ZIP is seen though the middle was not read", async () => {
    const jar = zip({ "A.class": "x" });
    expect(await sniff(PNG, "image/png", jar)).toEqual({ ok: false, found: "application/zip" });
    // As a ZIP attached within a PDF would lie there: no reader of archives takes the file for one.
    expect((await sniff(PNG, "image/png", Buffer.concat([jar, text("and more")]))).ok).toBe(true);
  });

  test("a type that is not allowed is refused by its name", async () => {
    for (const declared of ["text/html", "image/svg+xml", "application/x-msdownload", "", "constructor", "text/plain\0"])
      expect(await sniff(text("hello"), declared)).toEqual({ ok: false, found: declared });
  });

  test("no bytes make it throw, and what it accepts was declared", async () => {
    const heads = Object.values(SAMPLES).map((sample) => Buffer.from(sample));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...heads),
        fc.nat(80),
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(...allowedTypes.keys()),
        async (sample, keep, rest, declared) => {
          const result = await sniff(Buffer.concat([sample.subarray(0, keep), rest]), declared);
          if (result.ok) expect(result.contentType).toBe(declared);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("the type to declare", () => {
  test.each([
    ["Report.PDF", "", "application/pdf"],
    ["table.csv", "application/vnd.ms-excel", "text/csv"],
    ["README.md", "", "text/markdown"],
    ["a.zip", "application/x-zip-compressed", "application/zip"],
    ["photo", "image/png", "image/png"],
    ["notes.v2", "text/plain", "text/plain"],
    ["page.html", "text/html", null],
    ["drawing.svg", "image/svg+xml", null],
    ["program.exe", "application/x-msdownload", null],
    ["", "", null],
  ])("of %j that the browser calls %j is %s", (name, browser, expected) => {
    expect(declaredType(name, browser)).toBe(expected);
  });

  test("no extension means two types", () => {
    const extensions = [...allowedTypes.values()].flat();
    expect(new Set(extensions).size).toBe(extensions.length);
  });
});

/** A ZIP whose entries are stored as they are; its checksums are left at zero, which no reader here checks. */
function zip(entries: Record<string, string>, comment = ""): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(Buffer.byteLength(content));
    const nameLength = Buffer.alloc(2);
    nameLength.writeUInt16LE(Buffer.byteLength(name));
    const common = Buffer.concat([hex("1400 0000 0000 0000 0000 00000000"), size, size, nameLength, hex("0000")]);
    const local = Buffer.concat([hex("504b0304"), common, text(name), text(content)]);
    const at = Buffer.alloc(4);
    at.writeUInt32LE(offset);
    directory.push(Buffer.concat([hex("504b0102 1400"), common, hex("0000 0000 0000 00000000"), at, text(name)]));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, central, end, text(comment)]);
}

test("whoever chooses a file is told before it is sent what the store would be told of it afterwards, and where that cannot be told it is sent", async () => {
  const named = (name: string, ...bytes: (string | Uint8Array<ArrayBuffer>)[]) => isAsNamed(new File(bytes, name));
  const picture = new Uint8Array([
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    0,
    0,
    0,
    13,
    0x49,
    0x48,
    0x44,
    0x52,
    ...Array(40).fill(0),
  ]);
  expect(await named("a.png", picture, new Uint8Array(9_000_000))).toBe(true);
  expect(await named("a.png", "<html>no picture</html>")).toBe(false);
  expect(await named("a.jpg", picture)).toBe(false);
  // A program at the end of a picture is for whoever reads from there.
  const zipEnd = new Uint8Array([0x50, 0x4b, 5, 6, ...Array(18).fill(0)]);
  expect(await named("a.png", picture, new Uint8Array(9_000_000), zipEnd)).toBe(false);
  expect(await named("a.txt", "words")).toBe(true);
  expect(await named("a.txt", new Uint8Array([0, 1, 2]))).toBe(false);
  // The server says that no such type is taken.
  expect(await named("a.exe", "MZ")).toBe(true);
  // Gone from the disk since it was chosen.
  const gone = Object.assign(new File(["x"], "a.png"), {
    slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }),
  });
  expect(await isAsNamed(gone)).toBe(true);
});
