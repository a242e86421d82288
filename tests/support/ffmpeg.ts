import { execFile } from "node:child_process";
import { chmod, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { librariesOf, unpackedPackages } from "./debian";

/** The path of an ffmpeg: this machine's, or one from Debian's packages, unpacked on first use (60 MB) beside what it links to. */
export async function ffmpegPath(): Promise<string> {
  if (await answers("ffmpeg")) return "ffmpeg";
  const packages = await unpackedPackages(["ffmpeg"], null);
  const libraries = (await librariesOf(packages)).split(":").flatMap((folder) => [folder, join(folder, "lapack"), join(folder, "blas")]);
  const path = join(packages, "ffmpeg.sh");
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(":")}' exec '${join(packages, "usr/bin/ffmpeg")}' "$@"\n`);
  await chmod(draft, 0o755);
  await rename(draft, path);
  if (!(await answers(path))) throw new Error("The tests of films found an ffmpeg that does not run: install one.");
  return path;
}

function answers(path: string): Promise<boolean> {
  return promisify(execFile)(path, ["-version"]).then(
    () => true,
    () => false,
  );
}
