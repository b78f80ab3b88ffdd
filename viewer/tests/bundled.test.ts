import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

/** The folder of the viewer, set by the bundler. */
declare const VIEWER: string;

/** Most that a reader should have to load before they can unlock. */
const GZIPPED_BYTES_MAX = 58 * 1024;

/** What post-quantum keys may add to that. */
const HYBRID_BYTES_MAX = 16 * 1024;

/** What opening from disk may add. */
const PORTABLE_BYTES_MAX = 1024;

/** The viewer alone, that of post-quantum sites, and with the preview around it. */
interface Bundles {
  readonly hybrid: string;
  readonly viewer: string;
  readonly preview: string;
  readonly portable: string;
}

function bundles(): Bundles {
  const out = mkdtempSync(join(tmpdir(), "gradus-viewer-bundle-"));
  try {
    const { status, stderr } = spawnSync(process.execPath, [join(VIEWER, "build.mjs"), out], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const [viewer = "", hybrid = "", preview = "", portable = ""] = ["viewer", "viewer-hybrid", "preview", "portable"].map((name) => readFileSync(join(out, `${name}.js`), "utf8"));
    return { viewer, hybrid, preview, portable };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const { viewer: script, hybrid, preview, portable } = bundles();

test("the bundles, libraries included, have no place where text becomes HTML or code", () => {
  const sinks = /innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\(|new Function|importScripts|trustedTypes/;
  for (const text of [script, hybrid, preview]) assert.equal(sinks.exec(text)?.[0], undefined);
  assert.equal(portable.match(/createPolicy/g)?.length, 1, "from disk there is one way to a script");
  assert.equal(sinks.exec(portable.replace("trustedTypes", ""))?.[0], undefined);
});

test("nothing secret can be kept: of all stores only localStorage is used, in one module", () => {
  for (const text of [script, hybrid, preview]) assert.equal(/sessionStorage|indexedDB|document\.cookie|caches\.|serviceWorker/.exec(text)?.[0], undefined);
  assert.equal(script.match(/localStorage/g)?.length, 2);
});

test("the bundle names no other host", () => {
  const hosts = [...script.matchAll(/https?:\/\/[a-z0-9.-]+/g)].map(([url]) => url);
  assert.deepEqual([...new Set(hosts)], ["http://www.w3.org"]);
});

test("the bundle stays small", () => {
  assert.ok(gzipSync(script, { level: 9 }).length <= GZIPPED_BYTES_MAX);
  assert.ok(gzipSync(portable, { level: 9 }).length <= PORTABLE_BYTES_MAX);
  assert.ok(gzipSync(hybrid, { level: 9 }).length <= GZIPPED_BYTES_MAX + HYBRID_BYTES_MAX);
});

test("nothing of the preview is in what readers load", () => {
  assert.ok(preview.includes("Preview as"));
  assert.equal(/preview/i.exec(script)?.[0], undefined);
});
