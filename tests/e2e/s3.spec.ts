import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";
import { test as base, enterAs, expect, person } from "../support/e2e";
import { startServer } from "../support/server";
import { startSwift } from "../support/swift";

/** The build of every other test, with its files at an S3 server of another origin. */
const test = base.extend<object, { s3: { url: string; store: string; bucket: string; keys(prefix: string): Promise<string[]> } }>({
  s3: [
    async ({ site }, use) => {
      const swift = await startSwift();
      const server = await startServer({
        env: {
          ...site.env,
          S3_BUCKET_NAME: swift.bucket,
          S3_FORCE_PATH_STYLE: "true",
          AWS_ENDPOINT_URL_S3: swift.endpoint,
          AWS_ACCESS_KEY_ID: swift.accessKeyId,
          AWS_SECRET_ACCESS_KEY: swift.secretAccessKey,
        },
      });
      const { accessKeyId, secretAccessKey, endpoint, bucket } = swift;
      const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
      const keys = async (prefix: string) =>
        ((await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents ?? []).map(({ Key = "" }) => Key);
      await use({ url: server.url, store: new URL(endpoint).origin, bucket, keys });
      await server.stop();
      await swift.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ s3 }, use) => use(s3.url),
});
test.describe.configure({ mode: "default" });

test("with S3 a file goes from the browser straight to the store and back, byte for byte, and is gone when it is deleted", async ({
  page,
  s3,
  site,
}) => {
  const member = await person();
  await enterAs(page, member);
  await page.goto("/files");
  const text = Buffer.from(randomBytes(1_500_000).toString("hex"));
  const put = page.waitForRequest((request) => request.method() === "PUT");
  await page.locator('input[type="file"]').setInputFiles({ name: "Übersicht (1).csv", mimeType: "text/csv", buffer: text });
  expect((await put).url().startsWith(`${s3.store}/${s3.bucket}/${member.id}/`)).toBe(true);
  await expect(page.getByRole("list", { name: "Uploads" }).getByText("Uploaded", { exact: true })).toBeVisible();
  const [row] = await site.sql<{ provider: string; status: string; key: string }>(
    `SELECT provider, status, key FROM "File" WHERE "ownerId" = $1`,
    [member.id],
  );
  expect(row).toMatchObject({ provider: "S3", status: "READY" });

  const download = page.waitForEvent("download");
  await page
    .getByRole("row", { name: /Übersicht/ })
    .getByRole("link")
    .click();
  expect((await download).url().startsWith(s3.store)).toBe(true);
  expect((await download).suggestedFilename()).toBe("Übersicht (1).csv");
  expect(hashOf(readFileSync(await (await download).path()))).toBe(hashOf(text));

  const answer = await page.request.get(
    (await page
      .getByRole("row", { name: /Übersicht/ })
      .getByRole("link")
      .getAttribute("href")) ?? "",
    { maxRedirects: 0 },
  );
  const signed = answer.headers().location ?? "";
  expect((await fetch(signed)).status).toBe(200);
  await page.getByRole("button", { name: /^Actions for/ }).click();
  await page.getByRole("menuitem", { name: "Delete file" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete file" }).click();
  await expect(page.getByText("No files yet")).toBeVisible();
  expect((await fetch(signed)).status, "the object itself").toBe(404);
});

test("with S3 the policy lets scripts reach the store and nothing else beside this site", async ({ page, s3 }) => {
  await enterAs(page, await person());
  const policy = (await page.goto("/files"))?.headers()["content-security-policy"] ?? "";
  expect(/connect-src ([^;]+)/.exec(policy)?.[1]).toBe(`'self' ${s3.store}`);
  expect((await page.request.get("/api/ready")).status()).toBe(200);
});

test("with S3 an upload that is not what it says is refused and its object taken away", async ({ page, site, s3 }) => {
  const member = await person();
  await enterAs(page, member);
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#c44" } })
    .png()
    .toBuffer();
  const html = Buffer.from("<html><script>1</script></html>".padEnd(picture.byteLength));
  // The page looks at what it is given, and would not send it: what is sent is exchanged on the way.
  await page.route(`${s3.store}/**`, (route) =>
    route.request().method() === "PUT" ? route.continue({ postData: html }) : route.continue(),
  );
  await page.goto("/files");
  await page.locator('input[type="file"]').setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: picture });
  await expect(page.getByRole("list", { name: "Uploads" })).toContainText("not what the file’s name says");
  // The row remembers where the upload URL may still put something, until it cannot any more.
  expect(await site.sql(`SELECT status FROM "File" WHERE "ownerId" = $1`, [member.id])).toEqual([{ status: "DELETING" }]);
  expect(await s3.keys(`${member.id}/`)).toEqual([]);
});

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
