import {
  AlignmentType,
  Bookmark,
  BorderStyle,
  Document,
  ExternalHyperlink,
  Footer,
  HeadingLevel,
  type ILevelsOptions,
  ImageRun,
  InternalHyperlink,
  LevelFormat,
  Packer,
  PageNumber,
  Paragraph,
  type ParagraphChild,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from "docx";
import type { Manuscript } from "./manuscript";
import { type Align, type Block, type Inline, type ListItem, levelsBelow, parseMarkdown } from "./markdown";

const HEADINGS = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const;
const ALIGNMENT = { center: AlignmentType.CENTER, left: AlignmentType.LEFT, right: AlignmentType.RIGHT };
/** Twentieths of a point. */
const INDENT = 360;
const MAX_LEVEL = 8;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 has no way to say
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/gu;

/** Where a block stands: how deep in quotes and lists, and the mark it has in its list. */
interface Place {
  above: number;
  indent: number;
  isQuote: boolean;
  mark?: { reference: string; level: number; instance: number };
}

/** A Word document: headings by their styles, a table of contents with links, lists, tables, and page numbers. */
export async function makeDocx({ title, lead, author, language, tags, contents, cover, chapters }: Manuscript): Promise<Buffer> {
  const writer = new DocxWriter();
  const parts = chapters.flatMap((chapter, index) => [
    ...(chapter.title === null ? [] : [writer.chapterTitle(chapter.title, index)]),
    ...writer.chapter(parseMarkdown(chapter.content), chapter.title === null ? 0 : 1),
  ]);
  const document = new Document({
    title: clean(title),
    creator: clean(author),
    lastModifiedBy: clean(author),
    description: clean(lead),
    keywords: clean(tags.join(", ")),
    styles: {
      default: {
        document: { run: { font: "Calibri", size: 22, language: { value: language } }, paragraph: { spacing: { after: 140, line: 300 } } },
      },
    },
    numbering: { config: writer.numbering() },
    sections: [
      {
        footers: {
          default: new Footer({
            children: [new Paragraph({ alignment: AlignmentType.CENTER, children: [new TextRun({ children: [PageNumber.CURRENT] })] })],
          }),
        },
        children: [
          ...(cover ? [coverOf(cover, contents === null ? "wide" : "tall", clean(title))] : []),
          new Paragraph({ text: clean(title), heading: HeadingLevel.TITLE, pageBreakBefore: cover !== null && contents !== null }),
          new Paragraph({ text: clean(author) }),
          ...(lead ? [new Paragraph({ children: [new TextRun({ text: clean(lead), italics: true })] })] : []),
          ...(contents === null ? [] : writer.contents(contents, chapters)),
          ...parts,
        ],
      },
    ],
  });
  return Packer.toBuffer(document);
}

/** As wide as the text, or as tall as its page, in pixels of 1/96 inch. */
const COVERS = { tall: { width: 560, height: 840 }, wide: { width: 600, height: 338 } };

function coverOf(data: Uint8Array, shape: keyof typeof COVERS, title: string): Paragraph {
  const altText = { title, description: title, name: title };
  return new Paragraph({
    alignment: AlignmentType.CENTER,
    children: [new ImageRun({ type: "jpg", data: Buffer.from(data), transformation: COVERS[shape], altText })],
  });
}

class DocxWriter {
  /** Numbers begin anew in each list, and not always at 1. */
  private lists = 0;
  private readonly starts = new Set<number>();

  numbering(): { reference: string; levels: ILevelsOptions[] }[] {
    const levels = (make: (level: number) => Pick<ILevelsOptions, "format" | "text" | "start">) =>
      Array.from({ length: MAX_LEVEL + 1 }, (_, level) => ({
        level,
        ...make(level),
        alignment: AlignmentType.LEFT,
        style: { paragraph: { indent: { left: (level + 1) * INDENT, hanging: 280 } } },
      }));
    return [
      { reference: "bullets", levels: levels(() => ({ format: LevelFormat.BULLET, text: "•" })) },
      ...[...this.starts].map((start) => ({
        reference: `numbers-${start}`,
        levels: levels((level) => ({ format: LevelFormat.DECIMAL, text: `%${level + 1}.`, start })),
      })),
    ];
  }

  contents(heading: string, chapters: Manuscript["chapters"]): Paragraph[] {
    const entries = chapters.map(
      (chapter, index) =>
        new Paragraph({
          children: [
            new InternalHyperlink({
              anchor: anchorOf(index),
              children: [new TextRun({ text: clean(chapter.title ?? ""), style: "Hyperlink" })],
            }),
          ],
        }),
    );
    return [
      new Paragraph({ children: [new TextRun({ text: clean(heading), bold: true, size: 28 })], spacing: { before: 480 } }),
      ...entries,
    ];
  }

  chapterTitle(title: string, index: number): Paragraph {
    const children = [new Bookmark({ id: anchorOf(index), children: [new TextRun(clean(title))] })];
    return new Paragraph({ heading: HeadingLevel.HEADING_1, pageBreakBefore: true, children });
  }

  /** What stands under a heading of this level. */
  chapter(blocks: Block[], under: number): (Paragraph | Table)[] {
    return this.blocks(blocks, { above: levelsBelow(blocks, under), indent: 0, isQuote: false });
  }

  private blocks(blocks: Block[], place: Place): (Paragraph | Table)[] {
    // A mark is the first block's alone.
    return blocks.flatMap((block, index) => this.block(block, index === 0 ? place : { ...place, mark: undefined }));
  }

  private block(block: Block, place: Place): (Paragraph | Table)[] {
    switch (block.kind) {
      case "heading":
        return [
          new Paragraph({
            heading: HEADINGS[Math.max(0, Math.min(5, block.level - 1 + place.above))],
            children: runs(block.inlines),
            ...lookOf(place),
          }),
        ];
      case "paragraph":
        return [new Paragraph({ children: runs(block.inlines, { italics: place.isQuote }), ...lookOf(place) })];
      case "code":
        return [codeParagraph(block.text, place)];
      case "quote":
        return this.blocks(block.blocks, { ...place, indent: place.indent + INDENT, isQuote: true, mark: undefined });
      case "list":
        return this.list(block.start, block.items, place);
      case "table":
        return [tableOf(block.header, block.rows, block.align), new Paragraph({})];
      case "rule":
        return [new Paragraph({ alignment: AlignmentType.CENTER, children: [new TextRun("* * *")] })];
    }
  }

  private list(start: number | null, items: ListItem[], place: Place): (Paragraph | Table)[] {
    const instance = this.lists++;
    const level = Math.min(MAX_LEVEL, Math.round(place.indent / INDENT));
    if (start !== null) this.starts.add(start);
    const mark = { reference: start === null ? "bullets" : `numbers-${start}`, level, instance };
    const inner = { ...place, indent: place.indent + INDENT };
    return items.flatMap(({ checked, blocks }) => {
      const box: Inline[] = checked === null ? [] : [{ kind: "text", text: checked ? "☑ " : "☐ " }];
      const [first, ...rest] = blocks;
      if (first?.kind !== "paragraph") return [new Paragraph({ children: runs(box), numbering: mark }), ...this.blocks(blocks, inner)];
      const head = new Paragraph({ children: runs([...box, ...first.inlines]), numbering: mark });
      return [head, ...this.blocks(rest, inner)];
    });
  }
}

function lookOf({ indent, isQuote, mark }: Place) {
  if (mark) return { numbering: mark };
  const border = isQuote ? { border: { left: { style: BorderStyle.SINGLE, size: 12, color: "C9C2B8", space: 8 } } } : {};
  return { indent: { left: indent }, ...border };
}

function codeParagraph(text: string, { indent }: Place): Paragraph {
  const children = text
    .split("\n")
    .map((line, index) => new TextRun({ text: clean(line), font: "Consolas", size: 18, break: index === 0 ? 0 : 1 }));
  return new Paragraph({ children, indent: { left: indent }, shading: { fill: "F5F3F0" }, spacing: { line: 260 } });
}

function tableOf(header: Inline[][], rows: Inline[][][], align: Align[]): Table {
  const row = (cells: Inline[][], isHead: boolean) =>
    new TableRow({
      tableHeader: isHead,
      children: cells.map((cell, column) => {
        const alignment = ALIGNMENT[align[column] ?? "left"];
        return new TableCell({ children: [new Paragraph({ alignment, children: runs(cell, { bold: isHead }) })] });
      }),
    });
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: [row(header, true), ...rows.map((cells) => row(cells, false))],
  });
}

interface Look {
  bold?: boolean;
  italics?: boolean;
  strike?: boolean;
  style?: string;
}

function runs(inlines: Inline[], look: Look = {}): ParagraphChild[] {
  return inlines.flatMap((inline) => run(inline, look));
}

function run(inline: Inline, look: Look): ParagraphChild[] {
  switch (inline.kind) {
    case "text":
      return [new TextRun({ text: clean(inline.text.replace(/\s+/g, " ")), ...look })];
    case "code":
      return [new TextRun({ text: clean(inline.text), font: "Consolas", ...look })];
    case "break":
      return [new TextRun({ break: 1 })];
    case "link":
      return [new ExternalHyperlink({ link: inline.href, children: runs(inline.inlines, { ...look, style: "Hyperlink" }) })];
    case "strong":
      return runs(inline.inlines, { ...look, bold: true });
    case "emphasis":
      return runs(inline.inlines, { ...look, italics: true });
    case "strike":
      return runs(inline.inlines, { ...look, strike: true });
  }
}

function anchorOf(index: number): string {
  return `chapter_${index + 1}`;
}

function clean(text: string): string {
  return text.replace(NOT_XML, "\ufffd");
}
