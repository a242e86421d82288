import type { openApi } from "./openapi";

type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; required?: string[] };
type Operation = {
  summary?: string;
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: Content;
  responses: Record<string, Content>;
};
type Content = { content?: Record<string, { schema?: Schema }> };

const HEAD = "// Made from docs/openapi.json by `npm run routes`: what each call takes and answers.\n";

/** The text of src/api-client/calls.ts: a type for each call that answers JSON or nothing. */
export function callsText(api: Awaited<ReturnType<typeof openApi>>): string {
  const calls = Object.entries(api.paths).flatMap(([path, methods]) =>
    // OpenAPI's own shape, which openapi.ts has just written.
    Object.entries(methods).flatMap(([method, operation]) => call(`${method.toUpperCase()} ${path}`, operation as Operation)),
  );
  return `${HEAD}export interface Calls {\n${calls.join("\n")}\n}\n`;
}

function call(name: string, { summary, parameters = [], requestBody, responses }: Operation): string[] {
  const schema = responses[200]?.content?.["application/json"]?.schema;
  // Signed by whoever runs a generator: no browser sends one.
  if (name.includes("/api/webhooks/")) return [];
  if (!schema && !responses[204]) return [];
  const of = (place: string) => {
    const ours = parameters.filter((parameter) => parameter.in === place);
    return ours.length > 0
      ? `{ ${ours.map((one) => `${one.name}${one.required ? "" : "?"}: ${typeOf(one.schema)}${one.required ? "" : " | undefined"}`).join("; ")} }`
      : null;
  };
  const body = requestBody?.content?.["application/json"]?.schema;
  const parts = [
    ["params", of("path")],
    ["query", of("query")],
    ["body", body ? typeOf(body) : null],
    ["answer", schema ? typeOf(schema) : "undefined"],
  ].filter(([, type]) => type !== null);
  return [`  /** ${summary} */\n  "${name}": { ${parts.map(([part, type]) => `${part}: ${type}`).join("; ")} };`];
}

/** A JSON Schema as a TypeScript type; what it cannot say (patterns, limits) the server checks. */
function typeOf(schema: Schema): string {
  const { type, properties, required = [], items, additionalProperties, anyOf, oneOf, allOf } = schema;
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const options = anyOf ?? oneOf;
  if (Array.isArray(options)) return options.map((option) => typeOf(option)).join(" | ");
  if (Array.isArray(allOf)) return allOf.map((one) => `(${typeOf(one)})`).join(" & ");
  if (type === "array") return `(${items ? typeOf(items as Schema) : "unknown"})[]`;
  if (type === "object" && properties) {
    const fields = Object.entries(properties).map(
      ([name, one]) => `${JSON.stringify(name)}${required.includes(name) ? "" : "?"}: ${typeOf(one)}`,
    );
    return `{ ${fields.join("; ")} }`;
  }
  if (type === "object")
    return `Record<string, ${typeof additionalProperties === "object" && additionalProperties ? typeOf(additionalProperties as Schema) : "unknown"}>`;
  if (Array.isArray(type)) return type.map((one) => typeOf({ ...schema, type: one })).join(" | ");
  return type === "integer" ? "number" : typeof type === "string" ? type : "unknown";
}
