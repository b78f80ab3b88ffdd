/** Unlocking by login and passphrase: the identity lies on the site, wrapped. */

import { textOf } from "./bytes";
import { loginLocator } from "./derive";
import { parseIdentities, type Identities } from "./identity";
import { Refusal } from "./outcome";
import { unwrapFile, type Progress } from "./scrypt";
import type { Site } from "./site";

/**
 * The identities that a login and passphrase open.
 *
 * Throws a {@link Refusal}: `wrong-passphrase` for an unknown login too, so that the page does not tell which was wrong.
 */
export async function openLogin(site: Site, login: string, passphrase: string, progress: Progress): Promise<Identities> {
  const path = `login/${loginLocator(site.manifest.siteBytes, login)}.age`;
  if (!(await site.lists(path))) throw new Refusal("wrong-passphrase", path);
  const text = textOf(await unwrapFile(await site.read(path), passphrase, progress));
  try {
    return parseIdentities(text ?? "");
  } catch {
    throw new Refusal("damaged", "the login holds no identity");
  }
}
