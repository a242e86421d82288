import type { Token, Tokens } from "marked";
import { BoundedLexer } from "./bounded-lexer";

/** Text within a block. */
export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "emphasis" | "strike"; inlines: Inline[] }
  | { kind: "link"; href: string; inlines: Inline[] }
  | { kind: "break" };

export type Block =
  | { kind: "heading"; level: number; inlines: Inline[] }
  | { kind: "paragraph"; inlines: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; blocks: Block[] }
  | { kind: "list"; start: number | null; items: ListItem[] }
  | { kind: "table"; align: Align[]; header: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

/** `checked` is null where the item is no task. */
export interface ListItem {
  checked: boolean | null;
  blocks: Block[];
}
export type Align = "center" | "left" | "right" | null;

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/**
 * Markdown as blocks, the one reading of it for the page and for every format: HTML in it is text, a link leads to http, https
 * or mailto, and pictures are links to where they lie. It takes a time that grows with the text alone, whatever the text is;
 * what is nested more than MAX_DEPTH deep stands there as it was typed.
 */
export function parseMarkdown(markdown: string): Block[] {
  // What marked itself refuses, nobody's text is lost by.
  try {
    return blocksOf(new BoundedLexer(markdown.length).lex(markdown));
  } catch {
    return markdown.split(/\n{2,}/).map((text) => ({ kind: "paragraph", inlines: [{ kind: "text", text }] }));
  }
}

/** What to add to the levels of the headings, so that the highest stands one below `level`, whichever its author began with. */
export function levelsBelow(blocks: Block[], level: number): number {
  const levels = blocks.flatMap((block) => (block.kind === "heading" ? [block.level] : []));
  return level + 1 - Math.min(6, ...levels);
}

/** The words alone. */
export function plainText(inlines: Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "break") return " ";
      return "text" in inline ? inline.text : plainText(inline.inlines);
    })
    .join("");
}

function blocksOf(tokens: Token[]): Block[] {
  const blocks: Block[] = [];
  for (const token of tokens) {
    const block = blockOf(token as Tokens.Generic & Token);
    if (block) blocks.push(block);
  }
  return blocks;
}

function blockOf(token: Token): Block | null {
  switch (token.type) {
    case "heading":
      return { kind: "heading", level: (token as Tokens.Heading).depth, inlines: inlinesOf(token.tokens) };
    case "code":
      return { kind: "code", text: (token as Tokens.Code).text };
    case "blockquote":
      return { kind: "quote", blocks: blocksOf(token.tokens ?? []) };
    case "list":
      return listOf(token as Tokens.List);
    case "table":
      return tableOf(token as Tokens.Table);
    case "hr":
      return { kind: "rule" };
    // What links by name lead to is no text, nor is what lies between two blocks, nor a task's box.
    case "space":
    case "def":
    case "checkbox":
      return null;
    case "html":
      return { kind: "paragraph", inlines: [{ kind: "text", text: token.raw.trimEnd() }] };
    default:
      return {
        kind: "paragraph",
        inlines: "tokens" in token && token.tokens ? inlinesOf(token.tokens) : [{ kind: "text", text: token.raw }],
      };
  }
}

function listOf({ ordered, start, items }: Tokens.List): Block {
  return {
    kind: "list",
    start: ordered ? Math.min(Number(start) || 0, 999_999) : null,
    items: items.map((item) => ({ checked: item.task ? item.checked === true : null, blocks: blocksOf(item.tokens) })),
  };
}

function tableOf({ align, header, rows }: Tokens.Table): Block {
  const cells = (row: Tokens.TableCell[]) => row.map(({ tokens }) => inlinesOf(tokens));
  return { kind: "table", align, header: cells(header), rows: rows.map(cells) };
}

function inlinesOf(tokens: Token[] = []): Inline[] {
  const inlines: Inline[] = [];
  for (const token of tokens) {
    const inline = inlineOf(token);
    const last = inlines.at(-1);
    // Of a text that marked cut into a thousand pieces, every format would make a thousand runs.
    if (inline.kind === "text" && last?.kind === "text") last.text += inline.text;
    else inlines.push(inline);
  }
  return inlines;
}

function inlineOf(token: Token): Inline {
  switch (token.type) {
    case "strong":
      return { kind: "strong", inlines: inlinesOf(token.tokens) };
    case "em":
      return { kind: "emphasis", inlines: inlinesOf(token.tokens) };
    case "del":
      return { kind: "strike", inlines: inlinesOf(token.tokens) };
    case "codespan":
      return { kind: "code", text: (token as Tokens.Codespan).text };
    case "br":
      return { kind: "break" };
    case "link":
      return linkOf((token as Tokens.Link).href, inlinesOf(token.tokens), token.raw);
    case "image":
      return linkOf(
        (token as Tokens.Image).href,
        [{ kind: "text", text: (token as Tokens.Image).text || (token as Tokens.Image).href }],
        token.raw,
      );
    case "text":
    case "escape":
      return "tokens" in token && token.tokens ? textOf(inlinesOf(token.tokens)) : { kind: "text", text: (token as Tokens.Text).text };
    default:
      return { kind: "text", text: token.raw };
  }
}

/** An item's text holds inlines of its own, which stand where it stands. */
function textOf(inlines: Inline[]): Inline {
  const [only] = inlines;
  return inlines.length === 1 && only ? only : { kind: "text", text: plainText(inlines) };
}

/** A link where it may lead there; else what was typed, so that nobody is shown a link that leads nowhere. */
function linkOf(href: string, inlines: Inline[], raw: string): Inline {
  const url = URL.canParse(href) ? new URL(href) : null;
  return url && SCHEMES.has(url.protocol) ? { kind: "link", href: url.href, inlines } : { kind: "text", text: raw };
}
