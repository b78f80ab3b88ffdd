// Bundles the viewer as one classic script: viewer.js, viewer-hybrid.js for post-quantum sites, portable.js that goes before
// either in a site that opens from disk, and preview.js with the preview around it, which only `gradus serve` serves: `node build.mjs [FOLDER]`, default dist.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** What age-encryption can do with keys, besides opening files with X25519 ones: 15 KB gzipped, most of it libraries. */
const OTHER_KEYS = [
  ...["HybridIdentity", "HybridRecipient", "HybridTagRecipient", "ScryptIdentity", "ScryptRecipient", "TagRecipient", "X25519Recipient"],
  ...["generateHybridIdentity", "generateIdentity", "generateX25519Identity", "identityToRecipient"],
];

/** Leaves that out, but for what is `kept`; what would use the others fails as on any wrong key. */
const withoutOtherKeys = (kept = []) => ({
  name: "without-other-keys",
  setup(build) {
    build.onResolve({ filter: /^\.\/recipients\.js$/, namespace: "file" }, ({ path, resolveDir }) => ({ path, namespace: "keys", pluginData: resolveDir }));
    build.onLoad({ filter: /./, namespace: "keys" }, ({ path, pluginData }) => {
      const own = ["X25519Identity", "decryptFileKey", "encryptFileKey", ...kept].join(", ");
      const absent = OTHER_KEYS.filter((name) => !kept.includes(name)).map((name) => `${name} = undefined`);
      return { resolveDir: pluginData, contents: `export { ${own} } from ${JSON.stringify(path)}; export const ${absent.join(", ")};` };
    });
  },
});

/** An error with a text of its own. */
const WORDED_ERROR = /new (Error|TypeError|RangeError)\(('[^'\n]*'|"[^"\n]*"|`[^`]*`)\)/g;

/** Leaves out what libraries say of their errors: nobody is ever shown it, and it is 1 KB gzipped. */
const withoutLibraryWords = {
  name: "without-library-words",
  setup(build) {
    build.onLoad({ filter: /node_modules.(@noble|@scure|age-encryption|minisearch).*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(WORDED_ERROR, "new $1()"),
    }));
  },
};

/** In the place of what hybrid keys need: 12 KB gzipped that other sites have no use for. */
const withoutHybrid = {
  name: "without-hybrid",
  setup(build) {
    build.onResolve({ filter: /^\.\/hybrid$/ }, () => ({ path: join(here, "src/hybrid-absent.ts") }));
  },
};

const here = fileURLToPath(new URL(".", import.meta.url));

const bundle = (entryPoints, plugins) => build({
  absWorkingDir: here,
  entryPoints,
  outdir: process.argv[2] ?? "dist",
  bundle: true,
  plugins: [...plugins, withoutLibraryWords],
  minify: true,
  format: "iife",
  target: ["chrome111", "firefox115", "safari16.4"],
  charset: "ascii", // the bytes mean the same whatever charset a host declares
  legalComments: "none",
  logLevel: "warning",
});

await bundle({ viewer: "src/main.ts", preview: "src/preview.ts", portable: "src/portable.ts" }, [withoutOtherKeys(), withoutHybrid]);
await bundle({ "viewer-hybrid": "src/main.ts" }, [withoutOtherKeys(["HybridIdentity"])]);
