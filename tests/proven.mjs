// Holds SECURITY.md against the tests that passed: `node tests/proven.mjs LOG…`, where the logs are what cargo and Node said of their tests. Each
// test that the page names as a proof has to be among them: one that is renamed, left out or ignored proves nothing.
import { readFileSync } from "node:fs";

/** The names after "Proven by": between backticks, or between two of them where the name holds some itself. */
export function named(page) {
  const proofs = page.split("\n").filter((line) => line.trim().startsWith("Proven by "));
  return proofs.flatMap((line) => [...line.matchAll(/(`+)(.+?)\1(?!`)/g)].map(([, , name]) => name.trim()));
}

/** The names of tests that passed: of cargo's without their modules. */
export function passed(log) {
  const plain = log.replace(/\x1b\[[0-9;]*m/g, "");
  const ofCargo = [...plain.matchAll(/^test (?:\S*::)?(\w+) \.\.\. ok$/gm)];
  const ofNode = [...plain.matchAll(/^\s*✔ (.*) \([\d.]+ms\)$/gm)];
  return [...ofCargo, ...ofNode].map(([, name]) => name);
}

const page = readFileSync(new URL("../SECURITY.md", import.meta.url), "utf8");
const names = named(page);
const ran = new Set(process.argv.slice(2).flatMap((log) => passed(readFileSync(log, "utf8"))));
const missing = names.filter((name) => !ran.has(name));
for (const name of missing) console.error(`SECURITY.md names \`${name}\`, which did not pass in this run`);
if (names.length === 0) console.error("SECURITY.md names no test");
else if (missing.length === 0) console.log(`${names.length} proofs of SECURITY.md have passed`);
process.exitCode = missing.length === 0 && names.length > 0 ? 0 : 1;
