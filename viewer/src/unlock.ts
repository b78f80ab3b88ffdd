/** From what a reader gives to what they have open. No DOM here. */

import { openWrapped } from "./device";
import { armor } from "age-encryption";
import { fileText, parseIdentities, type Identities } from "./identity";
import { Library } from "./library";
import { openLogin } from "./login";
import type { Wrapped } from "./memory";
import { outcomeOf, Refusal } from "./outcome";
import { unwrapFile, type Progress } from "./scrypt";
import { onNewest, Site, type Fetch, type Memory } from "./site";

/** What a reader unlocks with. */
export type Secret =
  | { readonly kind: "identity"; readonly text: string }
  | { readonly kind: "file"; readonly wrapped: Uint8Array; readonly passphrase: string }
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
  /** The key file, or what a login or device keeps, names the signer. */
  readonly isNamed: boolean;
  /** The publisher promised a newer build by now. */
  readonly expired: boolean;
}

/** Throws a refusal with the fault to tell of. */
export async function unlock(secret: Secret, around: Surroundings): Promise<Unlocked> {
  const identities = await identitiesOf(secret, around);
  const { signers } = identities[0];
  const site = await Site.open(around.fetch, { signers, memory: around.memory });
  const library = await firstOpened(site, identities);
  return { library, firstUse: site.firstUse, isNamed: signers.length > 0, expired: around.now > library.manifest.expires };
}

/** What the first of them opens that opens anything. */
async function firstOpened(site: Site, [identity, ...others]: Identities): Promise<Library> {
  const outcome = await outcomeOf(() => Library.open(site, identity));
  if (outcome.kind === "ok") return outcome.value;
  const [next, ...rest] = others;
  if (outcome.fault !== "no-match" || next === undefined) throw outcome.error;
  return firstOpened(site, [next, ...rest]);
}

function identitiesOf(secret: Secret, around: Surroundings): Identities | Promise<Identities> {
  if (secret.kind === "identity") return parseIdentities(secret.text);
  if (secret.kind === "file") return identitiesIn(secret, around);
  return secret.kind === "login" ? identitiesByLogin(secret, around) : openWrapped(secret.wrapped, secret.passphrase, around.progress);
}

const AGE_FILE = "age-encryption.org/v1\n";
const ARMORED = "-----BEGIN AGE ENCRYPTED FILE-----";

/** The bytes of an age file, if that is what a key file is. None if it is a text. */
export function wrappedIn(bytes: Uint8Array): Uint8Array | null {
  const text = fileText(bytes).trimStart();
  if (text.startsWith(AGE_FILE)) return bytes;
  if (!text.startsWith(ARMORED)) return null;
  try {
    return armor.decode(text);
  } catch {
    return null;
  }
}

/** What a key file of one's own holds; the site is not to blame for a damaged one. */
async function identitiesIn({ wrapped, passphrase }: Secret & { kind: "file" }, { progress }: Surroundings): Promise<Identities> {
  try {
    return parseIdentities(fileText(await unwrapFile(wrapped, passphrase, progress)));
  } catch (error) {
    if (error instanceof Refusal && error.fault === "damaged") throw new Refusal("wrong-key", error.message);
    throw error;
  }
}

/** The site is opened again with the signers that the login pins, so a forged one shows no page. */
async function identitiesByLogin(secret: Secret & { kind: "login" }, around: Surroundings): Promise<Identities> {
  const site = await Site.open(around.fetch, { signers: [], memory: around.memory });
  return onNewest(site, (now) => openLogin(now, secret.login, secret.passphrase, around.progress));
}
