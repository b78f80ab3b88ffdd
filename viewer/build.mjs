// Bundles the viewer as one classic script: `node build.mjs [FILE]`, default dist/viewer.js.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

await build({
  absWorkingDir: here,
  entryPoints: ["src/main.ts"],
  outfile: process.argv[2] ?? "dist/viewer.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "ascii", // the bytes mean the same whatever charset a host declares
  legalComments: "none",
  logLevel: "warning",
});
