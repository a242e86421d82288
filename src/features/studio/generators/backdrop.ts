type Next = () => number;

interface Canvas {
  width: number;
  height: number;
  next: Next;
  hue: number;
}

const SCENES: Record<string, (canvas: Canvas) => string> = { vivid, calm, geometric, sketch };

/** Numbers from 0 to below 1 that follow from the seed alone. */
export function random(seed: Buffer): Next {
  let state = seed.readUInt32LE(0);
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An SVG of colours and shapes, all of them numbers: nothing that anybody typed is in it. As a veil it lets what lies behind through. */
export function backdrop({
  width,
  height,
  style,
  next,
  isVeil,
}: {
  width: number;
  height: number;
  style: string | null;
  next: Next;
  isVeil: boolean;
}): string {
  const hue = Math.floor(next() * 360);
  const canvas = { width, height, next, hue };
  const names = Object.keys(SCENES);
  const draw = SCENES[style ?? ""] ?? SCENES[names[Math.floor(next() * names.length)] ?? ""] ?? calm;
  const [from, to] = [color(hue, 60, 26), color(hue + 50 + next() * 60, 70, 58)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs><linearGradient id="sky" x1="${next().toFixed(2)}" x2="${next().toFixed(2)}" y2="1"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs>
<g opacity="${isVeil ? 0.45 : 1}"><rect width="${width}" height="${height}" fill="url(#sky)"/>${draw(canvas)}</g></svg>`;
}

/** Discs of light that lie over each other. */
function vivid({ width, height, next, hue }: Canvas): string {
  return times(14, () => {
    const radius = Math.min(width, height) * (0.06 + next() * 0.26);
    return `<circle cx="${round(next() * width)}" cy="${round(next() * height)}" r="${round(radius)}" fill="${color(hue + next() * 140, 85, 45 + next() * 30)}" opacity="${(0.35 + next() * 0.4).toFixed(2)}"/>`;
  });
}

/** A sun, and hills one behind the other. */
function calm({ width, height, next, hue }: Canvas): string {
  const sun = `<circle cx="${round(width * (0.2 + next() * 0.6))}" cy="${round(height * (0.22 + next() * 0.2))}" r="${round(Math.min(width, height) * (0.08 + next() * 0.07))}" fill="${color(hue + 170, 85, 82)}" opacity=".9"/>`;
  const hills = times(5, (layer) => {
    const top = height * (0.42 + layer * 0.12);
    const bend = () => round(top + (next() - 0.5) * height * 0.2);
    return `<path d="M0 ${bend()}C${round(width * 0.25)} ${bend()} ${round(width * 0.3)} ${bend()} ${round(width * 0.5)} ${bend()}S${round(width * 0.8)} ${bend()} ${width} ${bend()}V${height}H0Z" fill="${color(hue + 20 + layer * 9, 45, 46 - layer * 8)}"/>`;
  });
  return sun + hills;
}

/** Triangles in a grid. */
function geometric({ width, height, next, hue }: Canvas): string {
  const cell = Math.min(width, height) / 6;
  const columns = Math.ceil(width / cell);
  return times(columns * Math.ceil(height / cell), (at) => {
    const [x, y] = [(at % columns) * cell, Math.floor(at / columns) * cell];
    const corners: [number, number][] = [
      [x, y],
      [x + cell, y],
      [x + cell, y + cell],
      [x, y + cell],
    ];
    const without = Math.floor(next() * 4);
    const points = corners.filter((_, index) => index !== without).map((corner) => corner.map(round).join());
    return `<polygon points="${points.join(" ")}" fill="${color(hue + next() * 90, 60, 30 + next() * 45)}" opacity="${(0.5 + next() * 0.5).toFixed(2)}"/>`;
  });
}

/** Long strokes of a pen. */
function sketch({ width, height, next, hue }: Canvas): string {
  const at = () => `${round((next() * 1.2 - 0.1) * width)} ${round((next() * 1.2 - 0.1) * height)}`;
  return times(26, () => {
    const thickness = Math.min(width, height) * (0.002 + next() * 0.008);
    return `<path d="M${at()}C${at()} ${at()} ${at()}" fill="none" stroke="${color(hue + 180 + next() * 60, 50, 78)}" stroke-width="${round(thickness)}" stroke-linecap="round" opacity="${(0.4 + next() * 0.5).toFixed(2)}"/>`;
  });
}

function times(count: number, draw: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => draw(index)).join("");
}

function color(hue: number, saturation: number, lightness: number): string {
  return `hsl(${Math.round(hue % 360)},${Math.round(saturation)}%,${Math.round(lightness)}%)`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
