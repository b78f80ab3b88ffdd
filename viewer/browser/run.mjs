// Bundles for Node what drives the browser. `node browser/run.mjs` runs every test in one process, so that they share
// one browser and the built sites: two files at once, and the tests of a file one after another. `node browser/run.mjs
// shots` takes the pictures.
import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const [task] = process.argv.slice(2);
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));

/** How many files run at once: while one waits for the browser, another has it. */
const AT_ONCE = 2;

const suites = tests.map((name) => `  describe("${name}", { concurrency: 1 }, () => import("./${name}"));`);
// What they share is loaded before, so that it is closed after all of them.
const entry = task === "shots" ? `import "./shots.ts";` : `import { describe } from "node:test";
import "./shared";
describe("in Chromium", { concurrency: ${AT_ONCE} }, () => {
${suites.join("\n")}
});`;

// Inside node_modules, so that the packages which stay outside of the bundle are found from there.
const cache = join(here, "../node_modules/.cache");
mkdirSync(cache, { recursive: true });
const out = mkdtempSync(join(cache, "gradus-browser-"));

try {
  const file = join(out, "browser.mjs");
  await build({
    stdin: { contents: entry, resolveDir: here },
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["playwright-core"],
    define: { VIEWER: JSON.stringify(join(here, "..")) },
    logLevel: "warning",
  });
  // The runner's words after the task go to node itself, such as --test-name-pattern=…
  const options = task === "shots" ? [] : ["--test-reporter=spec", ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, [...options, file], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
