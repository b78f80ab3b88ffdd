/** A site as somebody else would sign it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { toBase64Url, utf8 } from "../src/bytes";

/** The two files that another publisher, of that number, would put in the place of those in `folder`. */
export function signedByAnother(folder: string, publisher = 9): [string, Uint8Array][] {
  const seed = new Uint8Array(32).fill(publisher);
  const document = JSON.parse(readFileSync(join(folder, "site.json"), "utf8")) as Record<string, unknown>;
  const manifest = utf8(JSON.stringify({ ...document, signer: `ed25519:${toBase64Url(ed25519.getPublicKey(seed))}` }));
  return [
    ["site.json", manifest],
    ["site.sig", utf8(`${toBase64Url(ed25519.sign(manifest, seed))}\n`)],
  ];
}
