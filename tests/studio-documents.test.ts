import { inflateSync } from "node:zlib";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { fromBuffer } from "yauzl";
import type { Manuscript } from "@/features/studio/documents/manuscript";
import { type Block, parseMarkdown, plainText } from "@/features/studio/documents/markdown";
import { hasLettersFor } from "@/features/studio/documents/pdf-letters";
import { makeInThread } from "@/features/studio/generators/document-thread";
import type { DocumentFormat } from "@/lib/db";

const HOSTILE = `<script>alert(1)</script> <img src=x onerror=alert(1)> <b>bold</b>

[one](javascript:alert(1)) [two](data:text/html;base64,PHNjcmlwdD4=) [three](vbscript:x) [four](JaVaScRiPt:alert(1))
[five](&#106;avascript:alert(1)) <javascript:alert(1)> ![six](javascript:alert(1)) [seven][ref] [eight](//evil.example/x)

[ref]: javascript:alert(1)

"><svg onload=alert(1)> \`<script>\`

<style>*{display:none}</style>

<iframe src="javascript:alert(1)"></iframe>
`;
const FIRST = `Un **élève** lit *l’été* : [Foyer](https://example.org/a?b=1&c=2), ~~non~~ \`code\`.

## Ελληνικά

Καλημέρα κόσμε. Привет, мир. 👩‍👩‍👧‍👦 fin.

1. premier
2. second
   - dedans
- [x] fait

> Une citation.
> > Une autre.

\`\`\`
if (a < b) { return "é"; }
\`\`\`

| A | B |
|---|--:|
| un | deux |

---
`;
const BOOK: Manuscript = {
  id: "0190f1ce-0000-7000-8000-000000000001",
  title: "L’été & <Łódź>",
  lead: "Une présentation.",
  author: "Chloé Moreau",
  language: "fr",
  tags: [],
  updatedAt: "2026-11-21T10:00:00.000Z",
  contents: "Sommaire",
  cover: await sharp({ create: { width: 16, height: 24, channels: 3, background: "#c64" } })
    .jpeg()
    .toBuffer(),
  chapters: [
    { title: "Un début", content: FIRST },
    { title: "Hostile <b>", content: HOSTILE },
  ],
};

describe("Markdown", () => {
  test("HTML in it is text, and a link leads to http, https or mailto or is none", () => {
    const blocks = parseMarkdown(HOSTILE);
    expect(linksIn(blocks)).toEqual([]);
    const text = JSON.stringify(blocks);
    for (const typed of [
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "<b>bold</b>",
      "<svg onload=alert(1)>",
      "<style>*{display:none}</style>",
    ])
      expect(text).toContain(JSON.stringify(typed).slice(1, -1));
    expect(
      linksIn(parseMarkdown("[a](http://a.example) [b](https://b.example) [c](mailto:c@d.example) https://e.example <f@g.example>")),
    ).toEqual(["http://a.example/", "https://b.example/", "mailto:c@d.example", "https://e.example/", "mailto:f@g.example"]);
  });

  test.each<[string, (n: number) => string]>([
    ["quotes within quotes", (n) => ">".repeat(n)],
    ["quotes that go on without their mark", (n) => `${">".repeat(16)}a\nb\n> c\n`.repeat(n / 24)],
    ["lists within quotes within lists", (n) => "> - > - > - a\nb\n> c\n".repeat(n / 20)],
    ["lists within lists", (n) => "- ".repeat(n / 2)],
    ["emphasis that does not end", (n) => "*a_".repeat(n / 3)],
    ["emphasis that ends where it may not", (n) => "_a_".repeat(n / 3)],
    ["brackets", (n) => "[a](b".repeat(n / 5)],
    ["an address that never comes", (n) => `${"a".repeat(n)}@`],
    ["an address with a thousand ends", (n) => `http://a${"&a;".repeat(n / 3)}`],
    ["a table with more cells than characters", (n) => `|${"a|".repeat(300)}\n|${"-|".repeat(300)}\n${"x\n".repeat(n / 2)}`],
    ["one line", (n) => "word ".repeat(n / 5)],
    ["comments that do not end", (n) => "a<!--".repeat(n / 5)],
  ])("%s: a hostile text is read in a time that grows with it alone, and is not multiplied", (_, make) => {
    const text = make(100_000);
    const read = JSON.stringify(parseMarkdown(text));
    expect(read.length).toBeLessThan(30 * text.length);
    expect(read).not.toBe("[]");
  });
});

describe("a book in each format, opened by another reader", () => {
  const made = new Map<DocumentFormat, Buffer>();
  const of = (format: DocumentFormat) => made.get(format) ?? Buffer.alloc(0);

  beforeAll(async () => {
    const formats: DocumentFormat[] = ["EPUB", "PDF", "DOCX", "MARKDOWN", "HTML"];
    await Promise.all(formats.map(async (format) => made.set(format, await makeInThread(format, BOOK, new AbortController().signal))));
  });

  test("EPUB: the mimetype is first and stored, every part is in the manifest and well-formed, and the navigation leads to each chapter", async () => {
    const bytes = of("EPUB");
    // OCF 3.3, 4.2.2: what a reader finds without unpacking.
    expect(bytes.subarray(30, 38).toString()).toBe("mimetype");
    expect(bytes.subarray(38, 58).toString()).toBe("application/epub+zip");
    const files = await unzip(bytes);
    expect([...files.keys()][0]).toBe("mimetype");
    const opf = files.get("EPUB/package.opf") ?? "";
    expect(opf).toContain("<dc:title>L’été &amp; &lt;Łódź&gt;</dc:title>");
    expect(opf).toContain('properties="nav"');
    expect(opf).toContain('href="cover.jpg" media-type="image/jpeg" properties="cover-image"');
    expect(opf).toMatch(/<spine>\s*<itemref idref="cover-page"/);
    expect([...files.keys()]).toContain("EPUB/cover.jpg");
    const hrefs = [...opf.matchAll(/<item [^>]*href="([^"]+)"/g)].map(([, href]) => `EPUB/${href}`);
    const inside = [...files.keys()].filter((name) => name.startsWith("EPUB/") && name !== "EPUB/package.opf");
    expect(hrefs.sort()).toEqual(inside.sort());
    for (const [name, text] of files) if (/\.(xhtml|opf|xml)$/.test(name)) expect(wellFormed(text), name).toBe(null);
    const nav = files.get("EPUB/nav.xhtml") ?? "";
    for (const [, href = ""] of nav.matchAll(/<a href="([^"]+)"/g)) expect(files.has(`EPUB/${href}`)).toBe(true);
    expect(nav).toContain("Un début");
    const chapter = files.get("EPUB/chapter-0001.xhtml") ?? "";
    for (const part of ["<strong>élève</strong>", "Καλημέρα κόσμε", "👩‍👩‍👧‍👦", "<blockquote>", "a &lt; b", '<td class="right">deux</td>'])
      expect(chapter).toContain(part);
    harmless(files.get("EPUB/chapter-0002.xhtml") ?? "");
  });

  test("HTML: one page in an archive, that fetches nothing and runs nothing", async () => {
    const files = await unzip(of("HTML"));
    expect([...files.keys()]).toEqual(["index.html"]);
    const page = files.get("index.html") ?? "";
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('<a href="#chapter-2">Hostile &lt;b&gt;</a>');
    expect(page).toContain("👩‍👩‍👧‍👦");
    harmless(page);
  });

  test("DOCX: every part is well-formed, headings are headings, and links lead where they may", async () => {
    const files = await unzip(of("DOCX"));
    for (const [name, text] of files) if (/\.(xml|rels)$/.test(name)) expect(wellFormed(text), name).toBe(null);
    const document = files.get("word/document.xml") ?? "";
    for (const part of [
      "élève",
      "Καλημέρα κόσμε",
      "Привет",
      "👩‍👩‍👧‍👦",
      '<w:pStyle w:val="Heading1"/>',
      "<w:tbl>",
      "w:numPr",
      "&lt;script&gt;alert(1)&lt;/script&gt;",
    ])
      expect(document).toContain(part);
    const links = [...(files.get("word/_rels/document.xml.rels") ?? "").matchAll(/Target="([^"]+)" TargetMode="External"/g)].map(
      ([, link]) => link,
    );
    expect(links).toEqual(["https://example.org/a?b=1&amp;c=2"]);
  });

  test("PDF: its text is there in three scripts, with its pages, contents, outline and links", () => {
    const pdf = readPdf(of("PDF"));
    expect(pdf.pages).toBeGreaterThanOrEqual(4);
    for (const part of [
      "L’été & <Łódź>",
      "Chloé Moreau",
      "Sommaire",
      "élève",
      "Καλημέρα κόσμε",
      "Привет, мир",
      "premier",
      "Une citation",
      'if (a < b) { return "é"; }',
      "deux",
      "<script>alert(1)</script>",
    ])
      expect(pdf.text).toContain(part);
    expect(pdf.links).toEqual(["https://example.org/a?b=1&c=2"]);
    expect(pdf.source).toMatch(/\/Outlines \d+ 0 R/);
    expect(pdf.source).toContain("/Lang (fr)");
    expect(pdf.source).not.toMatch(/\/JavaScript|\/JS\b|\/Launch|\/OpenAction/);
  });

  test("PDF: not of a text in letters it has no font for, of which a few are no hindrance", () => {
    const written = (content: string) => hasLettersFor({ ...BOOK, chapters: [{ title: null, content }] });
    expect(written("日本語の文章です。".repeat(50))).toBe(false);
    expect(written(`${FIRST.repeat(20)} 日本語 😀`)).toBe(true);
    expect(hasLettersFor({ title: "", lead: "", chapters: [] })).toBe(true);
  });

  test("Markdown: what was written, below its titles", () => {
    const text = of("MARKDOWN").toString();
    expect(text).toBe(
      `# L’été & <Łódź>\n\nChloé Moreau\n\nUne présentation.\n\n## Un début\n\n${FIRST.trim()}\n\n## Hostile <b>\n\n${HOSTILE.trim()}\n`,
    );
  });
});

test("whoever waits no more ends the thread, and a text that breaks one is a failure that says so", async () => {
  const over = new AbortController();
  const long = { ...BOOK, chapters: Array.from({ length: 20 }, () => ({ title: "x", content: "word ".repeat(20_000) })) };
  const making = makeInThread("PDF", long, over.signal);
  over.abort(new Error("enough"));
  await expect(making).rejects.toThrow("enough");
  const broken = { ...BOOK, chapters: [{ title: "x", content: 7 as unknown as string }] };
  await expect(makeInThread("EPUB", broken, new AbortController().signal)).rejects.toMatchObject({ reason: "generator_failed" });
});

function linksIn(value: Block[] | unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(linksIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "href" ? [String(inner)] : linksIn(inner)));
}

/** No element that runs or fetches, no attribute that runs, no link elsewhere than it may. */
function harmless(markup: string): void {
  expect(markup).not.toMatch(/<(?:script|iframe|img|svg|object|embed|form|base)\b/i);
  expect(markup).not.toMatch(/<[a-z][^>]*\son\w+=/i);
  for (const [, href = ""] of markup.matchAll(/<a href="([^"]*)"/g)) expect(href).toMatch(/^(?:https?:|mailto:|#|[\w-]+\.xhtml)/);
}

function unzip(bytes: Buffer): Promise<Map<string, string>> {
  return new Promise((resolve, reject) => {
    const files = new Map<string, string>();
    fromBuffer(bytes, { lazyEntries: true }, (error, archive) => {
      if (!archive) return reject(error);
      archive.on("error", reject).on("end", () => resolve(files));
      archive.on("entry", (entry) =>
        archive.openReadStream(entry, async (failure, stream) => {
          if (!stream) return reject(failure);
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(Buffer.from(chunk));
          files.set(entry.fileName, Buffer.concat(chunks).toString("utf8"));
          archive.readEntry();
        }),
      );
      archive.readEntry();
    });
  });
}

/** What is wrong with XML, by the rules of elements, attributes and references; null when nothing is. */
function wellFormed(xml: string): string | null {
  const open: string[] = [];
  let at = 0;
  for (const tag of xml.matchAll(
    /<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/g,
  )) {
    const between = xml.slice(at, tag.index);
    if (/<|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(between + (tag[3] ?? ""))) return `${at}: ${between.slice(0, 80)}`;
    at = tag.index + tag[0].length;
    const [, closes, name = "", , empty] = tag;
    if (closes && open.pop() !== name) return `${at}: </${name}>`;
    if (name && !closes && !empty) open.push(name);
  }
  return open.length > 0 || xml.slice(at).includes("<") ? `open: ${open.join(" ")}` : null;
}

/** A PDF by hand: its objects, its page tree, and each page's text by the ToUnicode map of the font it is set in. */
function readPdf(bytes: Buffer) {
  const source = bytes.toString("latin1");
  const objects = new Map<string, { dictionary: string; stream: string }>();
  for (const [, id = "", body = ""] of source.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [dictionary = "", raw] = body.split(/\nstream\n/);
    const stream = raw === undefined ? "" : raw.slice(0, raw.lastIndexOf("\nendstream"));
    const plain = dictionary.includes("/FlateDecode") && stream ? inflateSync(Buffer.from(stream, "latin1")).toString("latin1") : stream;
    objects.set(id, { dictionary, stream: plain });
  }
  const at = (id = "") => objects.get(id) ?? { dictionary: "", stream: "" };
  const maps = new Map<string, Map<string, string>>();
  const mapOf = (font: string) => {
    const known = maps.get(font) ?? new Map(cmap(at(/\/ToUnicode (\d+) 0 R/.exec(at(font).dictionary)?.[1]).stream));
    maps.set(font, known);
    return known;
  };
  const pages = [...objects.values()].filter(({ dictionary }) => /\/Type \/Page\b(?!s)/.test(dictionary));
  const text = pages.map(({ dictionary }) => {
    const resources = /\/Resources (\d+) 0 R/.exec(dictionary)?.[1];
    const holder = resources ? at(resources).dictionary : dictionary;
    const fonts = new Map([...holder.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = "", id = ""]) => [name, id]));
    const content = at(/\/Contents (\d+) 0 R/.exec(dictionary)?.[1]).stream;
    let font = "";
    const parts: string[] = [];
    for (const [, name, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name) font = fonts.get(name) ?? "";
      if (shown === undefined) continue;
      const hex = [...shown.matchAll(/<([\da-f]+)>/gi)].map(([, digits = ""]) => digits).join("");
      const map = mapOf(font);
      parts.push(
        map.size > 0
          ? (hex.match(/.{4}/g) ?? []).map((code) => map.get(code.toLowerCase()) ?? "").join("")
          : Buffer.from(hex, "hex").toString("latin1"),
      );
    }
    return parts.join("");
  });
  const links = [...source.matchAll(/\/URI \(([^)]*)\)/g)].map(([, uri = ""]) => uri);
  return { source, pages: pages.length, text: text.join("\n"), links };
}

function cmap(stream: string): [string, string][] {
  const found: [string, string][] = [];
  for (const [, start = "", , list = ""] of stream.matchAll(/<([\da-f]{4})>\s*<([\da-f]{4})>\s*\[([^\]]*)\]/gi))
    for (const [index, [, hex = ""]] of [...list.matchAll(/<([\da-f]*)>/gi)].entries())
      found.push([(Number.parseInt(start, 16) + index).toString(16).padStart(4, "0"), utf16(hex)]);
  return found;
}

function utf16(hex: string): string {
  return (hex.match(/.{4}/g) ?? []).map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join("");
}

test("the words alone, where there is no room for looks", () => {
  const [block] = parseMarkdown("a **b *c*** `d`  \ne [f](https://g.example)");
  expect(block?.kind === "paragraph" && plainText(block.inlines)).toBe("a b c d e f");
});
