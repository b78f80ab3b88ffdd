/** From what a reader gives to what they have open. No DOM here. */

import { parseIdentity, type Identity } from "./identity";
import { Library } from "./library";
import { openLogin } from "./login";
import type { Progress } from "./scrypt";
import { Site, type Fetch, type Memory } from "./site";

/** What a reader unlocks with. */
export type Secret =
  | { readonly kind: "identity"; readonly text: string }
  | { readonly kind: "login"; readonly login: string; readonly passphrase: string };

/** What the page needs of the browser. */
export interface Surroundings {
  readonly fetch: Fetch;
  readonly memory: (site: string) => Memory;
  readonly progress: Progress;
  /** Unix milliseconds. */
  readonly now: number;
}

/** An open site, and what its reader should know of it. */
export interface Unlocked {
  readonly library: Library;
  /** Nobody had named the signer before: the site's own word was taken. */
  readonly firstUse: boolean;
  /** The publisher promised a newer build by now. */
  readonly expired: boolean;
}

/** Throws a refusal with the fault to tell of. */
export async function unlock(secret: Secret, around: Surroundings): Promise<Unlocked> {
  const identity = secret.kind === "identity" ? parseIdentity(secret.text) : await identityOf(secret, around);
  const site = await Site.open(around.fetch, { signers: identity.signers, memory: around.memory });
  const library = await Library.open(site, identity);
  return { library, firstUse: site.firstUse, expired: around.now > library.manifest.expires };
}

/** The site is opened again with the signers that the login pins, so a forged one shows no page. */
async function identityOf(secret: Secret & { kind: "login" }, around: Surroundings): Promise<Identity> {
  const site = await Site.open(around.fetch, { signers: [], memory: around.memory });
  return openLogin(site, secret.login, secret.passphrase, around.progress);
}
