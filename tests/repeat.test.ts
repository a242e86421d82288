import { expect, test, vi } from "vitest";
import { log } from "@/lib/log";
import { repeat } from "@/lib/repeat";

test("no round begins before all of the last one has ended, and what each of them threw is in the log by its name", async () => {
  vi.useFakeTimers();
  const warned = vi.spyOn(log(), "warn").mockImplementation(() => undefined);
  const fast = vi.fn(() => Promise.reject(new Error("at once")));
  const slow = vi.fn(() => new Promise((_, reject) => setTimeout(reject, 60_000, new Error("in the end"))));
  repeat({ fast, slow }, 1_000, 5_000);
  await vi.advanceTimersByTimeAsync(65_999);
  expect([fast.mock.calls.length, slow.mock.calls.length]).toEqual([1, 1]);
  expect(warned.mock.calls).toMatchObject([
    [{ err: { message: "at once" } }, "fast"],
    [{ err: { message: "in the end" } }, "slow"],
  ]);
  await vi.advanceTimersByTimeAsync(1);
  expect([fast.mock.calls.length, slow.mock.calls.length]).toEqual([2, 2]);
  vi.useRealTimers();
  warned.mockRestore();
});
