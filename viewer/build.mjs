// Bundles the viewer as one classic script, viewer.js, and once more with the preview around it, preview.js, which only
// `gradus serve` serves: `node build.mjs [FOLDER]`, default dist.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Brought by age-encryption for other kinds of keys than ours, which this viewer never meets: 12 KB gzipped. */
const OTHER_KEYS = /^@noble\/(post-quantum\/hybrid|curves\/nist)\.js$/;

/** Leaves them out; what would use them fails as on any wrong key. */
const withoutOtherKeys = {
  name: "without-other-keys",
  setup(build) {
    build.onResolve({ filter: OTHER_KEYS }, ({ path }) => ({ path, namespace: "absent" }));
    build.onLoad({ filter: /./, namespace: "absent" }, () => ({
      contents: "export const MLKEM768P256 = undefined, MLKEM768X25519 = undefined, p256 = undefined;",
    }));
  },
};

const here = fileURLToPath(new URL(".", import.meta.url));

await build({
  absWorkingDir: here,
  entryPoints: { viewer: "src/main.ts", preview: "src/preview.ts" },
  outdir: process.argv[2] ?? "dist",
  bundle: true,
  plugins: [withoutOtherKeys],
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "ascii", // the bytes mean the same whatever charset a host declares
  legalComments: "none",
  logLevel: "warning",
});
