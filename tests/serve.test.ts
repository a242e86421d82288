import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkHealth } from "@/features/system/health";
import { after, cursorDate } from "@/lib/keyset";
import { isCallersFault, refusalOf } from "../scripts/request-limits.mjs";
import { limitUnread } from "../scripts/unread.mjs";

const check = vi.hoisted(() => vi.fn(async () => undefined));
vi.mock("@/storage", () => ({ storage: () => ({ check }) }));
vi.mock("@/lib/db", () => ({ db: () => ({ $queryRaw: async () => [] }) }));

const asked = (url: string, headers: Record<string, string> = {}, method = "POST") => ({ method, url, headers });
const tree = (state: unknown) => ({ rsc: "1", "next-router-state-tree": encodeURIComponent(JSON.stringify(state)) });

describe("answers that nobody takes", () => {
  it("are cut, the largest first, once they are too much together; who reads, and who has little to read, is served", async () => {
    const page = Buffer.alloc(16 * 1_048_576);
    const server = createServer((request, response) => void response.end(request.url === "/large" ? page : "small"));
    limitUnread(server, { most: 2 * page.length, everyMs: 20 });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const ask = async (path: string) => {
      const [answer] = (await once(get({ port, path, agent: false }), "response")) as [IncomingMessage];
      return answer;
    };
    const cut = new Promise((done) => server.on("connection", (socket) => socket.once("close", done)));
    const silent = await Promise.all(Array.from({ length: 8 }, () => ask("/large")));
    await cut;
    const small = await ask("/");
    const [taken, whole] = await Promise.all([small.toArray(), (await ask("/large")).toArray()]);
    expect([Buffer.concat(taken).toString(), Buffer.concat(whole).length]).toEqual(["small", page.length]);
    for (const answer of silent) answer.destroy();
    server.close();
  });
});

describe("the body of a request", () => {
  it("may be 16 kB for Auth.js, what a chapter or a post takes for those, and 512 kB for everything else", () => {
    for (const [path, most] of [
      ["/api/auth/callback/credentials", 16_384],
      ["/api/auth/session?x=1", 16_384],
      ["/api/%61uth/signin", 16_384],
      ["/api//auth/signin", 16_384],
      ["/login", 524_288],
      ["/api/files", 524_288],
      ["/api/authors", 524_288],
      ["/api/chapters/x", 6_200_000],
      ["/studio/blog/x", 6_200_000],
      ["/api/books/x", 524_288],
    ] as const) {
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS"]) {
        expect(refusalOf(asked(path, { "content-length": String(most) }, method)), `${method} ${path}`).toBeNull();
        expect(refusalOf(asked(path, { "content-length": String(most + 1) }, method)), `${method} ${path}`).toBe(413);
      }
    }
    expect(refusalOf(asked("/login", { "content-length": "9".repeat(400) }))).toBe(413);
    expect(refusalOf(asked("/login", { "content-length": "x" }))).toBe(413);
  });

  it("says how long it is", () => {
    for (const method of ["POST", "GET", "HEAD"])
      expect(refusalOf(asked("/api/auth/session", { "transfer-encoding": "chunked" }, method)), method).toBe(411);
    expect(refusalOf(asked("/login", {}, "GET"))).toBeNull();
    expect(refusalOf(asked("/login"))).toBeNull();
  });

  it("is left to the LOCAL store where that is meant, by that method, and nowhere that only begins like it", () => {
    const long = { "content-length": "48000000" };
    expect(refusalOf(asked("/api/storage/a/b?e=1&s=c", long, "PUT"))).toBeNull();
    expect(refusalOf(asked("/api/storage/a/b", { "transfer-encoding": "chunked" }, "PUT"))).toBeNull();
    expect(refusalOf(asked("/api/storage/a/b", long))).toBe(413);
    for (const path of ["/api/storage", "/api/storages/x", "/api/storage/../auth/session", "/api/storage/%2e%2e/x", "/api/storage/..\\x"])
      expect(refusalOf(asked(path, long, "PUT")), path).toBe(413);
  });
});

describe("what Next would say 500 to", () => {
  it("is refused: targets, paths, methods", () => {
    for (const url of ["*", "http://evil.example/", "", "/%", "/%ff", "/\ud800%C0%AE"])
      expect(refusalOf(asked(url, {}, "GET")), url).toBe(400);
    expect(refusalOf(asked("/", {}, "TRACE"))).toBe(400);
    for (const url of [
      "/_global-error",
      "/%5fglobal-error",
      "//_global-error",
      "/_global-error/",
      "/_global-error.rsc",
      "/_global-error?x=1",
    ])
      expect(refusalOf(asked(url, {}, "GET")), url).toBe(404);
    expect(refusalOf(asked("/_global-errors", {}, "GET"))).toBeNull();
  });

  it("is refused: a router state that is none", () => {
    for (const header of ["", "%%%", "{", "1", "null", "[1,2,3]", "[]", '["",[]]', '["",null]', "a".repeat(5_000)])
      expect(refusalOf(asked("/login", { rsc: "1", "next-router-state-tree": header }, "GET")), header.slice(0, 20)).toBe(400);
  });

  it("is the caller's fault: an action, a form, a router state of another shape", () => {
    expect(isCallersFault(asked("/login", { "next-action": "" }))).toBe(true);
    expect(isCallersFault(asked("/login", { "content-type": "Multipart/Form-Data; boundary=x" }))).toBe(true);
    for (const state of [
      ["", {}, "x"],
      ["", { children: 1 }],
      ["", { children: ["x", {}, null, "else"] }],
      [["id", "x", "z", null], {}],
      [["id", "x", "d"], {}],
      ["", {}, null, null, "x"],
      ["", {}, null, null, 1, 2],
      ["", {}, null, null, 1, "", ""],
    ])
      expect(isCallersFault(asked("/login", tree(state), "GET")), JSON.stringify(state)).toBe(true);
  });

  it("is ours in every other case", () => {
    const states = [
      ["", {}],
      ["", { children: ["login", { children: ["__PAGE__", {}] }] }, null, null, 16],
      ["", { children: [["id", "x", "d", null], { children: ["__PAGE__?{}", {}, ["/files/x", "/files/x"], "refetch"] }] }],
      ["", { children: [["id", "x", "oc", ["a"]], {}] }, null, "metadata-only", null, "hint"],
    ];
    for (const state of states) {
      expect(refusalOf(asked("/login", tree(state), "GET")), JSON.stringify(state)).toBeNull();
      expect(isCallersFault(asked("/login", tree(state), "GET")), JSON.stringify(state)).toBe(false);
    }
    expect(isCallersFault(asked("/login", {}, "GET"))).toBe(false);
    expect(isCallersFault(asked("/api/files", { "content-type": "application/json" }))).toBe(false);
  });

  it("is judged as this version of Next judges a router state", async () => {
    const { flightRouterStateSchema: schema } = await import("next/dist/server/app-render/types.js");
    const parts = [
      "",
      1,
      null,
      {},
      "refetch",
      "x",
      ["a", "b"],
      ["a"],
      ["a", "b", "d", null],
      ["a", "b", "d", ["c"]],
      ["a", "b", "q", null],
    ];
    const states = [...parts, ...parts.map((one) => [one, {}]), ...parts.map((one) => ["", one])];
    for (const one of parts) states.push(["", {}, one], ["", {}, null, one], ["", {}, null, null, one], ["", {}, null, null, null, one]);
    for (const state of states) expect(isCallersFault(asked("/", tree(state), "GET")), JSON.stringify(state)).toBe(!schema.is(state));
  });
});

describe("a date in a cursor", () => {
  it("is one that was put there, in the years 1970 to 9999", () => {
    for (const good of ["1970-01-01T00:00:00.000Z", "2026-11-21T00:44:31.123Z", "9999-12-31T23:59:59.999Z"])
      expect(cursorDate(good)?.toISOString()).toBe(good);
    for (const bad of [
      "-271821-04-20T00:00:00.000Z",
      "-000001-01-01T00:00:00.000Z",
      "0000-01-01T00:00:00.000Z",
      "1969-12-31T23:59:59.999Z",
      "+010000-01-01T00:00:00.000Z",
      "+275760-09-13T00:00:00.000Z",
      "+275760-09-13T00:00:00.001Z",
      "2026-02-30T00:00:00.000Z",
      "2026",
      "yesterday",
      "",
    ])
      expect(cursorDate(bad), bad).toBeNull();
  });

  it("that is none begins at the first page", () => {
    expect(after("createdAt", "desc", { value: "-271821-04-20T00:00:00.000Z", id: "x" }, cursorDate)).toEqual({});
  });
});

describe("whether the site is ready", () => {
  afterEach(() => vi.useRealTimers());

  it("is found out once for all who ask at a time, and at most once a second", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const answers = await Promise.all([checkHealth(), checkHealth(), checkHealth()]);
    expect(answers.map(({ storage }) => storage)).toEqual(["ok", "ok", "ok"]);
    await checkHealth();
    vi.advanceTimersByTime(999);
    await checkHealth();
    expect(check).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2);
    check.mockRejectedValueOnce(new Error("the store is gone"));
    expect((await checkHealth()).storage).toBe("unavailable");
    expect(check).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1_001);
    expect((await checkHealth()).storage).toBe("ok");
  });
});
