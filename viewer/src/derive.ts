/** Values that the reader derives, exactly as `docs/format.md` says. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { joined, toBase64Url, toHex, utf8, type Bytes } from "./bytes";

/** A part of a derivation's context: a text, a whole number or bytes. */
export type Part = string | number | Uint8Array;

/** Bytes in the names of keyrings, logins and sealed files. */
const NAME_BYTES = 12;
/** Bytes of one part of an address, which eight characters hold. */
const ADDRESS_BYTES = 6;

/** `gradus/1 ` and the label, then each part with its length before it. */
export function info(label: string, ...parts: readonly Part[]): Bytes {
  const framed = parts.map(partBytes).flatMap((part) => [bigEndian(part.length, 4), part]);
  return joined([utf8(`gradus/1 ${label}`), ...framed]);
}

function partBytes(part: Part): Uint8Array {
  if (typeof part === "string") return utf8(part);
  return typeof part === "number" ? bigEndian(part, 8) : part;
}

function bigEndian(value: number, width: 4 | 8): Uint8Array {
  const out = new Uint8Array(width);
  const view = new DataView(out.buffer);
  if (width === 4) view.setUint32(0, value);
  else view.setBigUint64(0, BigInt(value));
  return out;
}

/** The name of a reader's keyring. `shared` is the X25519 agreement of their key and the site's. */
export function keyringLocator(shared: Uint8Array, site: Uint8Array, epoch: number, publicKey: Uint8Array): string {
  return toHex(hkdf(sha256, shared, undefined, info("locator", site, epoch, publicKey), NAME_BYTES));
}

/** The name of a login's file. */
export function loginLocator(site: Uint8Array, login: string): string {
  const name = login.trim().normalize("NFC").toLowerCase();
  return toHex(hmac(sha256, site, utf8(`login ${name}`)).subarray(0, NAME_BYTES));
}

/** `a(text)`: what stands in an address for a subject, a route or an anchor. The key is taken in once for all of them. */
export function addressParts(routeKey: Uint8Array): (text: string) => string {
  const keyed = hmac.create(sha256, routeKey);
  return (text) => toBase64Url(keyed.clone().update(utf8(text)).digest().subarray(0, ADDRESS_BYTES));
}
