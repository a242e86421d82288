import { crc32, deflateSync } from "node:zlib";
import type { DemoFile, DemoPerson } from "./demo-people";

const PNG_SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const PHOTO_WIDTH = 480;
const PHOTO_HEIGHT = 320;

export type MadeFile = { name: string; contentType: string; bytes: Uint8Array<ArrayBuffer> };

/** A small real file of that kind, made for that person and always the same. */
export function makeFile(kind: DemoFile, person: DemoPerson): MadeFile {
  const city = person.city
    .toLowerCase()
    .normalize("NFD")
    .replace(/[^a-z]/g, "");
  switch (kind) {
    case "notes":
      return { name: `notes-${city}.md`, contentType: "text/markdown", bytes: text(notes(person)) };
    case "table":
      return { name: `visits-${city}.csv`, contentType: "text/csv", bytes: text(table(person)) };
    case "photo":
      return { name: `${city}-harbour.png`, contentType: "image/png", bytes: copy(photo(person.city.length * 23)) };
    case "report":
      return {
        name: `report-${city}.pdf`,
        contentType: "application/pdf",
        bytes: copy(report([`Report from ${plain(person.city)}`, `by ${plain(person.name)}`, plain(person.bio)])),
      };
  }
}

function notes({ name, city, interests, bio }: DemoPerson): string {
  return [
    `# Notes from ${city}`,
    "",
    bio,
    "",
    "## To look at again",
    "",
    ...interests.map((interest) => `- ${interest}`),
    "",
    `${name}`,
    "",
  ].join("\n");
}

function table({ interests }: DemoPerson): string {
  const rows = Array.from({ length: 24 }, (_, week) => `${week + 1},${interests[week % interests.length]},${12 + ((week * 7) % 31)}`);
  return ["week,topic,visits", ...rows, ""].join("\n");
}

/** A sky over water in one of many colours, as an 8-bit RGB picture: https://www.w3.org/TR/png-3/ */
function photo(hue: number): Buffer {
  const rows = Array.from({ length: PHOTO_HEIGHT }, (_, y) => {
    const row = Buffer.alloc(1 + PHOTO_WIDTH * 3);
    const isWater = y > PHOTO_HEIGHT * 0.62;
    for (let x = 0; x < PHOTO_WIDTH; x++) {
      const wave = isWater ? 18 * Math.sin(x / 17 + y / 3 + hue) : 0;
      const light = isWater ? 90 - (y - PHOTO_HEIGHT * 0.62) * 0.4 : 235 - y * 0.35;
      for (const [channel, shift] of [0, 2.1, 4.2].entries()) {
        row[1 + x * 3 + channel] = Math.max(0, Math.min(255, light + wave + 45 * Math.sin(hue / 9 + shift + (x / PHOTO_WIDTH) * 0.8)));
      }
    }
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(PHOTO_WIDTH, 0);
  header.writeUInt32BE(PHOTO_HEIGHT, 4);
  // 8 bits a channel, colour type RGB; compression, filter and interlace have one value each.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** One A4 page with these lines in Helvetica, one of the fonts every reader has. */
function report(lines: string[]): Buffer {
  const content = `BT /F1 16 Tf 72 760 Td 24 TL ${lines.map((line) => `(${line.replace(/[\\()]/g, "\\$&")}) Tj T*`).join(" ")} ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, at) => {
    const offset = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + end, "latin1");
}

/** Letters that a PDF's basic encoding has, so that a byte is a character. */
function plain(value: string): string {
  return value.normalize("NFD").replace(/[^\x20-\x7e]/g, "");
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return copy(Buffer.from(value, "utf8"));
}

/** Out of Node's shared buffers, as a request body wants it. */
function copy(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
