/** What an MP4 says of itself: in pixels and seconds. */
export interface Film {
  width: number;
  height: number;
  seconds: number;
}

/** Bytes from `start` to `end` inclusive, fewer at the end of the file; null when it is gone. */
type Read = (start: number, end: number) => Promise<Uint8Array | null>;
interface Box {
  type: string;
  /** Where its content begins, and where it ends. */
  start: number;
  end: number;
}

/** The index of an hour is about 1 MB. */
const MAX_INDEX_BYTES = 4_000_000;
const MAX_BOXES = 1_000;
const MAX_SIDE = 8_192;
const MAX_SECONDS = 3_600;
/** size, type, and the size again in 64 bits where 32 do not hold it (ISO/IEC 14496-12, 4.2). */
const HEADER_BYTES = 16;

/**
 * Size and length of a film by the index of its MP4 file (`moov`), wherever it lies; null for anything that is not one: no index,
 * no picture track, one of no size or beyond 8,192 pixels a side or an hour. The pictures themselves are not looked at.
 */
export async function readFilm(read: Read, sizeBytes: number): Promise<Film | null> {
  let at = 0;
  for (let count = 0; count < MAX_BOXES && at < sizeBytes; count++) {
    const head = await read(at, at + HEADER_BYTES - 1);
    const box = head && boxAt(viewOf(head), 0, sizeBytes - at);
    if (!box || (count === 0 && box.type !== "ftyp")) return null;
    if (box.type === "moov") {
      if (box.end - box.start > MAX_INDEX_BYTES) return null;
      const index = await read(at + box.start, at + box.end - 1);
      return index && filmOf(viewOf(index));
    }
    at += box.end;
  }
  return null;
}

/** The box at a position, of which no more than `limit` may be; null where none can be. */
function boxAt(view: DataView, at: number, limit: number): Box | null {
  if (at + 8 > view.byteLength) return null;
  const short = view.getUint32(at);
  const type = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
  if (short === 1 && at + 16 > view.byteLength) return null;
  // 1: the long size follows. 0: to the end.
  const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? limit : short;
  const start = at + (short === 1 ? 16 : 8);
  return at + size < start || size > limit ? null : { type, start, end: at + size };
}

function* boxesIn(view: DataView, { start, end }: Pick<Box, "start" | "end">): Generator<Box> {
  for (let at = start, count = 0; at < end && count < MAX_BOXES; count++) {
    const box = boxAt(view, at, end - at);
    if (!box) return;
    yield box;
    at = box.end;
  }
}

function child(view: DataView, parent: Pick<Box, "start" | "end">, type: string): Box | undefined {
  for (const box of boxesIn(view, parent)) if (box.type === type) return box;
  return undefined;
}

function filmOf(view: DataView): Film | null {
  const whole = { start: 0, end: view.byteLength };
  const movie = child(view, whole, "mvhd");
  const extension = child(view, whole, "mvex");
  const fragments = extension && child(view, extension, "mehd");
  const size = pictureSize(view, whole);
  if (!movie || !size) return null;
  // version and flags; then two times, in 32 bits or, in version 1, in 64.
  const isLong = byte(view, movie.start) === 1;
  const scale = uint32(view, movie.start + (isLong ? 20 : 12));
  const length = duration(view, movie.start + (isLong ? 24 : 16), isLong);
  // In fragments the index says nothing of the length, but for what follows it.
  const units = length || (fragments ? duration(view, fragments.start + 4, byte(view, fragments.start) === 1) : 0);
  const seconds = units / scale;
  return seconds > 0 && seconds <= MAX_SECONDS ? { ...size, seconds } : null;
}

/** Of the first track that has pictures. */
function pictureSize(view: DataView, whole: Pick<Box, "start" | "end">): { width: number; height: number } | null {
  for (const track of boxesIn(view, whole)) {
    if (track.type !== "trak") continue;
    const media = child(view, track, "mdia");
    const handler = media && child(view, media, "hdlr");
    const header = child(view, track, "tkhd");
    // "vide"
    if (!handler || !header || uint32(view, handler.start + 8) !== 0x76696465) continue;
    const at = header.end - 8;
    // Fixed-point, 16.16.
    const [width, height] = [uint32(view, at) >>> 16, uint32(view, at + 4) >>> 16];
    return width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE ? { width, height } : null;
  }
  return null;
}

function duration(view: DataView, at: number, isLong: boolean): number {
  if (!isLong) return uint32(view, at) === 0xffffffff ? 0 : uint32(view, at);
  return at + 8 <= view.byteLength ? Number(view.getBigUint64(at)) : 0;
}

function uint32(view: DataView, at: number): number {
  return at >= 0 && at + 4 <= view.byteLength ? view.getUint32(at) : 0;
}

function byte(view: DataView, at: number): number {
  return at < view.byteLength ? view.getUint8(at) : 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
