/** Opens and writes passphrase-wrapped files, and tells how far it is. The library yields to the page every few milliseconds. */

import { Decrypter, Stanza, type Identity as AgeIdentity, type Recipient as AgeRecipient } from "age-encryption";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { base64nopad } from "@scure/base";
import { joined, utf8 } from "./bytes";
import { Refusal } from "./outcome";

/** 2^20 blocks are one gigabyte: more than a page should take. */
const WORK_FACTOR_MAX = 20;
/** What is written: about a second on an ordinary machine. */
const WORK_FACTOR_WRITTEN = 18;
const WORK_FACTOR = /^[1-9][0-9]?$/;
const SALT_BYTES = 16;
const FILE_KEY_BYTES = 16;
const TAG_BYTES = 16;
/** How often the library stops to tell. */
const SLICE_MS = 12;

/** From 0 to 1. */
export type Progress = (done: number) => void;

/** What somebody may have meant by a passphrase, the likeliest first: as typed, composed and without spaces around it, with hyphens for spaces. */
function readings(typed: string): ReadonlySet<string> {
  const composed = typed.trim().normalize();
  return new Set([typed, composed, composed.split(/\s+/).join("-")]);
}

/**
 * Opens an age file that is wrapped with a passphrase, by the first reading of it that fits.
 *
 * Throws a {@link Refusal}: `wrong-passphrase`, or `damaged`.
 */
export async function unwrapFile(file: Uint8Array, passphrase: string, progress: Progress): Promise<Uint8Array> {
  for (const reading of readings(passphrase)) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(new PassphraseIdentity(reading, progress));
    try {
      return await decrypter.decrypt(file);
    } catch (error) {
      if (!(error instanceof Refusal)) throw new Refusal("damaged", `a wrapped file: ${String(error)}`);
      if (error.fault !== "wrong-passphrase") throw error;
    }
  }
  throw new Refusal("wrong-passphrase", "no reading of it opens the file");
}

/** An identity for age files wrapped with a passphrase. */
export class PassphraseIdentity implements AgeIdentity {
  constructor(
    private readonly passphrase: string,
    private readonly progress: Progress,
  ) {}

  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array> {
    const [stanza] = stanzas;
    if (stanza === undefined || stanzas.length > 1 || stanza.args[0] !== "scrypt") {
      throw new Refusal("damaged", "a login has one scrypt stanza");
    }
    const { salt, workFactor } = parameters(stanza);
    const key = await stretch(this.passphrase, salt, workFactor, this.progress);
    return unwrap(key, stanza.body);
  }
}

/** Wraps age files with a passphrase. */
export class PassphraseRecipient implements AgeRecipient {
  constructor(
    private readonly passphrase: string,
    private readonly progress: Progress,
  ) {}

  async wrapFileKey(fileKey: Uint8Array): Promise<Stanza[]> {
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    const key = await stretch(this.passphrase, salt, WORK_FACTOR_WRITTEN, this.progress);
    const args = ["scrypt", base64nopad.encode(salt), String(WORK_FACTOR_WRITTEN)];
    return [new Stanza(args, cipher(key).encrypt(fileKey))];
  }
}

async function stretch(passphrase: string, salt: Uint8Array, workFactor: number, progress: Progress): Promise<Uint8Array> {
  progress(0);
  await painted(); // the words are on screen before the work starts
  const labelled = joined([utf8("age-encryption.org/v1/scrypt"), salt]);
  return scryptAsync(utf8(passphrase), labelled, {
    N: 2 ** workFactor,
    r: 8,
    p: 1,
    dkLen: 32,
    asyncTick: SLICE_MS,
    maxmem: 2 ** 31,
    onProgress: progress,
  });
}

/** Of a key that is used once: the nonce is zero, as age has it. */
const cipher = (key: Uint8Array): ReturnType<typeof chacha20poly1305> => chacha20poly1305(key, new Uint8Array(12));

/** Two frames at sixty a second, and some. */
const PAINT_MS = 50;

/** After the next frame, or a moment where there are none (a hidden tab). */
function painted(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAINT_MS));
}

function parameters(stanza: Stanza): { salt: Uint8Array; workFactor: number } {
  const [, salt = "", work = ""] = stanza.args;
  const decoded = decodeSalt(salt);
  if (stanza.args.length !== 3 || decoded === null || !WORK_FACTOR.test(work)) throw new Refusal("damaged", "scrypt stanza");
  const workFactor = Number(work);
  if (workFactor > WORK_FACTOR_MAX) throw new Refusal("damaged", "scrypt would take too long");
  return { salt: decoded, workFactor };
}

function decodeSalt(salt: string): Uint8Array | null {
  try {
    const bytes = base64nopad.decode(salt);
    return bytes.length === SALT_BYTES ? bytes : null;
  } catch {
    return null;
  }
}

function unwrap(key: Uint8Array, body: Uint8Array): Uint8Array {
  // Checked before decrypting, as age asks: else a crafted body would tell passphrases apart.
  if (body.length !== FILE_KEY_BYTES + TAG_BYTES) throw new Refusal("damaged", "scrypt stanza");
  try {
    return cipher(key).decrypt(body);
  } catch {
    throw new Refusal("wrong-passphrase", "the file key does not open");
  }
}
