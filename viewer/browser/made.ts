/** Sites of a test's own making behind the real lock page: for what example-org has none of. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeSite, type ReaderSource, type SectionSource } from "../tests/maker";
import type { Served } from "./harness";
import { example, served } from "./shared";
import { scratchFolder } from "./sites";

/** Seals the sections, puts the built shell, script and style beside them, and serves the whole. */
export async function servedMade(name: string, sections: readonly SectionSource[], readers: readonly ReaderSource[]): Promise<Served> {
  return served(await madeFolder(name, await example(), sections, readers));
}

/** The same as a folder, around the shell of that built site; it opens from disk where that one does. */
export async function madeFolder(name: string, built: string, sections: readonly SectionSource[], readers: readonly ReaderSource[]): Promise<string> {
  const folder = scratchFolder(name);
  cpSync(built, folder, { recursive: true });
  const isPortable = existsSync(join(folder, "portable"));
  for (const part of ["sealed", "keyring", "index", "login", "portable"]) rmSync(join(folder, part), { recursive: true, force: true });
  const assets = readdirSync(join(built, "assets")).map((file) => `assets/${file}`);
  const plain = new Map(assets.map((path) => [path, new Uint8Array(readFileSync(join(built, path)))]));
  const made = await makeSite(sections, readers, { plain });
  for (const [path, bytes] of made.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
    if (isPortable && !path.endsWith(".js")) writeTwin(folder, path, bytes);
  }
  return folder;
}

function writeTwin(folder: string, path: string, bytes: Uint8Array): void {
  const twin = join(folder, "portable", `${path}.js`);
  mkdirSync(dirname(twin), { recursive: true });
  writeFileSync(twin, `gradusTwin("${path}","${Buffer.from(bytes).toString("base64")}");\n`);
}
