import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { listen } from "./listen";

/** How the double answers; a test turns what it needs. */
export interface GeminiSwitches {
  /** Statuses of the next answers, of any route, one each; 0 cuts the connection, -1 cuts it within the body. */
  next: number[];
  /** Whether it begins operations without ever saying so. */
  mute: boolean;
  /** How often an operation is asked about before it is done. */
  polls: number;
  /** Why nothing is made: by the words (prompt), by what came out (result). */
  refuses: "prompt" | "result" | null;
  /** What an operation ends with instead of a film. */
  fails: { code: number; message: string } | null;
  picture: Buffer;
  film: Buffer;
  text: string;
  /** What happens while a model is at work. */
  meanwhile: () => Promise<unknown>;
}

export interface GeminiRequest {
  method: string;
  path: string;
  key: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what was sent, in whatever shape.
  body: any;
}

export type Gemini = Awaited<ReturnType<typeof startGemini>>;

/**
 * A server on a loopback port that speaks as much of Google's Gemini API (v1beta) as pictures, films and texts need: generateContent,
 * predictLongRunning, operations and the download of files. GEMINI_BASE_URL is its `url`. What it accepts it remembers.
 */
export async function startGemini(given: Pick<GeminiSwitches, "picture" | "film">) {
  const key = randomBytes(16).toString("hex");
  const text = "# The lit doorway\n\nSnow fell.";
  const meanwhile = () => Promise.resolve();
  const calm = { next: [], mute: false, polls: 0, refuses: null, fails: null, text, meanwhile, ...given } satisfies GeminiSwitches;
  const switches: GeminiSwitches = { ...calm };
  const requests: GeminiRequest[] = [];
  const operations = new Map<string, { asked: number; file: string }>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const listening = await listen(server);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://double");
    const sent = request.headers["x-goog-api-key"];
    const body = request.method === "POST" ? await json(request) : null;
    requests.push({ method: request.method ?? "", path: pathname, key: typeof sent === "string" ? sent : undefined, body });
    const status = switches.next.shift();
    if (status === 0) return void response.destroy();
    if (status === -1) return cut(response);
    if (status && status !== 200) return refuse(response, status);
    if (sent !== key) return refuse(response, 401);
    const model = /^\/v1beta\/(models\/[\w.-]+):(generateContent|predictLongRunning)$/.exec(pathname);
    if (request.method === "POST" && model?.[2] === "generateContent") {
      await switches.meanwhile();
      return reply(response, content(body));
    }
    if (request.method === "POST" && model?.[2] === "predictLongRunning") {
      const name = begin(model[1] ?? "");
      return switches.mute ? undefined : reply(response, { name });
    }
    const operation = operations.get(pathname.replace("/v1beta/", ""));
    if (operation) return reply(response, state(pathname.replace("/v1beta/", ""), operation));
    if (/^\/v1beta\/files\/\w+:download$/.test(pathname) && searchParams.get("alt") === "media") {
      response.writeHead(200, { "content-type": "video/mp4" });
      return void response.end(switches.film);
    }
    refuse(response, 404);
  }

  function content(body: GeminiRequest["body"]) {
    if (switches.refuses === "prompt") return { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, modelVersion: "double-image-1" };
    const isPicture = body.generationConfig?.responseModalities?.includes("IMAGE");
    const finishReason = isPicture ? "IMAGE_SAFETY" : "SAFETY";
    if (switches.refuses === "result") return { candidates: [{ finishReason, index: 0 }], modelVersion: "double-image-1" };
    if (!isPicture) {
      const parts = [{ text: "What may they want?", thought: true }, { text: switches.text.slice(0, 5) }, { text: switches.text.slice(5) }];
      return { candidates: [{ content: { parts, role: "model" }, finishReason: "STOP", index: 0 }], modelVersion: "double-text-1" };
    }
    const inlineData = { mimeType: "image/png", data: switches.picture.toString("base64") };
    return {
      candidates: [{ content: { parts: [{ text: "Here it is." }, { inlineData }], role: "model" }, finishReason: "STOP", index: 0 }],
      modelVersion: "double-image-1",
    };
  }

  function begin(model: string): string {
    const name = `${model}/operations/${randomBytes(6).toString("hex")}`;
    operations.set(name, { asked: 0, file: randomBytes(6).toString("hex") });
    return name;
  }

  function state(name: string, operation: { asked: number; file: string }) {
    if (operation.asked++ < switches.polls) return { name };
    if (switches.fails) return { name, done: true, error: switches.fails };
    const type = "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse";
    const refused = { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ["The words were refused."] };
    // The real one's address is on its own host: the name within it is all that may count.
    const uri = `https://generativelanguage.googleapis.com/v1beta/files/${operation.file}:download?alt=media`;
    const generateVideoResponse = switches.refuses ? refused : { generatedSamples: [{ video: { uri } }] };
    return { name, done: true, response: { "@type": type, generateVideoResponse } };
  }

  return {
    url: listening.url,
    env: { GEMINI_API_KEY: key, GEMINI_BASE_URL: listening.url },
    switches,
    requests,
    operations,
    /** Forgets what was asked, and answers calmly again. */
    calm() {
      Object.assign(switches, { ...calm, next: [] });
      requests.length = 0;
      operations.clear();
    },
    stop: listening.stop,
  };
}

function reply(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number): void {
  const names: Record<number, string> = { 400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED" };
  const error = { code: status, message: "The double was told to.", status: names[status] ?? "INTERNAL" };
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify({ error }));
}

function cut(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"candidates": [');
  setImmediate(() => response.destroy());
}
