/** Sealed files: an age file with one stanza for a key around a container. */

import { Decrypter, type Identity as AgeIdentity } from "age-encryption";
import { unpack } from "./bundle";
import type { Bytes } from "./bytes";
import { kindOf, type KeyKind } from "./identity";
import { Refusal } from "./outcome";

const KINDS: readonly (string | undefined)[] = ["X25519", "mlkem768x25519", "scrypt"];

/** Looks at the stanzas before any key is tried; opens nothing itself. */
const oneStanza = (kind: KeyKind): AgeIdentity => ({
  unwrapFileKey(stanzas) {
    const kinds = stanzas.map((stanza) => stanza.args[0]).filter((name) => KINDS.includes(name));
    if (kinds.length !== 1 || kinds[0] !== kind) throw new Refusal("damaged", `not exactly one ${kind} stanza`);
    return null;
  },
});

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
    decrypter.addIdentity(oneStanza(kindOf(identity)));
    decrypter.addIdentity(identity);
    return await decrypter.decrypt(file);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("damaged", `age: ${String(error)}`);
  }
}
