import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFilm } from "@/lib/mp4";
import { box, mp4 } from "./support/mp4";

const read = (bytes: Buffer, sizeBytes = bytes.byteLength) =>
  readFilm(async (start, end) => bytes.subarray(start, Math.min(end + 1, bytes.byteLength)), sizeBytes);

describe("the index of an MP4", () => {
  test.each([
    ["at the end", {}],
    ["at the beginning", { indexLast: false }],
    ["with long times", { long: true }],
  ])("%s says how large the film is and how long", async (_, options) => {
    expect(await read(mp4({ width: 640, height: 360, seconds: 3, ...options }))).toEqual({ width: 640, height: 360, seconds: 3 });
  });

  test.each([
    ["no picture track", mp4({ track: "soun" })],
    ["no size", mp4({ width: 0 })],
    ["a side of more than 8,192", mp4({ height: 8_193 })],
    ["no length", mp4({ seconds: 0 })],
    ["more than an hour", mp4({ seconds: 3_601 })],
    ["no index", Buffer.concat([mp4().subarray(0, 32), box("mdat", Buffer.alloc(100))])],
    ["no file type", mp4().subarray(32)],
    ["an index cut off", mp4().subarray(0, -400)],
    ["nothing", Buffer.alloc(0)],
    ["another kind of file", Buffer.from("<!doctype html><script>ftyp moov</script>")],
  ])("of %s it is no film", async (_, bytes) => {
    expect(await read(bytes)).toBe(null);
  });

  test("whatever bytes stand in it, reading ends, and neither throws nor finds what is out of bounds", async () => {
    const whole = mp4();
    const changes = fc.array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(whole.byteLength), async (changed, cut) => {
        const bytes = Buffer.from(whole.subarray(0, cut));
        for (const [at, value] of changed) if (at < cut) bytes[at] = value;
        const film = await read(bytes);
        if (film) expect([film.width, film.height, film.seconds].every((value) => value > 0 && value <= 8_192)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
