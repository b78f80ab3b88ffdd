/** Bytes and the three texts that stand for them. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { base64urlnopad } from "@scure/base";

/** Bytes that own a plain buffer, as the browser's functions want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** UTF-8 of a text. */
export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;

/** The text of UTF-8 bytes, or nothing where they are not UTF-8. A byte order mark is kept, and so refused later. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes of canonical base64url without padding, or nothing. `length` in bytes, where it is known. */
export function fromBase64Url(text: string, length?: number): Bytes | null {
  try {
    const bytes = base64urlnopad.decode(text) as Bytes;
    return length === undefined || bytes.length === length ? bytes : null;
  } catch {
    return null;
  }
}

/** Base64url without padding. */
export const toBase64Url = (bytes: Uint8Array): string => base64urlnopad.encode(bytes);

/** Lower-case hexadecimal. */
export const toHex = (bytes: Uint8Array): string => bytesToHex(bytes);

/** So many arguments every engine takes. */
const SLICE_BYTES = 8192;

/** Base64 with padding, by the browser's own function: it is given whole files. */
export function toBase64(bytes: Uint8Array): string {
  const slices: string[] = [];
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) slices.push(String.fromCharCode(...bytes.subarray(at, at + SLICE_BYTES)));
  return btoa(slices.join(""));
}

/** An address that holds the bytes themselves. A document of it is of no origin, and an `img` of it runs nothing. */
export const dataUrl = (bytes: Uint8Array, type: string): string => `data:${type};base64,${toBase64(bytes)}`;

/** All of them, one after the other. */
export function joined(parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** SHA-256. */
export async function sha256(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Bytes));
}
