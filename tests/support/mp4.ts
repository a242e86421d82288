/** The boxes of an MP4 as a camera writes them: `ftyp`, then the index, then (or before it) the pictures, which are none. */
export function mp4({ width = 1280, height = 720, seconds = 8, long = false, indexLast = true, track = "vide" } = {}): Buffer {
  const scale = 600;
  const times = (more: number) => Buffer.concat([Buffer.from([long ? 1 : 0, 0, 0, 0]), Buffer.alloc((long ? 8 : 4) * 2), uint32(more)]);
  const length = long ? Buffer.concat([uint32(0), uint32(seconds * scale)]) : uint32(seconds * scale);
  const mvhd = box("mvhd", times(scale), length, Buffer.alloc(80));
  const tkhd = box("tkhd", times(1), uint32(0), length, Buffer.alloc(52), uint32(width * 65_536), uint32(height * 65_536));
  const hdlr = box("hdlr", uint32(0), uint32(0), Buffer.from(track), Buffer.alloc(13));
  const sound = box("trak", box("tkhd", Buffer.alloc(92)), box("mdia", box("hdlr", uint32(0), uint32(0), Buffer.from("soun"))));
  const moov = box("moov", mvhd, sound, box("trak", tkhd, box("mdia", hdlr)));
  const mdat = box("mdat", Buffer.alloc(1_000, "picture"));
  const ftyp = box("ftyp", Buffer.from("isom"), uint32(512), Buffer.from("isomiso2avc1mp41"));
  return Buffer.concat(indexLast ? [ftyp, mdat, moov] : [ftyp, moov, mdat]);
}

export function box(type: string, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([uint32(content.byteLength + 8), Buffer.from(type), content]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
