import type { Calls } from "./calls";

/** What a call takes besides its name: the parts its line in calls.ts has. */
export type Input<Name extends keyof Calls> = Omit<Calls[Name], "answer">;
export type Answer<Name extends keyof Calls> = Calls[Name]["answer"];
/** What every call may take, whatever its line says. */
interface Parts {
  params?: Record<string, string>;
  query?: Record<string, string | undefined>;
  body?: unknown;
}

/** What the site answered instead: its words are for the person, in their language. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    /** Of HTTP; 0 where nothing answered. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    /** Seconds after which trying again makes sense. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Calls the site's API as whoever is signed in here; throws ApiProblem for every answer that is a failure, and where there is none. */
export async function api<Name extends keyof Calls>(name: Name, input: Input<Name>, signal?: AbortSignal): Promise<Answer<Name>> {
  const [method = "GET", path = ""] = name.split(" ");
  // The overload of all calls: each has some of these parts and no other.
  const { params = {}, query = {}, body } = input as Parts;
  const answer = await fetch(addressOf(path, params, query), {
    method,
    cache: "no-store",
    ...(signal && { signal }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem(0, "unavailable", String(error));
  });
  if (!answer.ok) throw await problemOf(answer);
  // By docs/openapi.json, which tests/openapi.test.ts holds answers to.
  return (answer.status === 204 ? undefined : await answer.json()) as Answer<Name>;
}

function addressOf(path: string, params: Record<string, string>, query: Record<string, string | undefined>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length > 0 ? `${filled}?${new URLSearchParams(given)}` : filled;
}

async function problemOf(answer: Response): Promise<ApiProblem> {
  const { error = {} } = (await answer.json().catch(() => ({}))) as { error?: Partial<ApiProblem> };
  const after = Number(answer.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(after) ? after : undefined;
  return new ApiProblem(answer.status, error.code ?? "unavailable", error.message ?? answer.statusText, error.fields, retryAfter);
}
