/** Unlocking by login and passphrase: the identity lies on the site, wrapped. */

import { Decrypter } from "age-encryption";
import { textOf } from "./bytes";
import { loginLocator } from "./derive";
import { parseIdentity, type Identity } from "./identity";
import { Refusal } from "./outcome";
import { PassphraseIdentity, type Progress } from "./scrypt";
import type { Site } from "./site";

/**
 * The identity that a login and passphrase open.
 *
 * Throws a {@link Refusal}: `wrong-passphrase` for an unknown login too, so that the page does not tell which was wrong.
 */
export async function openLogin(site: Site, login: string, passphrase: string, progress: Progress): Promise<Identity> {
  const path = `login/${loginLocator(site.manifest.siteBytes, login)}.age`;
  if (!(await site.lists(path))) throw new Refusal("wrong-passphrase", path);
  const text = textOf(await decrypt(await site.read(path), new PassphraseIdentity(passphrase, progress)));
  return identityIn(text ?? "");
}

async function decrypt(file: Uint8Array, identity: PassphraseIdentity): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(file);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("damaged", `login: ${String(error)}`);
  }
}

function identityIn(text: string): Identity {
  try {
    return parseIdentity(text);
  } catch {
    throw new Refusal("damaged", "the login holds no identity");
  }
}
