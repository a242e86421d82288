import type { Inline } from "./markdown";
import type { Fonts, Run, Style } from "./pdf-fonts";

/** A piece of a line that is drawn at once. */
export interface Piece extends Run {
  width: number;
  size: number;
  bold: boolean;
  href: string | null;
  struck: boolean;
}
export type Line = Piece[];

interface Look {
  style: Style;
  size: number;
  bold: boolean;
  href: string | null;
  struck: boolean;
}

/** Breaks what is written into lines no wider than `width`, at spaces, and a word that is wider anywhere. */
export class LineBreaker {
  constructor(
    private readonly doc: PDFKit.PDFDocument,
    private readonly fonts: Fonts,
  ) {}

  lines(inlines: Inline[], { width, size, bold = false }: { width: number; size: number; bold?: boolean }): Line[] {
    const lines: Line[] = [[]];
    this.write(inlines, { style: "regular", size, bold, href: null, struck: false }, lines, width);
    return lines;
  }

  /** Code keeps its lines and its spaces. */
  codeLines(text: string, { width, size }: { width: number; size: number }): Line[] {
    const look: Look = { style: "code", size, bold: false, href: null, struck: false };
    return text.split("\n").flatMap((typed) => {
      const lines: Line[] = [[]];
      this.words(typed.replaceAll("\t", "    "), look, lines, width);
      return lines;
    });
  }

  private write(inlines: Inline[], look: Look, lines: Line[], width: number): void {
    for (const inline of inlines) {
      if (inline.kind === "break") lines.push([]);
      else if ("inlines" in inline) this.write(inline.inlines, lookOf(inline, look), lines, width);
      else this.words(inline.text.replace(/\s+/g, " "), inline.kind === "code" ? { ...look, style: "code" } : look, lines, width);
    }
  }

  private words(text: string, look: Look, lines: Line[], width: number): void {
    for (const [word] of text.matchAll(/[^ ]* ?/g)) if (word) this.word(word, look, lines, width);
  }

  private word(word: string, look: Look, lines: Line[], width: number): void {
    const pieces = this.pieces(word, look);
    const wide = widthOf(pieces) - (word.endsWith(" ") ? this.measure(" ", pieces.at(-1)?.font ?? "Courier", look.size) : 0);
    const line = lines.at(-1) ?? [];
    if (wide > width - widthOf(line) && line.length > 0) lines.push([]);
    if (wide <= width) {
      append(lines.at(-1) ?? [], pieces);
      return;
    }
    // Wider than a line: as much of it as fits, in each.
    for (const letter of word) {
      const [piece] = this.pieces(letter, look);
      if (!piece) continue;
      if (widthOf(lines.at(-1) ?? []) + piece.width > width) lines.push([]);
      append(lines.at(-1) ?? [], [piece]);
    }
  }

  private pieces(text: string, { style, ...look }: Look): Piece[] {
    return this.fonts.runs(text, style).map((run) => ({ ...run, width: this.measure(run.text, run.font, look.size), ...look }));
  }

  private measure(text: string, font: string, size: number): number {
    return this.doc.font(font).fontSize(size).widthOfString(text);
  }
}

export function widthOf(line: Line): number {
  return line.reduce((sum, { width }) => sum + width, 0);
}

function lookOf(inline: Extract<Inline, { inlines: Inline[] }>, look: Look): Look {
  if (inline.kind === "link") return { ...look, href: inline.href };
  if (inline.kind === "strike") return { ...look, struck: true };
  if (inline.kind === "strong") return { ...look, bold: true };
  return { ...look, style: look.style === "code" ? "code" : "italic" };
}

/** Words of one look become one piece: it is drawn at once, and copied with its spaces. */
function append(line: Line, pieces: Piece[]): void {
  for (const piece of pieces) {
    const last = line.at(-1);
    if (last && isAlike(last, piece)) {
      last.text += piece.text;
      last.width += piece.width;
    } else line.push({ ...piece });
  }
}

function isAlike(one: Piece, other: Piece): boolean {
  return one.font === other.font && one.href === other.href && one.struck === other.struck && one.bold === other.bold;
}

/** Draws a line from `x` on. Inter comes here at one weight: what is bold has an outline of its own colour. */
export function drawLine(doc: PDFKit.PDFDocument, line: Line, x: number, y: number, color: string): void {
  let at = x;
  for (const { font, text, width, size, bold } of line) {
    // Letters of several fonts stand on one line, not below one edge.
    const top = font === "Courier" ? y + size * 0.28 : y;
    doc.font(font).fontSize(size).fillColor(color);
    if (bold) doc.lineWidth(size * 0.035).strokeColor(color);
    doc.text(text, at, top, { lineBreak: false, fill: true, stroke: bold });
    at += width;
  }
}
