/** More of a film's description than this is no film of ours. */
const MAX_MOOV_BYTES = 8_000_000;
const MAX_BOXES = 1_000;

interface Box {
  type: string;
  start: number;
  end: number;
}

/**
 * Width, height and whole seconds of an MP4, by its own boxes (ISO/IEC 14496-12), reading little more than its description;
 * null when it has none, or none with a picture. `read` gives the bytes from start to end inclusive.
 */
export async function readFilm(
  sizeBytes: number,
  read: (start: number, end: number) => Promise<Uint8Array | null>,
): Promise<{ width: number; height: number; durationSeconds: number } | null> {
  for (let at = 0, seen = 0; at + 8 <= sizeBytes && seen < MAX_BOXES; seen++) {
    const head = await read(at, Math.min(at + 15, sizeBytes - 1));
    const box = head && boxAt(viewOf(head), 0, sizeBytes - at);
    if (!box) return null;
    if (box.type === "moov") {
      const moov = box.end <= MAX_MOOV_BYTES ? await read(at, at + box.end - 1) : null;
      return moov && moov.byteLength === box.end ? describeFilm(viewOf(moov), box) : null;
    }
    at += box.end;
  }
  return null;
}

function describeFilm(view: DataView, moov: Box) {
  let seconds = 0;
  let size = { width: 0, height: 0 };
  for (const box of boxesIn(view, moov)) {
    if (box.type === "mvhd") seconds = durationOf(view, box);
    if (box.type === "trak") for (const inner of boxesIn(view, box)) if (inner.type === "tkhd") size = larger(size, sizeOf(view, inner));
  }
  return size.width > 0 && size.height > 0 && seconds > 0 ? { ...size, durationSeconds: Math.max(1, Math.round(seconds)) } : null;
}

/** Version 1 has times of eight bytes instead of four. */
function durationOf(view: DataView, { start, end }: Box): number {
  const isLong = start < end && view.getUint8(start) === 1;
  if (start + (isLong ? 32 : 20) > end) return 0;
  const timescale = view.getUint32(start + (isLong ? 20 : 12));
  const duration = isLong ? Number(view.getBigUint64(start + 24)) : view.getUint32(start + 16);
  return timescale > 0 ? duration / timescale : 0;
}

/** A sound has a track too, of no size. */
function sizeOf(view: DataView, { start, end }: Box) {
  const at = start + (start < end && view.getUint8(start) === 1 ? 88 : 76);
  return at + 8 <= end ? { width: view.getUint32(at) >>> 16, height: view.getUint32(at + 4) >>> 16 } : { width: 0, height: 0 };
}

function larger(one: { width: number; height: number }, other: { width: number; height: number }) {
  return other.width * other.height > one.width * one.height ? other : one;
}

function boxesIn(view: DataView, { start, end }: Box): Box[] {
  const boxes: Box[] = [];
  for (let at = start; at + 8 <= end && boxes.length < MAX_BOXES; ) {
    const box = boxAt(view, at, end - at);
    if (!box) break;
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

/** The box at this place, of at most `room` bytes; null when it is none. */
function boxAt(view: DataView, at: number, room: number): Box | null {
  if (at + 8 > view.byteLength) return null;
  const type = String.fromCharCode(...[4, 5, 6, 7].map((byte) => view.getUint8(at + byte)));
  const short = view.getUint32(at);
  if (short === 1 && at + 16 > view.byteLength) return null;
  const head = short === 1 ? 16 : 8;
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? room : short;
  return size >= head && size <= room ? { type, start: at + head, end: at + size } : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
