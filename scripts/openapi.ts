import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { generationCancelledSchema, generationRequestSchema } from "../src/features/studio/generators/schema";
import { root } from "./root";
import { routeTable } from "./routes";

type Json = Record<string, unknown>;
type Part = "params" | "query" | "body" | "signed" | "answer";
/** What a handler's shape names: a schema by its name, or the kind of an answer that is no JSON. */
type Shape = Partial<Record<Part, z.ZodType | string>>;

/** Nobody calls these by hand: Auth.js has its own client, and whoever has a signed URL has all that there is to say. */
const NOT_CALLED = /^\/api\/(auth|storage)\//;
const OTHER_ANSWERS: Record<string, Json> = {
  csv: { 200: { description: "A file of comma-separated values.", content: { "text/csv": {} } } },
  events: { 200: { description: "Server-sent events.", content: { "text/event-stream": {} } } },
  picture: { 200: { description: "The picture.", content: { "image/webp": {} } }, 304: { description: "The picture that is known." } },
  redirect: { 302: { description: "Leads to a signed URL that lives a short while." } },
  nothing: { 204: { description: "Done." } },
};
/** https://www.standardwebhooks.com */
const SIGNATURE = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => ({
  name,
  in: "header",
  required: true,
  schema: { type: "string" },
}));
const UNTOLD: Json = { 200: { description: "As said above.", content: { "application/json": {} } } };
const PROBLEM = {
  description: "What was wrong, in the language of whoever asks.",
  content: {
    "application/json": {
      schema: z.toJSONSchema(
        z.object({
          error: z.object({
            code: z.string(),
            message: z.string(),
            fields: z.record(z.string(), z.string()).optional(),
            reference: z.string().optional(),
          }),
        }),
        { io: "input" },
      ),
    },
  },
};

/** The text of docs/openapi.json as the code has it now: every handler that somebody calls, by the schemas it checks with. */
export async function openApiText(): Promise<string> {
  return `${JSON.stringify(await openApi(), null, 2)}\n`;
}

/** OpenAPI 3.1: what callers may send and get, and what an outside generator is sent. */
export async function openApi() {
  const paths: Record<string, Record<string, Json>> = {};
  for (const { method, path, file, access } of routeTable().handlers) {
    if (!path.startsWith("/api/") || NOT_CALLED.test(path)) continue;
    const { about, shape } = await handlerOf(file, method);
    const address = path.replace(/\[(\w+)\]/g, "{$1}");
    paths[address] = { ...paths[address], [method.toLowerCase()]: operation(about, shape, "visitor" in access) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Foyer",
      version: "1",
      description: "What a page, a script or a generator may ask of the site. Every failure has the same form.",
    },
    paths,
    webhooks: {
      generationRequested: { post: sent("An attempt at a job, for the backend at GENERATOR_URL.", generationRequestSchema) },
      generationCancelled: { post: sent("Nobody waits for an attempt any more.", generationCancelledSchema) },
    },
    components: {
      responses: { Problem: PROBLEM },
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: "__Host-authjs.session-token" } },
    },
  };
}

function operation(about: string, { params, query, signed, body = signed, answer }: Shape, isPublic: boolean): Json {
  const parameters = [...parametersOf("path", params), ...parametersOf("query", query), ...(signed ? SIGNATURE : [])];
  return {
    summary: about,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { "application/json": { schema: schemaOf(body) } } } }),
    responses: { ...answersOf(answer), default: { $ref: "#/components/responses/Problem" } },
    security: isPublic ? [] : [{ session: [] }],
  };
}

function answersOf(answer: Shape["answer"]): Json {
  if (answer === undefined) return UNTOLD;
  if (typeof answer === "string") return OTHER_ANSWERS[answer] ?? fail(`no kind of answer is called ${answer}`);
  return { 200: { description: "What was asked for.", content: { "application/json": { schema: schemaOf(answer) } } } };
}

function parametersOf(place: "path" | "query", schema: Shape[Part]): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, one]) => ({ name, in: place, required: required.includes(name), schema: one }));
}

function sent(summary: string, schema: z.ZodType): Json {
  const content = { "application/json": { schema: schemaOf(schema) } };
  return { summary, requestBody: { content }, responses: { "2XX": { description: "Taken." } } };
}

/** As it is sent: before anything is trimmed or parsed. */
function schemaOf(schema: z.ZodType | string): Json {
  if (typeof schema === "string") return fail(`${schema} is no schema`);
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** The comment over a handler, and the schemas its shape names: imported from the feature's schema.ts, which has no server code. */
async function handlerOf(file: string, method: string): Promise<{ about: string; shape: Shape }> {
  const text = readFileSync(join(root, file), "utf8");
  const exported = `export (?:const|async function|function) ${method}\\b`;
  const [, comment = ""] = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*${exported}`).exec(text) ?? [];
  const [, literal = ""] = new RegExp(`${exported} = handler\\(\\s*\\{[^}]*\\},\\s*(\\{[^}]*\\})`).exec(text) ?? [];
  const shape: Shape = {};
  for (const [, part = "", name = "", kind = ""] of literal.matchAll(/(\w+): (?:(\w+)|"(\w+)")/g))
    shape[part as Part] = kind || (await schemaCalled(name, text)) || fail(`${file}: ${name} has to be imported from a schema.ts`);
  return { about: comment.replace(/\s*\n\s*\*/g, "").trim(), shape };
}

async function schemaCalled(name: string, text: string): Promise<z.ZodType | undefined> {
  for (const [, names = "", path = ""] of text.matchAll(/import \{([^}]*)\} from "@\/([^"]*\/schema)"/g)) {
    if (!names.split(",").some((one) => one.trim() === name)) continue;
    const module: Record<string, z.ZodType> = await import(join(root, "src", `${path}.ts`));
    return module[name];
  }
  return undefined;
}

function fail(why: string): never {
  throw new Error(why);
}
