import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { keyPair } from "./keys";
import { listen } from "./listen";

const HOUR_S = 3600;

export interface OidcAccount {
  sub: string;
  name: string;
  email: string;
  email_verified: boolean;
}

export type Oidc = Awaited<ReturnType<typeof startOidc>>;

/**
 * A certified OpenID provider on a loopback port with one client, PKCE required. Its page has a choice of accounts and the
 * buttons "Continue" and "Cancel"; whoever has continued once is recognised by cookie and not asked again, as elsewhere.
 */
export async function startOidc({ redirectUris, port = 0 }: { redirectUris: string[]; port?: number }) {
  const clientId = "foyer";
  const clientSecret = randomBytes(24).toString("base64url");
  const accounts: OidcAccount[] = [];
  const errors: Error[] = [];

  /** Adds a person; the newest is chosen when nobody chooses. */
  function account(overrides: Partial<OidcAccount> = {}): OidcAccount {
    const sub = overrides.sub ?? randomBytes(6).toString("hex");
    const added = { sub, name: "Ines Provider", email: `ines-${sub}@example.org`, email_verified: true, ...overrides };
    accounts.push(added);
    return added;
  }

  // The issuer has to name the port, so the socket comes first and the provider is plugged in after.
  const server = createServer();
  const { url, stop } = await listen(server, port);
  const Provider = await loadProvider();
  const provider = new Provider(url, {
    adapter: MemoryAdapter,
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: redirectUris }],
    jwks: { keys: [keyPair("rsa").privateKey.export({ format: "jwk" })] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    pkce: { required: () => true },
    // E-mail and name in the ID token too, as Google, Entra and Keycloak do.
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    ttl: { AccessToken: HOUR_S, AuthorizationCode: 60, IdToken: HOUR_S, Interaction: HOUR_S, Session: HOUR_S, Grant: HOUR_S },
    interactions: { url: (_: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    findAccount(_: unknown, sub: string) {
      const found = accounts.find((one) => one.sub === sub);
      return found && { accountId: sub, claims: () => found };
    },
    /** Signing in is consent: one page is enough here. */
    async loadExistingGrant({
      oidc,
    }: {
      oidc: { client: { clientId: string }; account: { accountId: string }; params: { scope: string } };
    }) {
      const grant = new provider.Grant({ accountId: oidc.account.accountId, clientId: oidc.client.clientId });
      grant.addOIDCScope(oidc.params.scope);
      await grant.save();
      return grant;
    },
  });
  provider.on("server_error", (_, error) => errors.push(error));
  const rest = provider.callback();

  server.on("request", (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return rest(request, response);
    interact(request, response).catch((error: Error) => {
      errors.push(error);
      response.writeHead(500).end(error.message);
    });
  });

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") return void response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(accounts));
    const form = new URLSearchParams(await text(request));
    const accountId = form.get("sub") ?? accounts.at(-1)?.sub;
    const denied = { error: "access_denied", error_description: "The person cancelled." };
    await provider.interactionFinished(request, response, form.get("decision") === "cancel" ? denied : { login: { accountId } });
  }

  return { issuer: url, clientId, clientSecret, account, errors, stop };
}

/** On Node 20 the package says at import that it would rather have 22; all of it that is used here works on 20. */
async function loadProvider() {
  const { warn } = console;
  console.warn = (line: unknown) => (/Unsupported runtime/.test(String(line)) ? undefined : warn(line));
  try {
    return (await import("oidc-provider")).default;
  } finally {
    console.warn = warn;
  }
}

function page(accounts: readonly OidcAccount[]): string {
  const options = accounts.toReversed().map(({ sub, email }) => `<option value="${sub}">${email}</option>`);
  return `<!doctype html>
<html lang="en">
<title>Sign in</title>
<h1>Sign in to continue to Foyer</h1>
<form method="post">
<p><label>Account <select name="sub">${options.join("")}</select></label></p>
<button name="decision" value="cancel">Cancel</button>
<button name="decision" value="continue">Continue</button>
</form>
</html>`;
}

type Payload = { uid?: string; grantId?: string; consumed?: number };

/** What the provider stores, by model. Its own memory adapter is not exported without a warning. */
class MemoryAdapter {
  private readonly rows = new Map<string, Payload>();

  async upsert(id: string, payload: Payload) {
    this.rows.set(id, payload);
  }
  async find(id: string) {
    return this.rows.get(id);
  }
  async findByUid(uid: string) {
    return [...this.rows.values()].find((row) => row.uid === uid);
  }
  async consume(id: string) {
    const row = this.rows.get(id);
    if (row) row.consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id: string) {
    this.rows.delete(id);
  }
  async revokeByGrantId(grantId: string) {
    for (const [id, row] of this.rows) if (row.grantId === grantId) this.rows.delete(id);
  }
}
