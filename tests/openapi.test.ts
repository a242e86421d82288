import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ApiProblem, api } from "@/api-client/client";
import { GET as getFiles } from "@/app/api/files/route";
import { DELETE as cancel, GET as getJob } from "@/app/api/jobs/[id]/route";
import { GET as getStatus } from "@/app/api/jobs/[id]/status/route";
import { GET as getJobs } from "@/app/api/jobs/route";
import { filesAnswerSchema } from "@/features/files/schema";
import { jobAnswerSchema, jobStatusAnswerSchema, jobsAnswerSchema } from "@/features/studio/jobs/schema";
import { callsText } from "../scripts/api-calls";
import { openApi, openApiText } from "../scripts/openapi";
import { routeTable } from "../scripts/routes";
import { file, person } from "./support/people";
import { type Browser, browser, signedIn } from "./support/request";
import { imageJob } from "./support/studio";

describe("docs/openapi.json", () => {
  test("and the client's types are what the code says: after a change of a handler, `npm run routes` writes them anew", async () => {
    expect(readFileSync("docs/openapi.json", "utf8")).toBe(await openApiText());
    expect(readFileSync("src/api-client/calls.ts", "utf8")).toBe(callsText(await openApi()));
  });

  test("names every handler that somebody calls, says what each is for, and has a parameter for each part of its path", async () => {
    const { paths } = await openApi();
    const called = routeTable().handlers.filter(({ path }) => !/^\/api\/(auth|storage)\//.test(path));
    const named = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(named.sort()).toEqual(called.map(({ method, path }) => `${method} ${path.replace(/\[(\w+)\]/g, "{$1}")}`).sort());
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { summary, parameters = [] }] of Object.entries(methods)) {
        expect(summary, `${method} ${path}: a comment over the handler says what it is for`).not.toBe("");
        const inPath = (parameters as { name: string; in: string }[]).filter((one) => one.in === "path").map(({ name }) => name);
        expect(inPath, `${method} ${path}`).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      }
    }
  });
});

describe("the client", () => {
  /** The site as this browser reaches it. */
  function serve(window: Browser) {
    vi.stubGlobal("fetch", (path: string, init: { method: string }) => {
      const id = /\/jobs\/([^/?]+)/.exec(path)?.[1];
      const handler = path.startsWith("/api/files")
        ? getFiles
        : !id
          ? getJobs
          : init.method === "DELETE"
            ? cancel
            : path.endsWith("/status")
              ? getStatus
              : getJob;
      return window.fetch(handler, path, { method: init.method, params: id ? { id: decodeURIComponent(id) } : {} });
    });
  }
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("gets what its types promise", async () => {
    const ada = await person();
    const window = await signedIn(ada);
    const { jobId: id } = await imageJob(window, 2);
    await file(ada);
    serve(window);
    expect(jobsAnswerSchema.parse(await api("GET /api/jobs", { query: { kind: "IMAGE" } })).jobs).toMatchObject([
      { id, status: "PENDING" },
    ]);
    expect(jobsAnswerSchema.parse(await api("GET /api/jobs", { query: { kind: "BOOK", cursor: undefined } })).jobs).toEqual([]);
    expect(jobAnswerSchema.parse(await api("GET /api/jobs/{id}", { params: { id } }))).toMatchObject({ id, files: [] });
    expect(jobStatusAnswerSchema.parse(await api("GET /api/jobs/{id}/status", { params: { id } }))).toMatchObject({ id, attempt: 1 });
    filesAnswerSchema.parse(await api("GET /api/files", { query: {} }));
    expect(await api("DELETE /api/jobs/{id}", { params: { id } })).toBe(undefined);
  });

  test("throws what the site answers instead, in its words, and where nobody answers", async () => {
    const window = await signedIn(await person());
    serve(window);
    const problem = (work: Promise<unknown>) => work.then(() => null).catch((error: ApiProblem) => [error.name, error.status, error.code]);
    const job = (id: string) => api("GET /api/jobs/{id}", { params: { id } });
    expect(await problem(job(randomUUID()))).toEqual(["ApiProblem", 404, "not_found"]);
    // No part of a path leads out of it.
    expect(await problem(job("../files"))).toEqual(["ApiProblem", 404, "not_found"]);
    const wrong = api("GET /api/jobs", { query: { cursor: "x" } });
    await expect(wrong).rejects.toMatchObject({ status: 422, fields: { cursor: "This link is not valid." } });
    serve(browser());
    expect(await problem(job(randomUUID()))).toEqual(["ApiProblem", 401, "unauthenticated"]);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
    expect(await problem(job(randomUUID()))).toEqual(["ApiProblem", 0, "unavailable"]);
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<html>", { status: 502, headers: { "retry-after": "7" } })));
    await expect(job(randomUUID())).rejects.toMatchObject({ status: 502, retryAfter: 7 });
  });
});
