import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import PDFDocument from "pdfkit";

export type Style = "regular" | "italic" | "code";

/** A part of a text that one font has the letters of; `font` is what pdfkit knows it by. */
export interface Run {
  font: string;
  text: string;
}

/** The files Inter comes in, by the letters they hold, the likeliest first. */
const SCRIPTS = ["latin", "latin-ext", "greek", "cyrillic", "vietnamese", "greek-ext", "cyrillic-ext"];
/** What stands for a letter that no font here has. */
const MISSING = "\ufffd";
/** Signs that these files lack and that have a way to be typed. */
const TYPED: Record<string, string> = { "→": "->", "←": "<-", "⇒": "=>", "≤": "<=", "≥": ">=", "≠": "!=", "☑": "[x]", "☐": "[ ]" };
/** Nothing to see of their own: joiners, variation selectors, and the skin of an emoji. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Emoji_Modifier}\p{Cc}]/u;
const WIN_ANSI = /^[\x20-\x7e\u00a0-\u00ff\u20ac\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022]$/;

/** What this file needs of a font of fontkit, which pdfkit opens and keeps to itself. */
interface OpenFont {
  hasGlyphForCodePoint(codePoint: number): boolean;
  getGlyph(id: number): Glyph;
  glyphForCodePoint(codePoint: number): Glyph;
  characterSet: number[];
  createSubset(): Subset;
}
interface Glyph {
  path: { commands: { command: string; args: number[] }[] };
  advanceWidth: number;
}
interface Subset {
  font: OpenFont;
  _addGlyph(id: number): number;
  glyf: Uint8Array[];
  loca: { offsets: number[]; version: number };
  hmtx: { metrics: { advance: number; bearing: number }[] };
  offset: number;
}

/** The letters of one document: Latin, Greek and Cyrillic in Inter, code in Courier where that has the letter. */
export class Fonts {
  private readonly opened = new Map<string, OpenFont>();
  private readonly chosen = new Map<string, string>();

  constructor(private readonly doc: PDFKit.PDFDocument) {}

  /** The text in parts of one font each; of a letter that none has, a sign that it is missing. */
  runs(text: string, style: Style): Run[] {
    const runs: Run[] = [];
    let joined = false;
    for (const letter of typed(text)) {
      const isMissing = !UNSEEN.test(letter) && this.fontOf(letter, style) === null;
      // A family is one emoji, joined of four.
      if (!UNSEEN.test(letter) && !(joined && isMissing)) this.add(runs, isMissing ? MISSING : letter, style);
      joined = letter === "\u200d" || (joined && isMissing);
    }
    return runs;
  }

  private add(runs: Run[], letter: string, style: Style): void {
    const font = this.fontOf(letter, style) ?? this.use("latin", style);
    const last = runs.at(-1);
    // A space between two words of another script belongs to them.
    if (last && (last.font === font || letter === " ")) last.text += letter;
    else runs.push({ font, text: letter });
  }

  private fontOf(letter: string, style: Style): string | null {
    const key = `${style} ${letter}`;
    const known = this.chosen.get(key);
    if (known !== undefined) return known || null;
    const found = this.find(letter, style);
    this.chosen.set(key, found ?? "");
    return found;
  }

  private find(letter: string, style: Style): string | null {
    if (style === "code" && WIN_ANSI.test(letter)) return "Courier";
    const codePoint = letter.codePointAt(0) ?? 0;
    const script = SCRIPTS.find((name) => this.open(name, style).hasGlyphForCodePoint(codePoint));
    return script === undefined ? null : this.use(script, style);
  }

  private use(script: string, style: Style): string {
    this.open(script, style);
    return nameOf(script, style);
  }

  private open(script: string, style: Style): OpenFont {
    const name = nameOf(script, style);
    const known = this.opened.get(name);
    if (known) return known;
    const font = openFont(join(folder(), `inter-${script}-wght-${style === "italic" ? "italic" : "normal"}.woff2`), name);
    this.opened.set(name, font);
    // pdfkit takes a font of fontkit too, which its types do not say.
    this.doc.registerFont(name, font as unknown as Buffer);
    return font;
  }
}

function typed(text: string): string {
  return text.replace(/[→←⇒≤≥≠☑☐]/g, (sign) => TYPED[sign] ?? sign);
}

function nameOf(script: string, style: Style): string {
  return `Inter-${style === "italic" ? "Italic" : "Regular"}-${script}`;
}

function folder(): string {
  const packages = createRequire(join(process.cwd(), "package.json"));
  return join(dirname(packages.resolve("@fontsource-variable/inter/package.json")), "files");
}

/** The font of a file. Its name is made its own: pdfkit takes fonts of one name for one font. */
function openFont(path: string, name: string): OpenFont {
  const opener = new PDFDocument({ autoFirstPage: false, font: readFileSync(path) as unknown as string });
  // Where pdfkit keeps what it has opened; there is no other way to fontkit that is not a package of its own.
  const { font } = (opener as unknown as { _font: { font: OpenFont } })._font;
  // A glyph keeps the letter it was first asked for by: "e" must not be known as a part of "é" alone, or nobody could copy it.
  for (const codePoint of font.characterSet.toSorted(byUse)) font.glyphForCodePoint(codePoint);
  const create = font.createSubset.bind(font);
  return Object.defineProperties(font, {
    postscriptName: { value: name },
    createSubset: { value: () => Object.assign(create(), { _addGlyph: addGlyph }) },
  });
}

/** Of letters that share a glyph, the one that people type: the apostrophe rather than the modifier letter. */
function byUse(one: number, other: number): number {
  const rank = (codePoint: number) => (codePoint < 0x80 ? 0 : codePoint >= 0x2010 && codePoint < 0x2040 ? 1 : 2);
  return rank(one) - rank(other) || one - other;
}

/** In place of fontkit's own, which cannot write a glyph of a WOFF2 file that is made of others. */
function addGlyph(this: Subset, id: number): number {
  const glyph = this.font.getGlyph(id);
  const { bytes, left } = outlineOf(glyph);
  this.glyf.push(bytes);
  this.loca.offsets.push(this.offset);
  this.hmtx.metrics.push({ advance: Math.round(glyph.advanceWidth), bearing: left });
  this.offset += bytes.length;
  return this.glyf.length - 1;
}

/** A glyph as a simple one of OpenType's "glyf" table, without instructions: points as whole numbers, each a step from the last. */
function outlineOf({ path }: Glyph): { bytes: Uint8Array; left: number } {
  const points: { x: number; y: number; on: boolean }[] = [];
  const ends: number[] = [];
  for (const { command, args } of path.commands) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = args.map(Math.round);
    if (command === "moveTo" && points.length > 0) ends.push(points.length - 1);
    if (command === "moveTo" || command === "lineTo") points.push({ x: x1, y: y1, on: true });
    if (command === "quadraticCurveTo") points.push({ x: x1, y: y1, on: false }, { x: x2, y: y2, on: true });
  }
  if (points.length === 0) return { bytes: new Uint8Array(0), left: 0 };
  ends.push(points.length - 1);
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const size = 10 + ends.length * 2 + 2 + points.length * 5;
  const view = new DataView(new ArrayBuffer(size + ((4 - (size % 4)) % 4)));
  let at = 0;
  const put = (value: number) => {
    view.setInt16(at, value);
    at += 2;
  };
  for (const value of [ends.length, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), ...ends, 0]) put(value);
  for (const { on } of points) view.setUint8(at++, on ? 1 : 0);
  for (const [index, x] of xs.entries()) put(x - (xs[index - 1] ?? 0));
  for (const [index, y] of ys.entries()) put(y - (ys[index - 1] ?? 0));
  return { bytes: new Uint8Array(view.buffer), left: Math.min(...xs) };
}
