import { env } from "./env";

/** Origins the browser must reach beside this one: the store for bytes, the providers for the form that leads to them. */
export interface Outside {
  store: string[];
  providers: string[];
}

/**
 * The Content-Security-Policy of every page (ASVS 3.4.3): scripts only with this answer's nonce and what those load, no
 * plugins, no base, no frames around us. In development React's tools need eval and the reload socket.
 */
export function contentSecurityPolicy(nonce: string, { store, providers }: Outside, development: boolean): string {
  const directives: Record<string, string[]> = {
    "default-src": ["'self'"],
    "script-src": ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...(development ? ["'unsafe-eval'"] : [])],
    "style-src": ["'self'", ...(development ? ["'unsafe-inline'"] : [`'nonce-${nonce}'`])],
    // People's pictures come from wherever their provider keeps them.
    "img-src": ["'self'", "data:", "blob:", "https:", ...store],
    "media-src": ["'self'", "blob:", ...store],
    "font-src": ["'self'"],
    "connect-src": ["'self'", ...store, ...(development ? ["ws:", "wss:"] : [])],
    // Browsers apply this to the redirect after a form too, and "Continue with GitHub" is a form.
    "form-action": ["'self'", ...providers],
    "frame-src": ["'none'"],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}

/** Where the browser sends and fetches objects, when that is not this site itself. */
export function storeOrigins(): string[] {
  const read = env();
  switch (read.STORAGE_PROVIDER) {
    case "S3": {
      const endpoint = new URL(read.AWS_ENDPOINT_URL_S3 ?? `https://s3.${read.AWS_REGION}.amazonaws.com`);
      if (!read.S3_FORCE_PATH_STYLE) endpoint.hostname = `${read.S3_BUCKET_NAME}.${endpoint.hostname}`;
      return [endpoint.origin];
    }
    // With the bucket: at these addresses are everybody's.
    case "GCS":
      return [`${new URL(read.GCS_ENDPOINT_URL).origin}/${read.GCS_BUCKET_NAME}/`];
    case "AZURE":
      return [`${azureEndpoint(read.AZURE_STORAGE_CONNECTION_STRING ?? "")}/${read.AZURE_CONTAINER}/`];
    default:
      return [];
  }
}

function azureEndpoint(connection: string): string {
  const field = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`).exec(connection)?.[1];
  const suffix = field("EndpointSuffix") ?? "core.windows.net";
  const endpoint = field("BlobEndpoint") ?? `${field("DefaultEndpointsProtocol") ?? "https"}://${field("AccountName")}.blob.${suffix}`;
  return endpoint.replace(/\/+$/, "");
}
