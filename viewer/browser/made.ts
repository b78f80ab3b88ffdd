/** Sites of a test's own making behind the real lock page: for what example-org has none of. */

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeSite, type ReaderSource, type SectionSource } from "../tests/maker";
import type { Served } from "./harness";
import { example, served } from "./shared";
import { scratchFolder } from "./sites";

/** Seals the sections, puts the built shell, script and style beside them, and serves the whole. */
export async function servedMade(name: string, sections: readonly SectionSource[], readers: readonly ReaderSource[]): Promise<Served> {
  const built = await example();
  const folder = scratchFolder(name);
  cpSync(built, folder, { recursive: true });
  for (const part of ["sealed", "keyring", "index", "login"]) rmSync(join(folder, part), { recursive: true, force: true });
  const assets = readdirSync(join(built, "assets")).map((file) => `assets/${file}`);
  const plain = new Map(assets.map((path) => [path, new Uint8Array(readFileSync(join(built, path)))]));
  const made = await makeSite(sections, readers, { plain });
  for (const [path, bytes] of made.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return served(folder);
}
