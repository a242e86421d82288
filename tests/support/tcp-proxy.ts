import { connect, createServer, type Socket } from "node:net";

/** A line to a server that can be cut (closed, and refused), frozen (open, but silent), cut or held at one word, and mended again. */
export async function startTcpProxy(target: { host: string; port: number }) {
  const pairs = new Set<[Socket, Socket]>();
  let state: "open" | "cut" | "frozen" = "open";
  let cuts = 0;
  let fatal: { word: string; when: "asked" | "answered" | "held" } | null = null;
  const held: (() => void)[] = [];
  const server = createServer((inner) => {
    if (state === "cut") return void inner.destroy();
    const outer = connect(target);
    const pair: [Socket, Socket] = [inner, outer];
    pairs.add(pair);
    let [doomed, holding] = [false, false];
    for (const [from, to] of [pair, [outer, inner] as const]) {
      from.on("data", (bytes) => {
        if (state === "frozen") return;
        const isFatal = from === inner && fatal !== null && bytes.includes(fatal.word);
        if (doomed || (isFatal && fatal?.when === "asked")) {
          cuts++;
          from.destroy();
          return;
        }
        holding ||= isFatal && fatal?.when === "held";
        if (holding && from === inner) return void held.push(() => to.write(bytes));
        doomed = isFatal;
        to.write(bytes);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const drop = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    port: address.port,
    cut: () => {
      state = "cut";
      drop();
    },
    freeze: () => {
      state = "frozen";
    },
    /** How many connections were cut at their word. */
    cuts: () => cuts,
    /** Each connection that sends this word is cut: before it arrives, or before its answer does. Others stand. */
    cutAt: (word: string, when: "asked" | "answered") => {
      fatal = { word, when };
    },
    /** Of each connection that sends this word, that and whatever comes after it is kept back until `letGo`. Others stand. */
    holdAt: (word: string) => {
      fatal = { word, when: "held" };
    },
    letGo: () => {
      fatal = null;
      for (const write of held.splice(0)) write();
    },
    /** What was frozen is closed: bytes were lost on it. */
    mend: () => {
      if (state === "frozen") drop();
      fatal = null;
      state = "open";
    },
    stop: () => {
      drop();
      server.close();
    },
  };
}
