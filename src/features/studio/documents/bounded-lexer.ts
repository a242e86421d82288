import { getDefaults, Lexer, type Token, Tokenizer, type Tokens, type TokensList } from "marked";

/** Levels of quotes and lists within each other, and of emphasis and links within each other. */
export const MAX_DEPTH = 10;
/** Cells that a table may have: its rows are filled up to the width of its head, so that a short text could make millions. */
const MAX_CELLS = 100_000;
/** Characters that looking for the ends of emphasis and links may cost, together. */
const WORK_PER_CHARACTER = 60;
const MIN_WORK = 20_000_000;
/** How often the text of a quote or a list may be read, on the average of the whole; what is well made needs its depth. */
const READINGS = 20;
const MIN_READINGS = 100_000;
/** What an e-mail address has before its @ (RFC 5321, 4.5.3.1.1): marked looks to the end of the text for it, from every letter. */
const MAX_LOCAL_PART = 64;
const BARE_ADDRESS = /^(?:https?:|ftp:|www\.|mailto:|xmpp:|[\w.+-]{1,64}@)/i;
/** Characters of a link, from its bracket to its end: marked looks for that end in all that follows, from every bracket. */
const MAX_LINK_LENGTH = 2_000;

/**
 * marked's own reading, where its cost is bounded: marked reads what is nested by recursion and what goes on after it anew, and
 * looks for the end of each emphasis in all that follows, so that a hostile megabyte takes minutes or the stack. Throws where
 * a text is made to be read over and over. For one text only.
 */
export class BoundedLexer extends Lexer {
  private readings: number;

  constructor(length: number) {
    super({ ...getDefaults(), gfm: true, tokenizer: new BoundedTokenizer(length, (characters) => this.read(characters)) });
    this.readings = MIN_READINGS + READINGS * length;
  }

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[] {
    this.read(src.length);
    return super.blockTokens(src, tokens, lastParagraphClipped);
  }

  /** Notes that so many characters are read once more. */
  read(length: number): void {
    this.readings -= length;
    if (this.readings < 0) throw new RangeError("this text is read over and over");
  }
}

class BoundedTokenizer extends Tokenizer {
  private depth = 0;
  private inlineDepth = 0;
  private work: number;

  constructor(
    length: number,
    private readonly read: (length: number) => void,
  ) {
    super();
    this.work = MIN_WORK + WORK_PER_CHARACTER * length;
  }

  override blockquote(src: string): Tokens.Blockquote | undefined {
    const [quote = ""] = this.rules.block.blockquote.exec(src) ?? [];
    // Where lines with a mark follow lines without, marked copies what is left.
    const turns = quote.match(/\n(?! {0,3}>)[^\n]*\n {0,3}>/g)?.length ?? 0;
    this.read(quote.length + turns * (quote.match(/\n/g)?.length ?? 0));
    return this.nested(() => super.blockquote(src));
  }

  override list(src: string): Tokens.List | undefined {
    const list = this.nested(() => super.list(src));
    this.read(list?.raw.length ?? 0);
    return list;
  }

  override table(src: string): Tokens.Table | undefined {
    const [raw = ""] = this.rules.block.table.exec(src) ?? [];
    const columns = (raw.slice(0, raw.indexOf("\n")).match(/\|/g)?.length ?? 0) + 1;
    const rows = raw.match(/\n/g)?.length ?? 0;
    return columns * rows > MAX_CELLS ? undefined : super.table(src);
  }

  override emStrong(src: string, maskedSrc: string, prevChar?: string): Tokens.Em | Tokens.Strong | undefined {
    if (src[0] !== "*" && src[0] !== "_") return undefined;
    return this.within(src.length, () => super.emStrong(src, maskedSrc, prevChar));
  }

  override del(src: string, maskedSrc: string, prevChar?: string): Tokens.Del | undefined {
    if (src[0] !== "~") return undefined;
    return this.within(src.length, () => super.del(src, maskedSrc, prevChar));
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    if (src[0] !== "[" && src[0] !== "!") return undefined;
    const near = src.slice(0, MAX_LINK_LENGTH);
    return this.within(near.length, () => super.link(near));
  }

  override url(src: string): Tokens.Link | undefined {
    return BARE_ADDRESS.test(src) ? super.url(src.slice(0, MAX_LINK_LENGTH)) : undefined;
  }

  /** HTML is text, and what stands in it is read as what stands beside it. */
  override tag(): undefined {
    return undefined;
  }

  override html(): undefined {
    return undefined;
  }

  override inlineText(src: string): Tokens.Text | undefined {
    const { text } = this.rules.inline;
    if (!text.source.includes("]+@")) return super.inlineText(src);
    const bounded = new RegExp(text.source.replaceAll("]+@", `]{1,${MAX_LOCAL_PART}}@`), text.flags);
    this.rules = { ...this.rules, inline: { ...this.rules.inline, text: bounded } };
    return super.inlineText(src);
  }

  private nested<T>(read: () => T): T | undefined {
    if (this.depth >= MAX_DEPTH) return undefined;
    this.depth++;
    try {
      return read();
    } finally {
      this.depth--;
    }
  }

  private within<T>(cost: number, read: () => T): T | undefined {
    if (this.inlineDepth >= MAX_DEPTH || this.work < cost) return undefined;
    this.work -= cost;
    this.inlineDepth++;
    try {
      return read();
    } finally {
      this.inlineDepth--;
    }
  }
}
