/** A reader's key, wrapped so that this device can keep it: by a passkey or by a passphrase. Only ciphertext ever leaves memory. */

import { Decrypter, Encrypter, webauthn, type Identity as AgeIdentity, type Recipient as AgeRecipient } from "age-encryption";
import { fromBase64Url, textOf, toBase64Url } from "./bytes";
import { parseIdentities, type Identities } from "./identity";
import type { Wrapped } from "./memory";
import { Refusal } from "./outcome";
import { PassphraseIdentity, PassphraseRecipient, type Progress } from "./scrypt";

/** Fewest characters: whoever copies the browser's files may guess for as long as they like. */
export const PASSPHRASE_LENGTH_MIN = 16;
/** Fewest different ones among them. */
const VARIETY_MIN = 7;

/** Told where it turns out only when a passkey is there, too. */
export const NO_PRF = "No passkey can wrap your key here: the browser, or what keeps its passkeys, lacks PRF. A passphrase does the same.";
const FROM_DISK = "A page opened from disk has no passkeys. A passphrase does the same.";

/** Why a passkey cannot wrap a key here; nothing where it may. */
export async function passkeyObstacle(): Promise<string | null> {
  if (location.protocol === "file:") return FROM_DISK;
  if (!("PublicKeyCredential" in globalThis)) return NO_PRF;
  const capabilities = await PublicKeyCredential.getClientCapabilities?.();
  return capabilities?.["extension:prf"] === false ? NO_PRF : null;
}

/** Why nobody should wrap a key with that passphrase; nothing where it will do. */
export function passphraseObstacle(passphrase: string): string | null {
  const characters = [...passphrase.normalize().trim()];
  const enough = characters.length >= PASSPHRASE_LENGTH_MIN && new Set(characters).size >= VARIETY_MIN;
  return enough ? null : `Too easy to guess: take at least ${PASSPHRASE_LENGTH_MIN} characters, such as five random words.`;
}

/**
 * Makes a passkey of this page's host and wraps an identity file with it. The browser asks twice: to make it, and to use it.
 *
 * @param name what the browser's list of passkeys shows. Throws a {@link Refusal} (`passkey`) where the reader declines,
 * and the browser's own error where it cannot.
 */
export async function wrapWithPasskey(identityFile: string, name: string): Promise<Wrapped> {
  const credential = await asked(() => webauthn.createCredential({ keyName: name }));
  const file = await asked(() => encrypt(identityFile, new webauthn.WebAuthnRecipient({ identity: credential })));
  return { by: "passkey", file, credential };
}

/** Wraps an identity file with a passphrase. */
export async function wrapWithPassphrase(identityFile: string, passphrase: string, progress: Progress): Promise<Wrapped> {
  return { by: "passphrase", file: await encrypt(identityFile, new PassphraseRecipient(passphrase.normalize().trim(), progress)) };
}

/**
 * The identities that this device keeps.
 *
 * Throws a {@link Refusal}: `wrong-device-passphrase`, `passkey` where the reader declines, else `device`.
 */
export async function openWrapped(wrapped: Wrapped, passphrase: string, progress: Progress): Promise<Identities> {
  const key =
    wrapped.credential === undefined
      ? new PassphraseIdentity(passphrase.normalize().trim(), progress)
      : new webauthn.WebAuthnIdentity({ identity: wrapped.credential });
  try {
    return parseIdentities(await asked(() => decrypt(wrapped.file, key)));
  } catch (error) {
    const fault = error instanceof Refusal ? error.fault : null;
    if (fault === "passkey") throw error;
    throw new Refusal(fault === "wrong-passphrase" ? "wrong-device-passphrase" : "device", String(error));
  }
}

async function encrypt(text: string, recipient: AgeRecipient): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return toBase64Url(await encrypter.encrypt(text));
}

async function decrypt(file: string, identity: AgeIdentity): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return textOf(await decrypter.decrypt(fromBase64Url(file) ?? new Uint8Array())) ?? "";
}

/** A browser says in one way that the reader declined, waited too long, or has no such passkey any more. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotAllowedError") throw new Refusal("passkey", error.message);
    throw error;
  }
}
