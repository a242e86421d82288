import { type PassThrough, Readable } from "node:stream";
import { ZipFile } from "yazl";

/**
 * A ZIP archive that is read while it is made, in constant memory; no two of its entries have one name wherever it is opened. Where
 * the bytes of one end in an error, so does the archive.
 */
export class Zip {
  readonly #archive = new ZipFile();
  // yazl's stream is a PassThrough by its documentation; its types say ReadableStream.
  readonly #output = this.#archive.outputStream as PassThrough;
  readonly #taken = new Set<string>();

  constructor() {
    // Thrown where it is read; until then it is nobody's.
    this.#output.on("error", () => undefined);
  }

  /** Adds an entry whose bytes are asked for when its turn comes. Pictures, films and documents are compressed already. */
  add(folder: string, name: string, open: () => AsyncIterable<Uint8Array | string>, { compress = false } = {}): void {
    const path = folder + entryName(name, this.#taken);
    this.#archive.addReadStreamLazy(path, { compress }, (callback) => {
      const bytes = Readable.from(open(), { objectMode: false });
      // yazl does not listen: the archive would never end, and an error that nobody hears ends the process.
      bytes.on("error", (error) => this.#output.destroy(error));
      callback(null, bytes);
    });
  }

  /** Ends the list of entries, and begins to make the archive as it is read. */
  stream(): Readable {
    this.#archive.end();
    return Readable.from(this.#output);
  }
}

/** A name that is one file in one folder wherever the archive is opened, and that no other file of it has. */
function entryName(name: string, taken: Set<string>): string {
  const safe = name.replace(/[/\\:*?"<>|\p{Cc}\p{Cs}]/gu, "_").replace(/^\.+/, "_") || "_";
  const dot = safe.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, ""];
  let unique = safe;
  // Where letters' case does not count, neither may it here.
  for (let copy = 2; taken.has(unique.toLowerCase()); copy++) unique = `${stem} (${copy})${end}`;
  taken.add(unique.toLowerCase());
  return unique;
}
