// Bundles the viewer as one classic script: viewer.js, viewer-hybrid.js for post-quantum sites, and preview.js with the
// preview around it, which only `gradus serve` serves: `node build.mjs [FOLDER]`, default dist.
import { join } from "node:path";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Brought by age-encryption for kinds of keys that no site is sealed to. */
const OTHER_KEYS = /^@noble\/curves\/nist\.js$/;
/** Brought for hybrid keys, and what we do with it: 12 KB gzipped. */
const HYBRID_KEYS = /^@noble\/post-quantum\/hybrid\.js$/;

/** Leaves modules out; what would use them fails as on any wrong key. */
const without = (filter, names) => ({
  name: `without ${filter}`,
  setup(build) {
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: "absent" }));
    build.onLoad({ filter, namespace: "absent" }, () => ({ contents: `export const ${names.map((name) => `${name} = undefined`).join(", ")};` }));
  },
});

const withoutHybrid = [
  without(HYBRID_KEYS, ["MLKEM768P256", "MLKEM768X25519"]),
  {
    name: "hybrid-absent",
    setup(build) {
      build.onResolve({ filter: /^\.\/hybrid$/ }, () => ({ path: join(here, "src/hybrid-absent.ts") }));
    },
  },
];

const here = fileURLToPath(new URL(".", import.meta.url));

const bundle = (entryPoints, plugins) => build({
  absWorkingDir: here,
  entryPoints,
  outdir: process.argv[2] ?? "dist",
  bundle: true,
  plugins,
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "ascii", // the bytes mean the same whatever charset a host declares
  legalComments: "none",
  logLevel: "warning",
});

await bundle({ viewer: "src/main.ts", preview: "src/preview.ts" }, [without(OTHER_KEYS, ["p256"]), ...withoutHybrid]);
await bundle({ "viewer-hybrid": "src/main.ts" }, []);
