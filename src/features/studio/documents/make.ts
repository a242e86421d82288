import type { DocumentFormat } from "@/lib/db";
import { makeDocx } from "./docx";
import { makeEpub } from "./epub";
import { makeHtml } from "./html";
import type { Manuscript } from "./manuscript";
import { makeMarkdown } from "./markdown-file";
import { makePdf } from "./pdf";

const MAKERS: Record<DocumentFormat, (manuscript: Manuscript) => Buffer | Promise<Buffer>> = {
  EPUB: makeEpub,
  PDF: makePdf,
  DOCX: makeDocx,
  MARKDOWN: makeMarkdown,
  HTML: makeHtml,
};

/** The bytes of a book or a post in this format: seconds of pure computation for a long one, so only ever in a thread of its own. */
export async function makeDocument(format: DocumentFormat, manuscript: Manuscript): Promise<Buffer> {
  return MAKERS[format](manuscript);
}
