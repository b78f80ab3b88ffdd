/** Sealed files: an age file with one X25519 stanza around a container. */

import { Decrypter, type Identity as AgeIdentity } from "age-encryption";
import { unpack } from "./bundle";
import type { Bytes } from "./bytes";
import { Refusal } from "./outcome";

/** Looks at the stanzas before any key is tried; opens nothing itself. */
const oneStanza: AgeIdentity = {
  unwrapFileKey(stanzas) {
    const kinds = stanzas.map((stanza) => stanza.args[0]);
    const exact = kinds.filter((kind) => kind === "X25519").length === 1 && !kinds.includes("scrypt");
    if (!exact) throw new Refusal("damaged", "not exactly one X25519 stanza");
    return null;
  },
};

/**
 * Decrypts and unpacks a file whose hash was already checked.
 *
 * Throws a {@link Refusal} (`damaged`) where it is not such a file or not for that identity.
 */
export async function unseal(file: Uint8Array, identity: string): Promise<Bytes> {
  return unpack(await decrypt(file, identity));
}

async function decrypt(file: Uint8Array, identity: string): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(oneStanza);
    decrypter.addIdentity(identity);
    return await decrypter.decrypt(file);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("damaged", `age: ${String(error)}`);
  }
}
