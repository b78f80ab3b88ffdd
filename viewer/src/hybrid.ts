/**
 * Keys of post-quantum sites. The bundle of other sites has no use for the libraries behind them, 12 KB gzipped, and
 * `hybrid-absent.ts` stands there instead.
 */

import { shake256 } from "@noble/hashes/sha3.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";

/** What a reader's locator is made of. */
export interface Agreeing {
  /** X25519. */
  readonly secret: Uint8Array;
  /** All of the public key. */
  readonly publicKey: Uint8Array;
}

/** Expands the secret of a hybrid identity: to 64 bytes for ML-KEM, then 32 for X25519. */
export function agreeing(seed: Uint8Array): Agreeing {
  return { secret: shake256(seed, { dkLen: 96 }).subarray(64), publicKey: MLKEM768X25519.getPublicKey(seed) };
}
