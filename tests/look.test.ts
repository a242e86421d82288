import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../src/app/globals.css", import.meta.url), "utf8");
const themes = { light: 0, dark: 1 } as const;

const surfaces = ["background", "surface", "raised"];
const texts = ["foreground", "muted", "faint", "ember", "success", "warning", "danger", "info"];
const pairs: [string, string][] = [
  ...texts.flatMap((text): [string, string][] => surfaces.map((surface) => [text, surface])),
  ["foreground", "hover"],
  ["muted", "hover"],
  ["danger", "hover"],
  ["foreground", "ember-soft"],
  ["muted", "ember-soft"],
  ["on-ember", "ember"],
  ["on-ember", "ember-hover"],
  ["on-danger", "danger"],
  ["on-danger", "danger-hover"],
];

describe.each(Object.keys(themes) as (keyof typeof themes)[])("in the %s theme", (theme) => {
  test.each(pairs)("%s can be read on %s (4.5:1)", (text, surface) => {
    expect(contrast(color(text, theme), color(surface, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(surfaces)("the focus ring is seen on %s (3:1)", (surface) => {
    expect(contrast(color("ember", theme), color(surface, theme))).toBeGreaterThanOrEqual(3);
  });
});

test("the contrast computation agrees with WCAG's own examples", () => {
  expect(contrast(luminance([1, 0, 0]), luminance([0, 0, 0]))).toBeCloseTo(21, 5);
  // #777 on white, the well-known near miss.
  expect(contrast(luminance([1, 0, 0]), luminance([0.5689, 0, 0]))).toBeCloseTo(4.48, 1);
});

test("type keeps to its scale: 12, 14, 16, 20, 24, 32 px", () => {
  const sizes = [...css.matchAll(/--text-[a-z0-9]+: ([\d.]+)rem/g)].map(([, rem]) => Number(rem) * 16);
  expect(sizes).toEqual([12, 14, 16, 20, 24, 32]);
});

test("nothing moves for those who asked for stillness", () => {
  expect(css).toMatch(/prefers-reduced-motion: reduce\)[^}]*animation: none !important;\s*transition: none !important/s);
});

/** Luminance of a token's half of light-dark(). */
function color(name: string, theme: keyof typeof themes): number {
  const pair = css.match(new RegExp(`--${name}: light-dark\\(oklch\\(([^)]*)\\), oklch\\(([^)]*)\\)\\)`));
  const parts = pair?.[themes[theme] + 1]?.split(" ").map(Number);
  if (parts?.length !== 3 || parts.some(Number.isNaN)) throw new Error(`no plain OKLCH pair for --${name}`);
  return luminance([parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0]);
}

/** WCAG 2 contrast of two luminances. */
function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Relative luminance of OKLCH after clipping to sRGB and rounding to 8 bits, which is what a screen shows. */
function luminance([lightness, chroma, hue]: [number, number, number]): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = shown(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = shown(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = shown(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A linear channel as an 8-bit screen gives it back. */
function shown(linear: number): number {
  const clipped = Math.min(1, Math.max(0, linear));
  const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
  const value = Math.round(encoded * 255) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
