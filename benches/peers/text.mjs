// The text of an organisation, as other programs get it.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Every markdown file, relative to the organisation, in order. */
export function markdownOf(corpus) {
  const files = readdirSync(corpus, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => path.relative(corpus, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !file.startsWith("."))
    .sort();
}

/** Writes files by their paths in a folder. */
export function writeFiles(folder, files) {
  for (const [file, text] of Object.entries(files)) {
    const whole = path.join(folder, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}
