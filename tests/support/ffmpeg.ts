import { execFile } from "node:child_process";
import { chmod, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { librariesOf, unpackedPackages } from "./debian";
import { temporaryFolder } from "./postgres";

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

/** An ffmpeg that has the one film it is asked for already, of this size and so many seconds; what is no film it makes as ever. */
export async function ffmpegWithOneFilm(ffmpeg: string, size: string, seconds: number): Promise<string> {
  const folder = temporaryFolder();
  const [film, path] = [join(folder, "film.mp4"), join(folder, "ffmpeg.sh")];
  const input = ["-f", "lavfi", "-i", `color=size=${size}:rate=24`, "-t", `${seconds}`];
  await promisify(execFile)(ffmpeg, [...input, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", film]);
  const script = `#!/bin/sh\nfor last; do :; done\ncase "$*" in *libx264*) exec cp '${film}' "$last" ;; esac\nexec '${ffmpeg}' "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}

function answers(path: string): Promise<boolean> {
  return promisify(execFile)(path, ["-version"]).then(
    () => true,
    () => false,
  );
}
