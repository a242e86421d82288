// The least a server can do with a file: put it in place of the one before, whole and on the disk, and send it. `node files.mjs PATH PORT`.
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";

const [, , path, port] = process.argv;

createServer((request, answer) => {
  const done =
    request.method === "PUT"
      ? put(request).then(() => answer.end())
      : existsSync(path)
        ? pipeline(createReadStream(path), answer)
        : Promise.resolve(answer.writeHead(404).end());
  done.catch(() => answer.destroy());
}).listen(Number(port), "127.0.0.1");

async function put(request) {
  await pipeline(request, createWriteStream(`${path}.new`, { flush: true }));
  await rename(`${path}.new`, path);
  // The new name is on the disk once its folder is.
  const folder = await open(dirname(path));
  await folder.sync();
  await folder.close();
}
