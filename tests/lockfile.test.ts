import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Package {
  optionalDependencies?: Record<string, string>;
}

const lockfile: { packages: Record<string, Package> } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));

// npm leaves out packages of other platforms when it cannot see them, and `npm ci` then fails for everybody.
test("the lockfile names every platform's packages, so that npm ci works on all of them", () => {
  const missing = Object.entries(lockfile.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in lockfile.packages),
    ),
  );
  expect(missing).toEqual([]);
});

test("the lockfile names no registry, so that any mirror serves it", () => {
  expect(JSON.stringify(lockfile)).not.toContain('"resolved"');
});

/** Where Node looks for what the package at `path` requires, nearest first. */
function foldersAbove(path: string): string[] {
  if (path === "") return [""];
  return [`${path}/`, ...foldersAbove(path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))))];
}
