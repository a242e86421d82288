import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { AppRouterContext } from "next/dist/shared/lib/app-router-context.shared-runtime";
import { createElement, type ReactNode } from "react";
import { renderToReadableStream } from "react-dom/server";
import { afterAll, describe, expect, test } from "vitest";
import { signInWithEmail } from "@/features/accounts/actions";
import { db } from "@/lib/db";
import { importFile } from "../scripts/import-run";
import { root } from "../scripts/root";
import { admin, person } from "./support/people";
import { browser, redirectOf, signedIn } from "./support/request";

/*
 * The code of docs/guides/from-clerk.md, taken out of it: every block that begins with the name of its file is written into a folder
 * of its own, compiled with the project's settings, and run against the real thing.
 */

// Clerk's hashes cost 10.
process.env.BCRYPT_COST = "10";

const GUIDE = readFileSync(join(root, "docs/guides/from-clerk.md"), "utf8");
const BLOCK = /^```tsx?\n\/\/ (src\/[\w./-]+)\n([\s\S]*?)^```$/gm;
mkdirSync(join(root, ".foyer"), { recursive: true });
const folder = mkdtempSync(join(root, ".foyer", "from-clerk-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = new Map([...GUIDE.matchAll(BLOCK)].map(([, path = "", code = ""]) => [path, code]));
for (const [path, code] of blocks) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), withOwnImports(path, code));
}

/** What the guide adds to the tree lies beside it here. */
function withOwnImports(path: string, code: string): string {
  return code.replace(/from "@\/([\w/-]+)"/g, (whole, name: string) => {
    const own = [`src/${name}.ts`, `src/${name}.tsx`].find((file) => blocks.has(file));
    return own ? `from "${relative(dirname(path), `src/${name}`).replace(/^(?!\.)/, "./")}"` : whole;
  });
}

const from = (path: string) => import(/* @vite-ignore */ join(folder, path));
/** As a server sends it. */
async function html(node: ReactNode): Promise<string> {
  // What of Next's own a link asks for; nobody clicks here.
  const router = { prefetch: () => undefined, push: () => undefined } as never;
  const stream = await renderToReadableStream(createElement(AppRouterContext.Provider, { value: router }, node));
  await stream.allReady;
  return new Response(stream).text();
}

test("every block of code is one of a known file, and all of them compile with the project's settings", { timeout: 60_000 }, async () => {
  expect(GUIDE.match(/^```tsx?$/gm)?.length).toBe(blocks.size);
  const files = [...blocks.keys(), ...["next-auth.d.ts", "src/i18n/next-intl.d.ts"].map((file) => join(root, file))];
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", files, include: [], exclude: [] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const run = promisify(execFile)(process.execPath, [tsc, "--noEmit", "--incremental", "false", "-p", folder]);
  expect(await run.catch(({ stdout }) => ({ stdout }))).toMatchObject({ stdout: "" });
});

describe("the guide's code", () => {
  test("shows a page to who is signed in, and sends the anonymous to sign in", async () => {
    const { default: HelloPage } = await from("src/app/hello/page.tsx");
    const someone = await signedIn(await person({ name: "Ada Okafor" }));
    const page = await someone.run(async () => html(await HelloPage()));
    expect(page).toContain("Ada Okafor");
    expect(page).not.toContain("/admin/users");
    expect(await (await signedIn(await admin())).run(async () => html(await HelloPage()))).toContain("/admin/users");
    expect(await redirectOf(browser().run(() => HelloPage(), { path: "/hello" }))).toBe("/login?callbackUrl=%2Fhello");
  });

  test("answers at a route handler with who asks and their public metadata, and nobody else", async () => {
    const { GET } = await from("src/app/api/whoami/route.ts");
    const pro = await person({ publicMetadata: { plan: "pro" } });
    const answer = await (await signedIn(pro)).fetch(GET, "/api/whoami");
    expect(await answer.json()).toEqual({ userId: pro.id, fullName: pro.name, role: "MEMBER", plan: "pro" });
    expect((await browser().fetch(GET, "/api/whoami")).status).toBe(401);
  });

  test("changes one's own unsafe metadata, and refuses what does not fit", async () => {
    const { changeNickname } = await from("src/features/plans/actions.ts");
    const someone = await person();
    const window = await signedIn(someone);
    expect(await window.run(() => changeNickname({ nickname: "Ad" }))).toMatchObject({ ok: true });
    expect(await window.run(() => changeNickname({ nickname: "x".repeat(41) }))).toMatchObject({ ok: false });
    expect(await browser().run(() => changeNickname({ nickname: "Ad" }))).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    expect(await db().user.findUniqueOrThrow({ where: { id: someone.id } })).toMatchObject({ unsafeMetadata: { nickname: "Ad" } });
  });

  test("feeds an admin everything that happened to people, in order, and a member nothing", async () => {
    const { GET } = await from("src/app/api/people-events/route.ts");
    const window = await signedIn(await admin());
    const all = (await (await window.fetch(GET, "/api/people-events")).json()).events;
    expect(all.at(-1)).toMatchObject({ action: "user.metadata_changed" });
    expect((await (await window.fetch(GET, `/api/people-events?after=${all.at(-1).id}`)).json()).events).toEqual([]);
    expect((await (await signedIn(await person())).fetch(GET, "/api/people-events")).status).toBe(403);
  });
});

test("the made-up export of the guide is imported, refused rows named, and its people sign in with the password they had", async () => {
  const path = join(root, "tests/fixtures/clerk.csv");
  const words: string[] = [];
  const watch = { onResume: () => undefined, onProgress: () => undefined, onBatch: async () => undefined };
  const totals = await importFile(
    { from: "clerk", path, dryRun: false, roles: false, digest: "guide" },
    { ...watch, onRefusal: (refusal) => void words.push(`${refusal.row}: ${refusal.words}`) },
  );
  expect(totals).toMatchObject({ created: 4, refused: 1 });
  expect(words).toEqual(["5: There is no email address."]);
  const signIn = (email: string) => browser().run(() => signInWithEmail({ email, password: "plum-velvet-harbour-92" }));
  expect(await redirectOf(signIn("ada.okafor@example.org"))).toBe("/members");
});
