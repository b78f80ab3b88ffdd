/** A reader's key: pasted, or in an identity file with the signers that it trusts. */

import { x25519 } from "@noble/curves/ed25519.js";
import { bech32 } from "@scure/base";
import { fromBase64Url } from "./bytes";
import { agreeing, type Agreeing } from "./hybrid";
import { Refusal } from "./outcome";

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

/**
 * Reads a pasted key or the text of an identity file.
 *
 * Throws a {@link Refusal} (`wrong-key`) where it does not hold exactly one whole identity.
 */
export function parseIdentity(text: string): Identity {
  const lines = text.split("\n").map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  const [key] = keys;
  if (key === undefined || keys.length > 1) throw new Refusal("wrong-key", `${keys.length} keys`);
  const secret = secretOf(key);
  const agrees = kindOf(key) === "X25519" ? { secret, publicKey: x25519.getPublicKey(secret) } : agreeing(secret);
  return { text: key, ...agrees, signers: signersOf(lines) };
}

/** The identity file of a key: what {@link parseIdentity} reads, with `signer` pinned besides those that were. */
export function identityFile({ text, signers }: Identity, signer: string): string {
  const pinned = [...new Set([...signers, signer])].map((known) => `# signer: ${known}\n`);
  return `${pinned.join("")}${text}\n`;
}

function secretOf(key: string): Uint8Array {
  const kind = kindOf(key);
  if (!key.startsWith(`${PREFIXES[kind]}1`)) throw new Refusal("wrong-key", "not an identity");
  try {
    const { prefix, bytes } = bech32.decodeToBytes(key);
    if (prefix.toUpperCase() === PREFIXES[kind] && bytes.length === 32) return bytes;
  } catch {
    // the checksum is wrong, or the case is mixed: said below
  }
  throw new Refusal("wrong-key", "the key's checksum is wrong");
}

function signersOf(lines: readonly string[]): string[] {
  const named = lines.map((line) => SIGNER_LINE.exec(line)?.[1]);
  return named.filter((signer) => signer !== undefined);
}

/** The public key in `ed25519:<b64>`, or nothing. */
export function signerKey(signer: string): Uint8Array | null {
  return signer.startsWith("ed25519:") ? fromBase64Url(signer.slice("ed25519:".length), 32) : null;
}
