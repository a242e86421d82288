import "server-only";

export const PAGE = 500;

type After = { id?: { gt: string } };

/** Rows in the order of their ids, of which `read` reads the next PAGE after the last one each time it is asked: never all at once. */
export async function* pages<Row extends { id: string }>(read: (after: After) => Promise<Row[]>): AsyncGenerator<Row> {
  for (let after: After = {}; ; ) {
    const rows = await read(after);
    yield* rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    after = { id: { gt: last.id } };
  }
}
