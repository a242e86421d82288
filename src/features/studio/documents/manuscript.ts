import type { DocumentFormat } from "@/lib/db";

/** A book or a post with everything a document is made of: it crosses into a thread of its own, so it holds plain values alone. */
export interface Manuscript {
  id: string;
  title: string;
  /** Of a book its description, of a post its excerpt. */
  lead: string;
  author: string;
  /** BCP 47. */
  language: string;
  tags: string[];
  updatedAt: string;
  /** The heading of the table of contents, in the book's language where Foyer speaks it; null where there is none. */
  contents: string | null;
  /** JPEG, in the formats that have a place for it: tall for a book, wide for a post. */
  cover: Uint8Array | null;
  /** In a post there is one, which has no title of its own. */
  chapters: { title: string | null; content: string }[];
}

/** Those that have a place for a cover: it comes first. */
export const COVERED: readonly DocumentFormat[] = ["EPUB", "PDF", "DOCX"];

/** Type and extension of each format. A page of HTML leaves in a ZIP: no file of this store is of a type that a browser runs. */
export const FORMATS = {
  EPUB: { contentType: "application/epub+zip", extension: "epub" },
  PDF: { contentType: "application/pdf", extension: "pdf" },
  DOCX: { contentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", extension: "docx" },
  MARKDOWN: { contentType: "text/markdown", extension: "md" },
  HTML: { contentType: "application/zip", extension: "html.zip" },
} as const satisfies Record<DocumentFormat, { contentType: string; extension: string }>;
