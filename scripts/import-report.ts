import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Changed } from "../src/features/people-jobs/import/batch";
import { valueText } from "../src/features/people-jobs/import/shown";
import { csvLine } from "../src/lib/csv";
import { UserError } from "./terminal.mjs";

/** A refused row, with its reason in words. */
export interface Refused {
  row: number;
  subject: string;
  words: string;
  field?: string;
}

/** A CSV file with a line for each column that is, or would be, another one, and for each refused row. */
export function openReport(path: string) {
  const file = createWriteStream(path, { mode: 0o600 });
  const failed = new Promise<never>((_, fail) => {
    file.once("error", (error) => fail(new UserError(`The report cannot be written: ${error.message}`)));
  });
  failed.catch(() => undefined);
  const write = (text: string) =>
    Promise.race([failed, new Promise<void>((done) => (file.write(text) ? done() : void file.once("drain", done)))]);
  void write(csvLine(["row", "person", "outcome", "field", "before", "after"])).catch(() => undefined);
  return {
    write: async (changes: Changed[], refused: Refused[]): Promise<void> => {
      const lines = changes.flatMap(({ row, subject, kind, differences }) =>
        differences.map(({ field, before, after }) => csvLine([row, subject, kind, field, valueText(before), valueText(after)])),
      );
      const refusals = refused.map(({ row, subject, words, field = "" }) => csvLine([row, subject, "refused", field, null, words]));
      await write([...lines, ...refusals].join(""));
    },
    close: async (): Promise<void> => {
      file.end();
      await Promise.race([failed, finished(file)]);
    },
  };
}
