import PDFDocument from "pdfkit";
import type { Manuscript } from "./manuscript";
import { parseMarkdown } from "./markdown";
import { Flow } from "./pdf-flow";
import { Fonts } from "./pdf-fonts";
import { drawLine, LineBreaker, widthOf } from "./pdf-lines";

const MARGIN = 54;
const CONTENTS_LINE = 20;
const TEXT = "#1c1917";
const FAINT = "#6b645c";

/** A PDF on A5: title, table of contents with its pages, each chapter on a new page, outline, links and page numbers. */
export async function makePdf(manuscript: Manuscript): Promise<Buffer> {
  const { title, author, language, updatedAt, lead, tags } = manuscript;
  const date = new Date(updatedAt);
  const info = { Title: title, Author: author, Subject: lead, Keywords: tags.join(", "), CreationDate: date, ModDate: date };
  const doc = new PDFDocument({
    size: "A5",
    margin: MARGIN,
    bufferPages: true,
    autoFirstPage: false,
    lang: language,
    displayTitle: true,
    info,
  });
  const chunks: Buffer[] = [];
  doc.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => doc.on("end", resolve).on("error", reject));
  write(doc, manuscript);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

function write(doc: PDFKit.PDFDocument, manuscript: Manuscript): void {
  const { title, author, lead, chapters, contents, cover } = manuscript;
  const breaker = new LineBreaker(doc, new Fonts(doc));
  const flow = new Flow(doc, breaker);
  flow.newPage();
  if (cover) flow.cover(cover, contents === null ? "wide" : "tall");
  if (cover && contents !== null) flow.newPage();
  flow.title(title, author, lead);
  const isBook = contents !== null && chapters.length > 0;
  const first = doc.bufferedPageRange().count;
  const perPage = Math.floor((doc.page.height - 2 * MARGIN - 2 * CONTENTS_LINE) / CONTENTS_LINE);
  if (isBook) for (let page = 0; page < Math.ceil(chapters.length / perPage); page++) flow.newPage();
  const starts = chapters.map((chapter, index) => {
    if (chapter.title === null) flow.space(24);
    else {
      flow.newPage();
      doc.addNamedDestination(destinationOf(index));
      doc.outline.addItem(chapter.title);
      flow.heading([{ kind: "text", text: chapter.title }], 1);
    }
    const start = doc.bufferedPageRange().count;
    flow.chapter(parseMarkdown(chapter.content), chapter.title === null ? 0 : 1);
    return start;
  });
  if (isBook) contentsPages(doc, breaker, { contents, chapters, starts, first, perPage });
  numberPages(doc, breaker, first);
}

interface Contents {
  contents: string;
  chapters: Manuscript["chapters"];
  starts: number[];
  /** The page they begin on, from 0, and how many lines each has. */
  first: number;
  perPage: number;
}

function contentsPages(doc: PDFKit.PDFDocument, breaker: LineBreaker, { contents, chapters, starts, first, perPage }: Contents): void {
  const width = doc.page.width - 2 * MARGIN;
  for (const [index, chapter] of chapters.entries()) {
    const row = index % perPage;
    if (row === 0) {
      doc.switchToPage(first + index / perPage);
      const [heading = []] = breaker.lines([{ kind: "text", text: contents }], { width, size: 15, bold: true });
      if (index === 0) drawLine(doc, heading, MARGIN, MARGIN, TEXT);
    }
    const y = MARGIN + (row + 2) * CONTENTS_LINE;
    const number = String(starts[index] ?? 0);
    // A title longer than its line is whole on its own page.
    const [line = []] = breaker.lines([{ kind: "text", text: chapter.title ?? "" }], { width: width - 40, size: 10.5 });
    drawLine(doc, line, MARGIN, y, TEXT);
    const [digits = []] = breaker.lines([{ kind: "text", text: number }], { width, size: 10.5 });
    drawLine(doc, digits, MARGIN + width - widthOf(digits), y, TEXT);
    doc.goTo(MARGIN, y, width, CONTENTS_LINE, destinationOf(index));
  }
}

/** Below every page but those of cover and title. */
function numberPages(doc: PDFKit.PDFDocument, breaker: LineBreaker, first: number): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start + first; page < start + count; page++) {
    doc.switchToPage(page);
    const [line = []] = breaker.lines([{ kind: "text", text: String(page + 1) }], { width: 100, size: 9 });
    drawLine(doc, line, (doc.page.width - widthOf(line)) / 2, doc.page.height - MARGIN * 0.65, FAINT);
  }
}

function destinationOf(index: number): string {
  return `chapter-${index + 1}`;
}
