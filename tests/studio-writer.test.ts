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

/** A writer, and what it sends: when, in seconds, and which FormData. Answered with these, the last one ever after. */
function writing(answers: (Answer | null)[]) {
  const sent: { at: number; typed: FormData }[] = [];
  const began = Date.now();
  const save = async (typed: FormData) => {
    sent.push({ at: (Date.now() - began) / 1000, typed });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (!answer) throw new Error("no answer");
    return answer;
  };
  // What a writer asks of a form, the fake has.
  const form = new Fake() as unknown as HTMLFormElement;
  const nothing = () => undefined;
  const end = new Writer(form, "", { save, show: nothing, mayLeave: () => true, left: nothing, lost: nothing }).watch();
  return { sent, end, type: () => dispatchEvent(new Event("input")) };
}

/** Types once, and tells after how many seconds it was tried to save that. */
async function triesOf(answers: (Answer | null)[]): Promise<number[]> {
  const { sent, end, type } = writing(answers);
  type();
  await vi.advanceTimersByTimeAsync(100_000);
  const made = sent.map(({ at }) => at);
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

test("what may have arrived without an answer is sent again as it was, and then at once what was written since", async () => {
  for (const lost of [null, refused("unavailable", 5)]) {
    const { sent, end, type } = writing([lost, SAVED]);
    type();
    await vi.advanceTimersByTimeAsync(7_000);
    type();
    await vi.advanceTimersByTimeAsync(100_000);
    end();
    expect(sent.map(({ at }) => at)).toEqual([5, 12, 12]);
    expect([sent[1]?.typed === sent[0]?.typed, sent[2]?.typed === sent[0]?.typed]).toEqual([true, false]);
  }
});
