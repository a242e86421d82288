import { ZipFile } from "yazl";

interface Entry {
  name: string;
  content: string | Uint8Array;
  /** Stored as it is: what a reader looks for at a fixed place. */
  stored?: boolean;
}

/** A ZIP archive of these entries, in their order. */
export async function zipped(entries: Entry[], mtime: Date): Promise<Buffer> {
  const archive = new ZipFile();
  for (const { name, content, stored = false } of entries)
    archive.addBuffer(Buffer.from(content), name, { mtime, compress: !stored, forceDosTimestamp: true });
  archive.end();
  const chunks: Buffer[] = [];
  for await (const chunk of archive.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
