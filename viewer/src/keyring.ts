/** A reader's keyring: which sections their key opens, and the identity of each. */

import { x25519 } from "@noble/curves/ed25519.js";
import { keyringLocator } from "./derive";
import { kindOf, type Identity, type KeyKind } from "./identity";
import * as json from "./json";
import { Refusal } from "./outcome";
import { unseal } from "./sealed";
import { SEALED_PATH } from "./section";
import type { Site } from "./site";

/** A section that the reader can open. */
export interface SectionRef {
  /** `person/ada/chain` */
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** The first part of its routes: `people/ada`. */
  readonly subject: string;
  /** Path in the site. */
  readonly file: string;
  /** `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`, of this section alone. */
  readonly identity: string;
}

/** What a reader's key opens. */
export interface Keyring {
  readonly reader: { readonly id: string; readonly name: string };
  readonly routeKey: Uint8Array;
  readonly sections: readonly SectionRef[];
  /** Those about everyone. */
  readonly common: readonly SectionRef[];
  /** All by their ids. */
  readonly byId: ReadonlyMap<string, SectionRef>;
  /** All by subject, in the keyring's order: a director's are tens of thousands. */
  readonly bySubject: ReadonlyMap<string, readonly SectionRef[]>;
}

/** Whether a section is about everyone: links from any page may lead there. */
export const isCommon = ({ kind }: SectionRef): boolean => kind === "org" || kind === "managers";

/**
 * Finds and opens the keyring of an identity.
 *
 * Throws a {@link Refusal}: `no-match` where the site holds none for it.
 */
export async function openKeyring(site: Site, identity: Identity): Promise<Keyring> {
  if (kindOf(identity.text) !== site.manifest.keys) throw new Refusal("no-match", "a key of another kind");
  const path = `keyring/${locatorOf(site, identity)}.age`;
  if (!(await site.lists(path))) throw new Refusal("no-match", path);
  const raw = await unseal(await site.read(path), identity.text);
  return parseKeyring(raw, site.manifest.site, site.manifest.keys);
}

function locatorOf(site: Site, identity: Identity): string {
  const { siteBytes, epoch, agreement } = site.manifest;
  return keyringLocator(agree(identity.secret, agreement), siteBytes, epoch, identity.publicKey);
}

function agree(secret: Uint8Array, agreement: Uint8Array): Uint8Array {
  try {
    return x25519.getSharedSecret(secret, agreement);
  } catch {
    throw new Refusal("damaged", "the agreement key is of low order");
  }
}

function parseKeyring(raw: Uint8Array, site: string, keys: KeyKind): Keyring {
  const document = json.parseDocument(raw, "keyring");
  if (document["site"] !== site) throw new Refusal("damaged", "keyring of another site");
  const reader = json.members(document["reader"], "reader");
  const sections = json.list(document["sections"], "sections").map((ref) => parseRef(ref, keys));
  return {
    reader: { id: json.text(reader["id"], "id"), name: json.text(reader["name"], "name") },
    routeKey: json.bytes(document["route_key"], 32, "route_key"),
    sections,
    common: sections.filter(isCommon),
    byId: new Map(sections.map((ref) => [ref.id, ref])),
    bySubject: grouped(sections),
  };
}

function grouped(sections: readonly SectionRef[]): Map<string, SectionRef[]> {
  const groups = new Map<string, SectionRef[]>();
  for (const ref of sections) {
    const group = groups.get(ref.subject);
    if (group === undefined) groups.set(ref.subject, [ref]);
    else group.push(ref);
  }
  return groups;
}

function parseRef(value: unknown, keys: KeyKind): SectionRef {
  const ref = json.members(value, "section");
  const member = (name: string): string => json.text(ref[name], name);
  const file = member("file");
  if (!SEALED_PATH.test(file)) throw new Refusal("damaged", "path of a section");
  const identity = member("identity");
  if (kindOf(identity) !== keys) throw new Refusal("damaged", "a section of another kind of key");
  return {
    id: member("id"),
    kind: member("kind"),
    title: member("title"),
    subject: member("subject"),
    file,
    identity,
  };
}
