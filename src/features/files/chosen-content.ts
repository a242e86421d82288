import { declaredType, SNIFF_HEAD_BYTES, SNIFF_TAIL_BYTES, sniff } from "@/storage/content-type";

/**
 * Whether a file that was chosen is what its name says, by what the server looks at once it has arrived (src/storage/arrival.ts):
 * asked beforehand, nobody sends gigabytes to be told so. Whatever cannot be told here is left to the server.
 */
export async function isAsNamed(file: File): Promise<boolean> {
  const type = declaredType(file.name, file.type);
  if (!type) return true;
  const read = async (from: number, to: number) => new Uint8Array(await file.slice(from, to).arrayBuffer());
  try {
    const head = await read(0, SNIFF_HEAD_BYTES);
    const tail = file.size > SNIFF_HEAD_BYTES ? await read(Math.max(0, file.size - SNIFF_TAIL_BYTES), file.size) : undefined;
    return (await sniff(head, type, tail)).ok;
  } catch {
    // Moved or changed since it was chosen: sending it says so.
    return true;
  }
}
