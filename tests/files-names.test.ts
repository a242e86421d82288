import { describe, expect, test } from "vitest";
import { fileNameSchema } from "@/features/files/schema";
import { line, paragraph } from "@/lib/text";
import { allowedTypes } from "@/storage/content-type";
import { renamed, safeFilename } from "@/storage/presentation";

const BIDI = ["\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c"];
const EMPTY = ["\u3164", "\u2800", "\u00ad", "\u180e", "\u200b", "\ufffa", "\u{e0041}", "\ufe0f", "\u115f \u3164"];

describe("a line a person typed", () => {
  test.each(BIDI)("may not change the direction of writing by %j", (mark) => {
    expect(line(100).safeParse(`Ada${mark} Okafor`).success).toBe(false);
    expect(paragraph(100).safeParse(`Ada${mark} Okafor`).success).toBe(true);
  });

  test.each(EMPTY)("may not show nothing, as %j does", (nothing) => {
    for (const schema of [line(100, 1), paragraph(100, 1)]) expect(schema.safeParse(nothing).success).toBe(false);
  });

  test.each(["", "  ", "علي رضا", "می\u200cخواهم", "👩\u200d🚀", "Ada Okafor", "김\u1161"])("may be %j", (text) => {
    expect(line(100).safeParse(text)).toEqual({ success: true, data: text.normalize("NFC").trim() });
  });
});

describe("a file's name", () => {
  test.each([...BIDI, ...EMPTY])("loses %j, and is refused when nothing is left", (mark) => {
    expect(fileNameSchema.parse(`photo${mark}gnp.png`)).toBe(mark.includes(" ") ? "photo gnp.png" : "photognp.png");
    expect(fileNameSchema.safeParse(mark).success).toBe(false);
  });

  test.each([
    ["invoice.exe", "application/pdf", "invoice.exe.pdf"],
    ["invoice", "application/pdf", "invoice.pdf"],
    ["Invoice.PDF", "application/pdf", "Invoice.PDF"],
    ["photo.jpeg", "image/jpeg", "photo.jpeg"],
    ["photo.png", "image/jpeg", "photo.jpg"],
    ["a.pdf.", "application/pdf", "a.pdf"],
    ["a.p\u200bdf", "application/pdf", "a.pdf"],
    ["page.html", "text/plain", "page.html.txt"],
    ["page.html", "application/x-unheard-of", "page.html"],
    ["", "image/png", "download.png"],
    [".pdf", "image/png", "pdf.png"],
  ])("%j of type %s comes down as %j", (name, type, expected) => {
    expect(safeFilename(name, type)).toBe(expected);
  });

  test.each([
    ["Summer", "a.jpeg", "Summer.jpeg"],
    ["Summer.png", "a.jpeg", "Summer.jpeg"],
    ["Summer.JPG", "a.jpeg", "Summer.JPG"],
    ["Mr. Smith 1.2", "a", "Mr. Smith 1.2.jpg"],
    ["x".repeat(255), "a.jpeg", `${"x".repeat(250)}.jpeg`],
  ])("%j of a picture called %j becomes %j, and comes down as that", (name, before, called) => {
    expect(renamed(name, { name: before, contentType: "image/jpeg" })).toBe(called);
    expect(safeFilename(called, "image/jpeg")).toBe(called);
  });

  test("comes down with an extension of its type, whatever its length", () => {
    for (const [type, [preferred = "", ...others]] of allowedTypes) {
      for (const extension of [preferred, ...others]) expect(safeFilename(`a.${extension}`, type)).toBe(`a.${extension}`);
      const long = safeFilename(`${"é".repeat(200)}.exe`, type);
      expect([long.endsWith(`.${preferred}`), Buffer.byteLength(long) <= 255]).toEqual([true, true]);
    }
  });
});
