// The least a server can do with a file: write what is put, to the disk, and send what is got. `node files.mjs PATH PORT`.
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";

const [, , path, port] = process.argv;

createServer((request, answer) => {
  const done =
    request.method === "PUT"
      ? pipeline(request, createWriteStream(path, { flush: true })).then(() => answer.end())
      : existsSync(path)
        ? pipeline(createReadStream(path), answer)
        : Promise.resolve(answer.writeHead(404).end());
  done.catch(() => answer.destroy());
}).listen(Number(port), "127.0.0.1");
