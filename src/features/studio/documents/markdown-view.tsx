import type { ReactNode } from "react";
import { type Align, type Block, type Inline, levelsBelow, parseMarkdown } from "./markdown";

/** Characters that a page shows: a text of a million would be a page of a million elements. */
export const MAX_SHOWN_LENGTH = 100_000;
/** Nor more lines than these: each may be an item of a list, and elements are what a page costs. */
const MAX_SHOWN_LINES = 3_000;

const ALIGN = { left: "text-start", center: "text-center", right: "text-end" };

/** Markdown as the documents have it, made of elements and text: there is no HTML in it that could run. Headings stand below `level`. */
export function MarkdownView({ text, level }: { text: string; level: number }) {
  const blocks = parseMarkdown(text.slice(0, MAX_SHOWN_LENGTH).split("\n", MAX_SHOWN_LINES).join("\n"));
  return <div className="prose max-w-read [overflow-wrap:anywhere]">{shown(blocks, levelsBelow(blocks, level))}</div>;
}

function shown(blocks: Block[], above: number): ReactNode[] {
  // biome-ignore lint/suspicious/noArrayIndexKey: what is shown is made anew as a whole
  return blocks.map((block, index) => <BlockView key={index} block={block} above={above} />);
}

function BlockView({ block, above }: { block: Block; above: number }): ReactNode {
  switch (block.kind) {
    case "heading": {
      const Heading = `h${Math.max(2, Math.min(6, block.level + above))}` as "h2";
      return <Heading>{inlineView(block.inlines)}</Heading>;
    }
    case "paragraph":
      return <p>{inlineView(block.inlines)}</p>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide line can be scrolled by keyboard too
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return <blockquote>{shown(block.blocks, above)}</blockquote>;
    case "list": {
      const items = block.items.map(({ checked, blocks }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <li key={index}>
          {checked !== null && (checked ? "☑ " : "☐ ")}
          {shown(blocks, above)}
        </li>
      ));
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case "table":
      return <TableView header={block.header} rows={block.rows} align={block.align} />;
    case "rule":
      return <hr />;
  }
}

function TableView({ header, rows, align }: { header: Inline[][]; rows: Inline[][][]; align: Align[] }) {
  const classOf = (column: number) => ALIGN[align[column] ?? "left"];
  return (
    <div className="overflow-x-auto">
      <table>
        <thead>
          <tr>
            {header.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <th key={column} className={classOf(column)}>
                {inlineView(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={classOf(column)}>
                  {inlineView(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inlineView(inlines: Inline[]): ReactNode[] {
  // biome-ignore lint/suspicious/noArrayIndexKey: as above
  return inlines.map((inline, index) => <InlineView key={index} inline={inline} />);
}

function InlineView({ inline }: { inline: Inline }): ReactNode {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "code":
      return <code>{inline.text}</code>;
    case "strong":
      return <strong>{inlineView(inline.inlines)}</strong>;
    case "emphasis":
      return <em>{inlineView(inline.inlines)}</em>;
    case "strike":
      return <del>{inlineView(inline.inlines)}</del>;
    case "link":
      return (
        <a href={inline.href} rel="noopener noreferrer nofollow" target="_blank">
          {inlineView(inline.inlines)}
        </a>
      );
    case "break":
      return <br />;
  }
}
