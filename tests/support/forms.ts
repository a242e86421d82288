/** A browser without JavaScript: its cookies, and the forms of the pages it is shown. */
export class PlainBrowser {
  readonly cookies = new Map<string, string>();
  constructor(readonly origin: string) {}

  /** Asks for a page and follows where it leads. */
  async open(path: string): Promise<{ path: string; html: string }> {
    for (let hops = 0; hops < 10; hops++) {
      const response = await this.#send(path, { method: "GET" });
      const location = response.headers.get("location");
      const html = await response.text();
      if (!location) return { path, html };
      path = pathOf(location, this.origin);
    }
    throw new Error(`${path} leads in circles`);
  }

  /** Fills in the form of the page that has these fields, and sends it. Gives the status and where it led. */
  async submit(path: string, fields: Record<string, string>): Promise<{ status: number; location: string | null; html: string }> {
    const form = await this.form(path, Object.keys(fields));
    const response = await form.send(fields);
    const location = response.headers.get("location");
    return { status: response.status, location: location && pathOf(location, this.origin), html: await response.text() };
  }

  /** The form of the page that has fields of these names, to be sent as often as one likes. */
  async form(path: string, names: string[]): Promise<PlainForm> {
    const page = await this.open(path);
    const given = formWith(page.html, names);
    if (!given) throw new Error(`${page.path} has no form with ${names}`);
    const post = (body: FormData, headers = {}) =>
      this.#send(page.path, { method: "POST", body, headers: { origin: this.origin, ...headers } });
    return {
      send: (fields) => post(formData({ ...given, ...fields })),
      call: (fields) => {
        const own = Object.entries({ ...given, ...fields }).filter(([name]) => !name.startsWith("$ACTION"));
        const body = formData(Object.fromEntries(own.map(([name, value]) => [`_1_${name}`, value])));
        // React's form of the arguments (state, form): https://github.com/facebook/react, ReactFlightReplyClient.js
        body.append("0", '[null,"$K1"]');
        return post(body, { "next-action": actionId(given), accept: "text/x-component" });
      },
    };
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    // Uncompressed: fetch asks for gzip by itself, which costs the server a tenth of an answer.
    const given = { "accept-language": "en", "accept-encoding": "identity", accept: "text/html" };
    const headers = { ...given, ...init.headers, ...(cookie && { cookie }) };
    const response = await fetch(`${this.origin}${path}`, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

interface PlainForm {
  /** As a browser without JavaScript sends it: the answer is a page. */
  send(fields: Record<string, string>): Promise<Response>;
  /** As React sends it: the answer is what the action gives. */
  call(fields: Record<string, string>): Promise<Response>;
}

function formData(fields: Record<string, string>): FormData {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return body;
}

/** The id of the action that a form of useActionState is for. */
function actionId(fields: Record<string, string>): string {
  const [, value = "{}"] = Object.entries(fields).find(([name]) => /^\$ACTION_\d+:0$/.test(name)) ?? [];
  return String(JSON.parse(value).id);
}

function pathOf(location: string, origin: string): string {
  const url = new URL(location, origin);
  return `${url.pathname}${url.search}`;
}

/** The values a form brings along, of the first form in the page that has all these names. */
function formWith(html: string, names: string[]): Record<string, string> | null {
  for (const [form] of html.matchAll(/<form\b.*?<\/form>/gs)) {
    const values: Record<string, string> = {};
    for (const [tag] of form.matchAll(/<(?:input|textarea|button)\b[^>]*>/g)) {
      const name = attribute(tag, "name");
      if (name !== null) values[name] ??= attribute(tag, "value") ?? "";
    }
    if (names.every((name) => name in values)) return values;
  }
  return null;
}

function attribute(tag: string, name: string): string | null {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  if (value === undefined) return null;
  const named: Record<string, string> = { quot: '"', amp: "&", lt: "<", gt: ">", "#x27": "'", "#39": "'" };
  return value.replace(/&([#\w]+);/g, (whole, entity: string) => named[entity] ?? whole);
}
