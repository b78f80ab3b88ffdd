/** From what a reader gives to what they have open. No DOM here. */

import { openWrapped } from "./device";
import { parseIdentity, type Identity } from "./identity";
import { Library } from "./library";
import { openLogin } from "./login";
import type { Wrapped } from "./memory";
import type { Progress } from "./scrypt";
import { onNewest, Site, type Fetch, type Memory } from "./site";

/** What a reader unlocks with. */
export type Secret =
  | { readonly kind: "identity"; readonly text: string }
  | { readonly kind: "login"; readonly login: string; readonly passphrase: string }
  | { readonly kind: "device"; readonly wrapped: Wrapped; readonly passphrase: string };

/** What the page needs of the browser. */
export interface Surroundings {
  readonly fetch: Fetch;
  readonly memory: (site: string, signer: string) => Memory;
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
  const identity = await identityOf(secret, around);
  const site = await Site.open(around.fetch, { signers: identity.signers, memory: around.memory });
  const library = await Library.open(site, identity);
  return { library, firstUse: site.firstUse, expired: around.now > library.manifest.expires };
}

function identityOf(secret: Secret, around: Surroundings): Identity | Promise<Identity> {
  if (secret.kind === "identity") return parseIdentity(secret.text);
  return secret.kind === "login" ? identityByLogin(secret, around) : openWrapped(secret.wrapped, secret.passphrase, around.progress);
}

/** The site is opened again with the signers that the login pins, so a forged one shows no page. */
async function identityByLogin(secret: Secret & { kind: "login" }, around: Surroundings): Promise<Identity> {
  const site = await Site.open(around.fetch, { signers: [], memory: around.memory });
  return onNewest(site, (now) => openLogin(now, secret.login, secret.passphrase, around.progress));
}
