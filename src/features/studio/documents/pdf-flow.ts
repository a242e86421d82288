import { type Block, type Inline, type ListItem, levelsBelow, plainText } from "./markdown";
import { drawLine, type Line, type LineBreaker, widthOf } from "./pdf-lines";

const TEXT = "#1c1917";
const FAINT = "#6b645c";
const LINK = "#9a3412";
const GROUND = "#f5f3f0";
const SIZE = 10.5;
const CODE_SIZE = 8.75;
const LEADING = 1.5;
const HEADINGS = [22, 16, 13.5, 12, 11, SIZE];
const INDENT = 18;
/** A column narrower than this says nothing: such a table is told row by row. */
const MIN_COLUMN = 40;

/** From the top of a page to its bottom, and on to the next: where the next line stands, and what stands at its left. */
export class Flow {
  private y = 0;
  private x: number;
  private width: number;
  /** Where the lines of the quotes stand that the text is in. */
  private bars: number[] = [];

  constructor(
    private readonly doc: PDFKit.PDFDocument,
    private readonly breaker: LineBreaker,
  ) {
    this.x = 0;
    this.width = 0;
  }

  newPage(): void {
    this.doc.addPage();
    const { margins, width } = this.doc.page;
    if (this.width === 0) [this.x, this.width] = [margins.left, width - margins.left - margins.right];
    this.y = margins.top;
  }

  space(height: number): void {
    this.y += height;
  }

  /** A tall picture fills a page of its own; a wide one the top of this page. */
  cover(picture: Uint8Array, shape: "tall" | "wide"): void {
    const { width, height, margins } = this.doc.page;
    const size: [number, number] = shape === "tall" ? [width, height] : [width, (width * 9) / 16];
    this.doc.image(Buffer.from(picture), 0, 0, { cover: size, align: "center", valign: "center" });
    // The title has its distance from what stands above it.
    if (shape === "wide") this.y = Math.max(margins.top, size[1] - 54);
  }

  title(title: string, author: string, lead: string): void {
    this.space(90);
    for (const line of this.breaker.lines([{ kind: "text", text: title }], { width: this.width, size: 28, bold: true }))
      this.line(line, 28 * 1.25);
    this.space(14);
    this.paragraph([{ kind: "text", text: author }]);
    if (lead) this.paragraph([{ kind: "emphasis", inlines: [{ kind: "text", text: lead }] }]);
  }

  heading(inlines: Inline[], level: number): void {
    const size = HEADINGS[level - 1] ?? SIZE;
    const lines = this.breaker.lines(inlines, { width: this.width, size, bold: true });
    // Never the last of its page.
    this.need(size * 1.3 * lines.length + 3 * SIZE * LEADING);
    this.space(this.isAtTop() ? 0 : size * 0.8);
    for (const line of lines) this.line(line, size * 1.3);
    this.space(size * 0.4);
  }

  /** What stands under a heading of this level. */
  chapter(blocks: Block[], under: number): void {
    this.blocks(blocks, levelsBelow(blocks, under));
  }

  private blocks(blocks: Block[], above: number): void {
    for (const block of blocks) this.block(block, above);
  }

  private block(block: Block, above: number): void {
    switch (block.kind) {
      case "heading":
        this.heading(block.inlines, Math.max(1, Math.min(6, block.level + above)));
        break;
      case "paragraph":
        this.paragraph(block.inlines);
        break;
      case "code":
        for (const line of this.breaker.codeLines(block.text, { width: this.width - 16, size: CODE_SIZE })) this.codeLine(line);
        this.space(8);
        break;
      case "quote":
        this.indented(INDENT, () => this.blocks(block.blocks, above), true);
        break;
      case "list":
        for (const [index, item] of block.items.entries()) this.item(item, block.start === null ? "•" : `${block.start + index}.`, above);
        this.space(2);
        break;
      case "table":
        this.table([block.header, ...block.rows]);
        break;
      case "rule":
        this.need(24);
        this.doc
          .moveTo(this.x + this.width * 0.35, this.y + 8)
          .lineTo(this.x + this.width * 0.65, this.y + 8)
          .lineWidth(0.75)
          .stroke(FAINT);
        this.space(22);
        break;
    }
  }

  private paragraph(inlines: Inline[]): void {
    for (const line of this.breaker.lines(inlines, { width: this.width, size: SIZE })) this.line(line, SIZE * LEADING);
    this.space(SIZE * 0.6);
  }

  private item({ checked, blocks }: ListItem, mark: string, above: number): void {
    this.need(SIZE * LEADING);
    const shown = checked === null ? mark : checked ? "[x]" : "[ ]";
    const [line = []] = this.breaker.lines([{ kind: "text", text: shown }], { width: this.width, size: SIZE });
    const indent = Math.max(INDENT, widthOf(line) + 6);
    this.pieces(line, this.x + (checked === null && mark === "•" ? 5 : 0), this.y);
    this.indented(indent, () => (blocks.length > 0 ? this.blocks(blocks, above) : this.space(SIZE * LEADING)), false);
  }

  private table(rows: Inline[][][]): void {
    const columns = rows[0]?.length ?? 0;
    const width = this.width / Math.max(1, columns);
    if (width < MIN_COLUMN) {
      this.toldTable(rows);
      return;
    }
    for (const [index, row] of rows.entries()) {
      const cells = row.map((cell) => this.breaker.lines(cell, { width: width - 8, size: SIZE - 1, bold: index === 0 }));
      const height = Math.max(1, ...cells.map((lines) => lines.length));
      for (let at = 0; at < height; at++) {
        this.need(SIZE * LEADING);
        for (const [column, lines] of cells.entries()) this.pieces(lines[at] ?? [], this.x + column * width + 4, this.y + 2);
        this.drawBars(SIZE * LEADING);
        this.space(SIZE * LEADING);
      }
      this.doc
        .moveTo(this.x, this.y + 1)
        .lineTo(this.x + this.width, this.y + 1)
        .lineWidth(index === 0 ? 0.9 : 0.35)
        .stroke(FAINT);
      this.space(2);
    }
    this.space(8);
  }

  private toldTable([header = [], ...rows]: Inline[][][]): void {
    for (const row of rows) {
      for (const [column, cell] of row.entries()) {
        const name = plainText(header[column] ?? []);
        if (cell.length > 0) this.paragraph([{ kind: "strong", inlines: [{ kind: "text", text: `${name}: ` }] }, ...cell]);
      }
      this.space(6);
    }
  }

  private indented(indent: number, write: () => void, isQuote: boolean): void {
    const [x, width, bars] = [this.x, this.width, this.bars];
    if (isQuote) this.bars = [...bars, x + 4];
    // However deep it is, a line has room for some words.
    const step = width - indent > 80 ? indent : 0;
    [this.x, this.width] = [x + step, width - step];
    write();
    [this.x, this.width, this.bars] = [x, width, bars];
  }

  private codeLine(line: Line): void {
    const height = CODE_SIZE * 1.45;
    this.need(height);
    this.doc.rect(this.x, this.y, this.width, height + 0.5).fill(GROUND);
    this.drawBars(height);
    this.pieces(line, this.x + 8, this.y + 2);
    this.space(height);
  }

  private line(line: Line, height: number): void {
    this.need(height);
    this.drawBars(height);
    this.pieces(line, this.x, this.y);
    this.space(height);
  }

  private pieces(line: Line, x: number, y: number): void {
    let at = x;
    for (const piece of line) {
      const { width, size, href, struck } = piece;
      drawLine(this.doc, [piece], at, y, href ? LINK : TEXT);
      if (struck)
        this.doc
          .moveTo(at, y + size * 0.7)
          .lineTo(at + width, y + size * 0.7)
          .lineWidth(0.6)
          .stroke(TEXT);
      if (href) this.doc.link(at, y, width, size * 1.3, href);
      at += width;
    }
  }

  private drawBars(height: number): void {
    for (const bar of this.bars)
      this.doc
        .moveTo(bar, this.y)
        .lineTo(bar, this.y + height)
        .lineWidth(1.5)
        .stroke("#d6d0c8");
  }

  /** Goes on to the next page where this one has less room. */
  private need(height: number): void {
    if (!this.isAtTop() && this.y + height > this.doc.page.height - this.doc.page.margins.bottom) this.newPage();
  }

  private isAtTop(): boolean {
    return this.y <= this.doc.page.margins.top;
  }
}
