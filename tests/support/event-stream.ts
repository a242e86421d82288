/** One event of a stream, as EventSource would hand it out. */
export interface ServerSentEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Reads a stream of server-sent events one by one; null at its end. */
export function eventsOf(response: Response): { next(): Promise<ServerSentEvent | null>; close(): Promise<void> } {
  if (!response.body) throw new Error("no body");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let id = "";
  return {
    next: async () => {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end === -1) {
          const { done, value } = await reader.read();
          if (done) return null;
          text += value;
          continue;
        }
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        id = field("id") ?? id;
        const data = field("data");
        // A comment is a sign of life and no event.
        if (data !== undefined) return { id, event: field("event") ?? "message", data: JSON.parse(data) };
      }
    },
    close: () => reader.cancel(),
  };
}
