import "server-only";
import type { Entry } from "@/access/entry";
import { type AppAbility, accessibleBy } from "@/access/rules";
import { watchStanding } from "@/access/watch";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { keepHearing } from "@/lib/notifications";
import { perProcess } from "@/lib/per-process";
import { cutterOf } from "@/lib/under-way";

/** Streams of one person in this process: a tab that is looked at has one. */
export const MAX_STREAMS = 8;
const PAGE = 200;
/** What a page may have missed between its own query and its stream. */
const FRESH_MS = 5 * 60_000;
const TICK_MS = 1_000;
/** Below the idle time of the usual proxies. */
const HEARTBEAT_MS = 15_000;
/** The browser comes back at once, through the door: lifetimes, rules and limits are asked anew. */
const LIFE_MS = 5 * 60_000;
/** What may wait in memory for a reader who is slower than their jobs. */
const MAX_WAITING_BYTES = 64 * 1024;
/** A reader who reads nothing for so long is cut off, and goes on from where they were when they come back. */
const PATIENCE_MS = 10_000;
export const STREAM_HEADERS = {
  "Content-Type": "text/event-stream; charset=utf-8",
  // Neither Next nor a proxy may keep, compress or gather what is meant to arrive at once.
  "Cache-Control": "private, no-store, no-transform",
  "X-Accel-Buffering": "no",
};

type Bytes = Uint8Array<ArrayBuffer>;
interface Stream {
  ability: AppAbility;
  /** The last event that was sent. */
  seen: bigint;
  controller: ReadableStreamDefaultController<Bytes>;
  /** Ends the connection under a reader who does not read. */
  cut: () => void;
  stands: () => Promise<boolean>;
  endsAt: number;
  beatAt: number;
  /** Since when its reader reads more slowly than there is to read; what follows waits in the database. */
  fullSince: number | null;
}
/** The streams of one person: what they are told is read once for all of them. */
interface Room {
  streams: Set<Stream>;
  reading: boolean;
  /** There may be something that not all of them were told. */
  stale: boolean;
}
type Rooms = Map<string, Room>;

/**
 * The person's jobs as they go on (`event: job`), as server-sent events: from after the event `seen`, with none lost, doubled or
 * out of order; without it, from how things stand now. `event: reset` says that `seen` is too old: look at everything again.
 * Ends within two seconds of the session's end, and with `signal`. Throws "rate_limited" for one stream too many.
 */
export async function streamJobs(entry: Entry, seen: bigint | null, signal: AbortSignal): Promise<Response> {
  const { userId, impersonator } = entry.actor;
  const stands = await watchStanding(entry);
  const first = await beginning(entry, seen);
  const rooms = allRooms();
  const room = rooms.get(userId) ?? { streams: new Set<Stream>(), reading: false, stale: false };
  if (room.streams.size >= MAX_STREAMS) throw new AppError("rate_limited", "too_many_streams", { params: { max: MAX_STREAMS } });
  const cut = cutterOf();
  const endsAt = Date.now() + (impersonator ? LIFE_MS / 5 : LIFE_MS);
  let stream: Stream;
  const gone = () => void leave(rooms, userId, stream);
  const source: UnderlyingDefaultSource<Bytes> = {
    start(controller) {
      stream = { ability: entry.ability, seen: first.seen, controller, cut, stands, endsAt, beatAt: Date.now(), fullSince: null };
      rooms.set(userId, room);
      room.streams.add(stream);
      controller.enqueue(first.bytes);
      // What was committed since the beginning was read.
      void tell(rooms, userId);
    },
    pull: () => {
      if (stream.fullSince !== null) void tell(rooms, userId);
    },
    cancel: gone,
  };
  // Of a browser that left before its answer began nobody reads, nor cancels, the body.
  signal.addEventListener("abort", gone, { once: true });
  const body = new ReadableStream(source, new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }));
  if (signal.aborted) gone();
  return new Response(body, { headers: STREAM_HEADERS });
}

/** Ends every stream of this process; their browsers come back to the next one. */
export async function endStreams(): Promise<void> {
  const rooms = allRooms();
  for (const [userId, { streams }] of rooms) for (const stream of streams) end(rooms, userId, stream);
}

/** What a stream begins with: nothing, where it goes on; else the newest event of each job that has lately changed. */
async function beginning(entry: Entry, seen: bigint | null): Promise<{ seen: bigint; bytes: Bytes }> {
  const hello = "retry: 1000\nevent: hello\ndata: {}\n\n";
  const own = { ownerId: entry.actor.userId, job: accessibleBy(entry.ability).ofType("Job") };
  if (seen !== null && (await db().jobEvent.findFirst({ where: { ...own, id: seen }, select: { id: true } })))
    return { seen, bytes: encoded(hello) };
  const rows = await db().jobEvent.findMany({ where: own, select: EVENT, orderBy: { id: "desc" }, take: PAGE });
  const since = Date.now() - FRESH_MS;
  const newest = new Map(
    rows
      .filter(({ at }) => at.getTime() > since)
      .map((row) => [row.jobId, row] as const)
      .reverse(),
  );
  const texts = [...newest.values()].sort((a, b) => Number(a.id - b.id)).map(textOf);
  return { seen: rows[0]?.id ?? 0n, bytes: encoded([hello, seen === null ? "" : "event: reset\ndata: {}\n\n", ...texts].join("")) };
}

/** Reads what the streams of a person have not been told, and tells it to each. One at a time, so that each hears all in order. */
async function tell(rooms: Rooms, userId: string): Promise<void> {
  const room = rooms.get(userId);
  if (!room) return;
  room.stale = true;
  if (room.reading) return;
  room.reading = true;
  try {
    while (room.stale) {
      room.stale = false;
      const ready = [...room.streams].filter(isReady);
      const [first] = ready;
      if (!first) break;
      const rows = await db().jobEvent.findMany({
        where: { ownerId: userId, id: { gt: least(ready, first.seen) }, job: accessibleBy(first.ability).ofType("Job") },
        select: EVENT,
        orderBy: { id: "asc" },
        take: PAGE,
      });
      for (const row of rows)
        for (const stream of ready) if (room.streams.has(stream) && stream.seen < row.id) send(stream, encoded(textOf(row)), row.id);
      if (rows.length === PAGE) room.stale = true;
    }
  } catch (error) {
    // The next tick tries again.
    room.stale = true;
    log().debug({ err: error }, "job events");
  } finally {
    room.reading = false;
  }
}

const EVENT = { id: true, jobId: true, at: true, data: true } as const;

function textOf({ id, jobId, data }: { id: bigint; jobId: string; data: unknown }): string {
  return `id: ${id}\nevent: job\ndata: ${JSON.stringify({ jobId, ...(data as object) })}\n\n`;
}

function encoded(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Whether there is room for more; what was full becomes ready when half of it is read. */
function isReady(stream: Stream): boolean {
  if (stream.fullSince !== null && (stream.controller.desiredSize ?? 0) > MAX_WAITING_BYTES / 2) stream.fullSince = null;
  return stream.fullSince === null;
}

/** The earliest of the places that streams have reached. */
function least(streams: Stream[], from: bigint): bigint {
  let seen = from;
  for (const stream of streams) if (stream.seen < seen) seen = stream.seen;
  return seen;
}

/** Nothing overtakes what did not fit: the stream takes no more until it is read there again from the database. */
function send(stream: Stream, bytes: Bytes, id = stream.seen): void {
  if (stream.fullSince !== null) return;
  if ((stream.controller.desiredSize ?? 0) < bytes.byteLength) {
    stream.fullSince = Date.now();
    return;
  }
  stream.seen = id;
  stream.controller.enqueue(bytes);
}

function end(rooms: Rooms, userId: string, stream: Stream): void {
  if (!leave(rooms, userId, stream)) return;
  stream.controller.close();
  // Whoever does not read would keep the connection for ever.
  setTimeout(stream.cut, TICK_MS).unref();
}

function drop(rooms: Rooms, userId: string, stream: Stream): void {
  if (!leave(rooms, userId, stream)) return;
  stream.controller.error(new DOMException("the reader does not read", "AbortError"));
  stream.cut();
}

function leave(rooms: Rooms, userId: string, stream: Stream): boolean {
  const room = rooms.get(userId);
  const was = room?.streams.delete(stream) ?? false;
  if (room?.streams.size === 0) rooms.delete(userId);
  return was;
}

/** Once a second: who may no longer hear ends, who heard nothing for a while gets a sign of life, and what failed is tried again. */
async function tick(rooms: Rooms): Promise<void> {
  const now = Date.now();
  for (const [userId, room] of rooms) {
    if (room.stale) void tell(rooms, userId);
    for (const stream of room.streams) {
      if (now > stream.endsAt || !(await stream.stands())) end(rooms, userId, stream);
      else if (stream.fullSince !== null && now - stream.fullSince > PATIENCE_MS) drop(rooms, userId, stream);
      else if (now - stream.beatAt > HEARTBEAT_MS) {
        stream.beatAt = now;
        send(stream, encoded(": \n\n"));
      }
    }
  }
}

/** The streams of this process, and the link that they hear by. */
function allRooms(): Rooms {
  return perProcess("foyerJobStreams", openRooms);
}

function openRooms(): Rooms {
  const rooms: Rooms = new Map();
  const linked = () => {
    for (const userId of rooms.keys()) void tell(rooms, userId);
  };
  void keepHearing("foyer_jobs", { linked, heard: (payload) => void tell(rooms, ownerOf(payload)) });
  let ticking = false;
  setInterval(() => {
    if (ticking) return;
    ticking = true;
    void tick(rooms).finally(() => {
      ticking = false;
    });
  }, TICK_MS).unref();
  return rooms;
}

/** Written by a trigger of ours, on a channel that anybody in the database may speak on. */
function ownerOf(payload: string): string {
  return /"ownerId"\s*:\s*"([0-9a-f-]{36})"/.exec(payload)?.[1] ?? "";
}
