import type { Manuscript } from "./manuscript";
import { type Align, type Block, type Inline, levelsBelow, parseMarkdown } from "./markdown";
import { zipped } from "./zip";

/** What XML 1.0 has no way to say. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const NOT_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/gu;

/** For every reader, light and dark; nothing is fetched, and nothing runs. */
export const STYLE = `
body { font-family: Georgia, "Times New Roman", serif; font-size: 1.0625rem; line-height: 1.65; max-width: 38em; margin: 3rem auto; padding: 0 1.25rem; overflow-wrap: break-word; }
h1, h2, h3, h4, h5, h6, nav, header p { font-family: system-ui, sans-serif; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 2em 0 0.6em; }
pre, code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.9em; }
pre { padding: 0.9em 1em; border: 1px solid #8884; border-radius: 6px; overflow-x: auto; white-space: pre-wrap; }
blockquote { margin: 1em 0; padding-left: 1em; border-left: 3px solid #8886; }
table { border-collapse: collapse; } th, td { border: 1px solid #8886; padding: 0.3em 0.7em; }
.left { text-align: left; } .center { text-align: center; } .right { text-align: right; }
hr { border: 0; border-top: 1px solid #8886; margin: 2em 0; }
section { break-before: page; }
.cover { margin: 0; text-align: center; } .cover img { max-width: 100%; max-height: 100vh; }
`;

/** One page that needs nothing beside itself, in a ZIP: HTML as a file of its own is not kept here. */
export function makeHtml(manuscript: Manuscript): Promise<Buffer> {
  return zipped([{ name: "index.html", content: pageOf(manuscript) }], new Date(manuscript.updatedAt));
}

function pageOf({ title, lead, author, language, contents, chapters }: Manuscript): string {
  const parts = chapters.map(({ title: name, content }, index) => {
    const heading = name === null ? "" : `<h2>${escaped(name)}</h2>\n`;
    return `<section id="chapter-${index + 1}">\n${heading}${htmlOf(parseMarkdown(content), name === null ? 1 : 2)}</section>`;
  });
  const links = chapters.map(({ title: name }, index) => `<li><a href="#chapter-${index + 1}">${escaped(name ?? "")}</a></li>`);
  const nav = contents === null ? "" : `<nav><h2>${escaped(contents)}</h2><ol>\n${links.join("\n")}\n</ol></nav>\n`;
  // Whatever a browser makes of it: nothing is fetched and nothing runs.
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="author" content="${escaped(author)}">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escaped(title)}</h1><p>${escaped(author)}</p>${lead ? `<p>${escaped(lead)}</p>` : ""}</header>
${nav}<main>
${parts.join("\n")}
</main>
</body>
</html>
`;
}

/** Blocks as HTML that is XML too, under a heading of this level. */
export function htmlOf(blocks: Block[], under: number): string {
  return blocksOf(blocks, levelsBelow(blocks, under));
}

/** Text as it may stand in an element or an attribute, of HTML and of XML. */
export function escaped(text: string): string {
  return text.replace(NOT_XML, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

function blocksOf(blocks: Block[], above: number): string {
  return blocks.map((block) => blockOf(block, above)).join("");
}

function blockOf(block: Block, above: number): string {
  switch (block.kind) {
    case "heading": {
      const tag = `h${Math.max(1, Math.min(6, block.level + above))}`;
      return `<${tag}>${inlineHtml(block.inlines)}</${tag}>\n`;
    }
    case "paragraph":
      return `<p>${inlineHtml(block.inlines)}</p>\n`;
    case "code":
      return `<pre><code>${escaped(block.text)}</code></pre>\n`;
    case "quote":
      return `<blockquote>\n${blocksOf(block.blocks, above)}</blockquote>\n`;
    case "list": {
      const items = block.items.map(({ checked, blocks }) => `<li>${box(checked)}${itemOf(blocks, above)}</li>\n`).join("");
      if (block.start === null) return items && `<ul>\n${items}</ul>\n`;
      return items && `<ol${block.start === 1 ? "" : ` start="${block.start}"`}>\n${items}</ol>\n`;
    }
    case "table": {
      const row = (cells: Inline[][], tag: string) =>
        `<tr>${cells.map((cell, index) => `<${tag}${aligned(block.align[index])}>${inlineHtml(cell)}</${tag}>`).join("")}</tr>\n`;
      const body = block.rows.map((cells) => row(cells, "td")).join("");
      return `<table><thead>${row(block.header, "th")}</thead>${body && `<tbody>${body}</tbody>`}</table>\n`;
    }
    case "rule":
      return "<hr/>\n";
  }
}

/** One paragraph alone needs no element of its own within an item. */
function itemOf(blocks: Block[], above: number): string {
  const [first, ...rest] = blocks;
  return first?.kind === "paragraph" && rest.every(({ kind }) => kind === "list")
    ? inlineHtml(first.inlines) + blocksOf(rest, above)
    : blocksOf(blocks, above);
}

function box(checked: boolean | null): string {
  return checked === null ? "" : checked ? "☑ " : "☐ ";
}

function aligned(align: Align | undefined): string {
  return align ? ` class="${align}"` : "";
}

function inlineHtml(inlines: Inline[]): string {
  return inlines.map(inlineOf).join("");
}

function inlineOf(inline: Inline): string {
  switch (inline.kind) {
    case "text":
      return escaped(inline.text);
    case "code":
      return `<code>${escaped(inline.text)}</code>`;
    case "strong":
      return `<strong>${inlineHtml(inline.inlines)}</strong>`;
    case "emphasis":
      return `<em>${inlineHtml(inline.inlines)}</em>`;
    case "strike":
      return `<del>${inlineHtml(inline.inlines)}</del>`;
    case "link":
      return `<a href="${escaped(inline.href)}" rel="noopener noreferrer">${inlineHtml(inline.inlines)}</a>`;
    case "break":
      return "<br/>";
  }
}
