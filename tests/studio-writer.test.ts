import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Answer, Writer } from "@/features/studio/documents/writer";

const SAVED: Answer = { ok: true, data: { updatedAt: "2026-11-21T10:00:00.000Z" } };
const refused = (code: "unavailable" | "rate_limited" | "conflict", retryAfter?: number): Answer => ({
  ok: false,
  error: { code, message: "Not now.", ...(retryAfter !== undefined && { retryAfter }) },
});

/** As much of a browser as a writer asks for. */
class Fake extends EventTarget {
  contains = () => true;
  querySelector = () => null;
  set = () => undefined;
}

beforeEach(() => {
  vi.useFakeTimers();
  const page = new Fake();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("dispatchEvent", page.dispatchEvent.bind(page));
  vi.stubGlobal("document", new Fake());
  for (const name of ["Node", "HTMLTextAreaElement"]) vi.stubGlobal(name, Fake);
  vi.stubGlobal("FormData", Fake);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Types once, and tells after how many seconds it was tried to save that; answered with these, the last one ever after. */
async function triesOf(answers: (Answer | null)[]): Promise<number[]> {
  const tries: number[] = [];
  const began = Date.now();
  const save = async () => {
    tries.push((Date.now() - began) / 1000);
    const answer = answers[Math.min(tries.length, answers.length) - 1];
    if (!answer) throw new Error("no answer");
    return answer;
  };
  // What a writer asks of a form, the fake has.
  const form = new Fake() as unknown as HTMLFormElement;
  const end = new Writer(form, "", {
    save,
    show: () => undefined,
    mayLeave: () => true,
    left: () => undefined,
    lost: () => undefined,
  }).watch();
  dispatchEvent(new Event("input"));
  await vi.advanceTimersByTimeAsync(100_000);
  const made = [...tries];
  end();
  return made;
}

test("what was not saved for now is saved later without another letter: no answer, an outage, too many requests, another change's turn", async () => {
  expect(await triesOf([SAVED])).toEqual([5]);
  expect(await triesOf([null, SAVED])).toEqual([5, 10]);
  expect(await triesOf([refused("unavailable", 5), refused("conflict", 5), SAVED])).toEqual([5, 10, 15]);
  // No sooner than it was asked for.
  expect(await triesOf([refused("rate_limited", 40), SAVED])).toEqual([5, 45]);
});

test("what will not go well by itself is not tried again until something is written", async () => {
  expect(await triesOf([refused("conflict")])).toEqual([5]);
});
