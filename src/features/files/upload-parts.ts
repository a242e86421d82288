import { PARTS_SIGNED_AT_ONCE } from "./limits";

/** Parts on their way at the same time. */
const PARALLEL = 3;
/** How often a part is tried, and how long it waits before the second time; longer before each further one. */
const TRIES = 5;
const PAUSE_MS = 1_000;

interface Way {
  partBytes: number;
  /** Parts that are there already. */
  arrived: number[];
  onProgress(percent: number): void;
  signal: AbortSignal;
  /** Sends the bytes to the address; throws when that fails. */
  put(body: Blob, url: string, headers: Record<string, string>, onLoaded: (bytes: number) => void, signal: AbortSignal): Promise<void>;
  /** Asks the site for addresses; throws what it says. */
  sign(numbers: number[]): Promise<Signed[]>;
}

interface Signed {
  number: number;
  url: string;
  headers: Record<string, string>;
}

/** Sends what is missing of a file in parts, three at a time, each again where the line breaks; throws what the last try threw. */
export async function sendParts(file: File, way: Way): Promise<void> {
  const { partBytes, onProgress } = way;
  const there = new Set(way.arrived);
  const missing = Array.from({ length: Math.ceil(file.size / partBytes) }, (_, n) => n + 1).filter((number) => !there.has(number));
  const loaded = new Map(way.arrived.map((number) => [number, lengthOf(file, number, partBytes)]));
  const report = (number: number, bytes: number) => {
    loaded.set(number, bytes);
    onProgress(Math.floor((100 * [...loaded.values()].reduce((sum, part) => sum + part, 0)) / file.size));
  };
  const urls = new Urls(way, missing);
  // One part that fails for good ends the others.
  const failed = new AbortController();
  const stopped = AbortSignal.any([way.signal, failed.signal]);
  const work = async () => {
    for (let number = missing.shift(); number !== undefined; number = missing.shift())
      await sendPart(file, number, way, urls, report, stopped);
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, work));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

async function sendPart(
  file: File,
  number: number,
  way: Way,
  urls: Urls,
  report: (number: number, bytes: number) => void,
  stopped: AbortSignal,
): Promise<void> {
  const from = (number - 1) * way.partBytes;
  const body = file.slice(from, from + way.partBytes);
  for (let attempt = 1; ; attempt++) {
    stopped.throwIfAborted();
    try {
      const { url, headers } = await urls.of(number, attempt > 1);
      await way.put(body, url, headers, (bytes) => report(number, bytes), stopped);
      report(number, body.size);
      return;
    } catch (error) {
      report(number, 0);
      if (attempt === TRIES || stopped.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
  }
}

/** Addresses of parts, asked for many at once and again for one that was tried in vain: it may have ended meanwhile. */
class Urls {
  readonly #known = new Map<number, Promise<Signed | undefined>>();

  constructor(
    private readonly way: Way,
    private readonly missing: number[],
  ) {}

  async of(number: number, isAgain: boolean): Promise<Signed> {
    if (isAgain || !this.#known.has(number)) this.#ask(isAgain ? [number] : [number, ...this.missing].slice(0, PARTS_SIGNED_AT_ONCE));
    const signed = await this.#known.get(number);
    if (!signed) throw new Error("no address for a part");
    return signed;
  }

  #ask(numbers: number[]): void {
    const asked = this.way.sign(numbers);
    for (const number of numbers) {
      const one = asked.then((parts) => parts.find((part) => part.number === number));
      // Whoever waits for it hears of it; one nobody waits for yet must not be an unhandled rejection.
      one.catch(() => undefined);
      this.#known.set(number, one);
    }
  }
}

function lengthOf(file: File, number: number, partBytes: number): number {
  return Math.min(partBytes, file.size - (number - 1) * partBytes);
}
