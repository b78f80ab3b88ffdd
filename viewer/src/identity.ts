/** A reader's key: pasted, or in an identity file with the signers that it trusts. */

import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { fromBase64Url } from "./bytes";
import { agreeing, type Agreeing } from "./hybrid";
import { NO_KEYS, Refusal } from "./outcome";

/** A reader's key. Lives in memory only. */
export interface Identity extends Agreeing {
  /** `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…` */
  readonly text: string;
  /** Signers that the identity file pins, `ed25519:…`; empty for a bare key. */
  readonly signers: readonly string[];
}

/** The kinds of keys, as stanzas and `site.json` name them. */
export type KeyKind = "X25519" | "mlkem768x25519";

const PREFIX = "AGE-SECRET-KEY-";
const PREFIXES: Readonly<Record<KeyKind, string>> = { X25519: PREFIX, mlkem768x25519: `${PREFIX}PQ-` };
const SIGNER_LINE = /^#\s*signer:\s*(\S+)\s*$/;

/** The kind of an identity, by its text. */
export function kindOf(identity: string): KeyKind {
  return identity.startsWith(`${PREFIXES.mlkem768x25519}1`) ? "mlkem768x25519" : "X25519";
}

/** Whether what is typed is, or begins, a key and no passphrase. */
export function looksLikeKey(typed: string): boolean {
  const start = typed.trimStart().toUpperCase();
  return start.startsWith("#") || start.includes(PREFIX) || PREFIX.startsWith(start);
}

/** One identity or more. */
export type Identities = readonly [Identity, ...Identity[]];

/** The text of a file as editors write it: UTF-8, or UTF-16 with a byte order mark as Windows writes it. */
export function fileText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const is = (one: number, two: number): boolean => first === one && second === two;
  return new TextDecoder(is(0xff, 0xfe) ? "utf-16le" : is(0xfe, 0xff) ? "utf-16be" : "utf-8").decode(bytes);
}

/**
 * Reads pasted keys or the text of an identity file.
 *
 * Throws a {@link Refusal} (`wrong-key`) if there is no key, or a line that is neither blank, a comment nor a key.
 */
export function parseIdentities(text: string): Identities {
  const lines = text.split("\n").map((line) => line.trim());
  const signers = signersOf(lines);
  const [first, ...others] = lines.filter((line) => line !== "" && !line.startsWith("#")).map((key) => parseKey(key, signers));
  if (first === undefined) throw new Refusal("wrong-key", "no key");
  return [first, ...others];
}

function parseKey(written: string, signers: readonly string[]): Identity {
  const text = written === written.toLowerCase() ? written.toUpperCase() : written;
  const secret = secretOf(text);
  const agrees = kindOf(text) === "X25519" ? { secret, publicKey: x25519.getPublicKey(secret) } : agreeing(secret);
  return { text, ...agrees, signers };
}

/** The identity file of a key: what {@link parseIdentities} reads, with `signer` pinned besides those that were. */
export function identityFile({ text, signers }: Identity, signer: string): string {
  const pinned = [...new Set([...signers, signer])].map((known) => `# signer: ${known}\n`);
  return `${pinned.join("")}${text}\n`;
}

function secretOf(key: string): Uint8Array {
  const kind = kindOf(key);
  try {
    const { prefix, bytes } = bech32.decodeToBytes(key);
    if (prefix.toUpperCase() === PREFIXES[kind] && bytes.length === 32) return bytes;
  } catch {
    // the checksum is wrong, or the case is mixed: said below
  }
  throw new Refusal("wrong-key", "not a whole identity", insteadOfKey(key));
}

/** What a line is that is no key, as far as it shows. */
function insteadOfKey(line: string): string | undefined {
  const begins = (start: string): boolean => line.toUpperCase().startsWith(start);
  if (begins(PREFIX)) return NO_KEYS.mistyped;
  if (begins("AGE-PLUGIN-")) return NO_KEYS.plugin;
  if (begins("AGE1")) return NO_KEYS.public;
  return begins("SSH-") || /^-----BEGIN .*PRIVATE KEY/.test(line) ? NO_KEYS.ssh : undefined;
}

function signersOf(lines: readonly string[]): string[] {
  const named = lines.map((line) => SIGNER_LINE.exec(line)?.[1]);
  return named.filter((signer) => signer !== undefined);
}

/** The public key in `ed25519:<b64>`, or nothing. */
export function signerKey(signer: string): Uint8Array | null {
  return signer.startsWith("ed25519:") ? fromBase64Url(signer.slice("ed25519:".length), 32) : null;
}
