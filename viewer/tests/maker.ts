/** Writes small sites for tests, following `docs/format.md` on its own: it shares only byte encodings with the reader. */

import { Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from "age-encryption";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64urlnopad, bech32, hex } from "@scure/base";
import { deflateRawSync, crc32 } from "./deflate";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const b64 = (bytes: Uint8Array): string => base64urlnopad.encode(bytes);

/** A part of a page, its tree as JSON. */
export interface PageSource {
  readonly route: string;
  readonly slot: number;
  readonly title: string;
  readonly kind: string;
  readonly tree: unknown;
}

/** A section to be sealed. */
export interface SectionSource {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly pages: readonly PageSource[];
  readonly files?: Readonly<Record<string, { readonly type: string; readonly name: string; readonly bytes: Uint8Array }>>;
}

/** A reader, by the sections that they open. */
export interface ReaderSource {
  readonly id: string;
  readonly name: string;
  readonly identity: string;
  readonly opens: readonly string[];
}

/** What a test may bend. */
export interface Options {
  /** Every section, and `site.json`, are of hybrid keys; so must be the readers'. */
  readonly hybrid?: boolean;
  readonly build?: number;
  readonly expires?: string;
  /** Changes members of `site.json` before it is signed. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Changes members of every section. */
  readonly section?: Readonly<Record<string, unknown>>;
  readonly shards?: number;
  readonly logins?: readonly { readonly login: string; readonly passphrase: string; readonly text: string }[];
  readonly plain?: ReadonlyMap<string, Uint8Array>;
}

/** A whole site in memory. */
export interface MadeSite {
  readonly files: Map<string, Uint8Array>;
  readonly site: string;
  readonly signer: string;
  readonly routeKey: Uint8Array;
  /** Path of a section's file. */
  readonly pathOf: (section: string) => string;
  /** Path of a reader's keyring. */
  readonly keyringOf: (reader: string) => string;
  /** Signs `site.json` as it now stands, after a test has changed files. */
  readonly resign: (options?: Options) => void;
}

const SITE_KEY = new Uint8Array(32).fill(7);
const EPOCH = 1;

/** `gradus/1 ` and the framed parts. */
function info(label: string, ...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  const out = [...utf8(`gradus/1 ${label}`)];
  for (const part of parts) {
    const bytes = typeof part === "string" ? utf8(part) : typeof part === "number" ? number(part, 8) : part;
    out.push(...number(bytes.length, 4), ...bytes);
  }
  return Uint8Array.from(out);
}

function number(value: number, width: number): Uint8Array {
  return hex.decode(value.toString(16).padStart(width * 2, "0"));
}

const derive = (length: number, label: string, ...parts: readonly (string | number | Uint8Array)[]): Uint8Array =>
  hkdf(sha256, SITE_KEY, undefined, info(label, ...parts), length);

/** The container, with the smallest padding that holds the data. */
export function pack(content: Uint8Array): Uint8Array {
  const deflated = deflateRawSync(content);
  const length = padded(10 + 1 + deflated.length + 8);
  const tail = new DataView(new ArrayBuffer(8));
  tail.setUint32(0, crc32(content), true);
  tail.setUint32(4, content.length, true);
  const spaces = length - 11 - deflated.length - 8;
  const header = [0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 0xff];
  return Uint8Array.from([...header, ...new Uint8Array(spaces).fill(0x20), 0, ...deflated, ...new Uint8Array(tail.buffer)]);
}

function padded(length: number): number {
  const least = Math.max(length, 4096);
  const e = 31 - Math.clz32(least);
  const zeros = e - (32 - Math.clz32(e));
  return Math.ceil(least / 2 ** zeros) * 2 ** zeros;
}

/** Seals bytes to one identity. */
export async function seal(content: Uint8Array, identity: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  return encrypter.encrypt(content);
}

async function wrap(text: string, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(10);
  return encrypter.encrypt(text);
}

/** A fresh reader's key. */
export const newIdentity = generateX25519Identity;

/** A fresh reader's key of a site that is hybrid. */
export const newHybridIdentity = generateHybridIdentity;

/** Writes a site. */
export async function makeSite(sections: readonly SectionSource[], readers: readonly ReaderSource[], options: Options = {}): Promise<MadeSite> {
  const siteBytes = derive(16, "site");
  const site = hex.encode(siteBytes);
  const agreement = derive(32, "agreement");
  const seed = derive(32, "signer");
  const signer = `ed25519:${b64(ed25519.getPublicKey(seed))}`;
  const routeKey = derive(32, "route", EPOCH);
  const files = new Map<string, Uint8Array>(options.plain ?? []);
  const identities = new Map(sections.map(({ id }) => [id, sectionIdentity(siteBytes, id, options.hybrid === true)]));
  const suffix = options.hybrid === true ? "-hybrid" : "";
  const pathOf = (id: string): string => `sealed/${hex.encode(derive(12, `section-file${suffix}`, siteBytes, EPOCH, id))}.age`;
  const publicKeys = new Map(await Promise.all(readers.map(async (reader) => [reader.id, await publicKeyOf(reader.identity)] as const)));
  const keyringOf = (id: string): string => {
    const publicKey = publicKeys.get(id) ?? new Uint8Array();
    const shared = x25519.getSharedSecret(agreement, publicKey.slice(-32));
    return `keyring/${hex.encode(hkdf(sha256, shared, undefined, info("locator", siteBytes, EPOCH, publicKey), 12))}.age`;
  };
  for (const section of sections) await sealSection(section);
  for (const reader of readers) files.set(keyringOf(reader.id), await sealJson(keyring(reader), reader.identity));
  for (const { login, passphrase, text } of options.logins ?? []) {
    const locator = hmac(sha256, siteBytes, utf8(`login ${login}`)).subarray(0, 12);
    files.set(`login/${hex.encode(locator)}.age`, await wrap(text, passphrase));
  }
  const resign = (changed: Options = options): void => sign(files, { site, signer, seed, agreement }, changed);
  resign();
  return { files, site, signer, routeKey, pathOf, keyringOf, resign };

  async function sealSection(section: SectionSource): Promise<void> {
    const identity = identities.get(section.id) ?? "";
    const entries: Record<string, unknown> = {};
    for (const [key, { type, name, bytes }] of Object.entries(section.files ?? {})) {
      const file = `sealed/${hex.encode(derive(12, "attachment-file", section.id, key))}.age`;
      files.set(file, await seal(pack(bytes), identity));
      entries[key] = { file, type, name, bytes: bytes.length };
    }
    const document = { format: 1, site, section: section.id, pages: section.pages, files: entries, ...options.section };
    files.set(pathOf(section.id), await sealJson(document, identity));
  }

  function keyring(reader: ReaderSource): unknown {
    const opens = sections.filter(({ id }) => reader.opens.includes(id));
    const refs = opens.map(({ id, kind, subject }) => ({ id, kind, title: id, subject, file: pathOf(id), identity: identities.get(id) }));
    return { format: 1, site, reader: { id: reader.id, name: reader.name }, route_key: b64(routeKey), sections: refs };
  }
}

const sealJson = (document: unknown, identity: string): Promise<Uint8Array> => seal(pack(utf8(JSON.stringify(document))), identity);

function sectionIdentity(siteBytes: Uint8Array, id: string, hybrid: boolean): string {
  const secret = derive(32, hybrid ? "section-hybrid" : "section", siteBytes, EPOCH, id);
  return bech32.encodeFromBytes(hybrid ? "AGE-SECRET-KEY-PQ-" : "AGE-SECRET-KEY-", secret).toUpperCase();
}

async function publicKeyOf(identity: string): Promise<Uint8Array> {
  const { words } = bech32.decode((await identityToRecipient(identity)) as `${string}1${string}`, false);
  return Uint8Array.from(bech32.fromWords(words));
}

/** What a site is signed with. */
export interface Signing {
  readonly site: string;
  readonly signer: string;
  readonly seed: Uint8Array;
  readonly agreement: Uint8Array;
}

/** Lists and signs files as they stand; whoever has no key of the site does it with their own. */
export function sign(files: Map<string, Uint8Array>, { site, signer, seed, agreement }: Signing, options: Options): void {
  for (const path of [...files.keys()]) if (/^(index\/|site\.)/.test(path)) files.delete(path);
  const shards = Array.from({ length: options.shards ?? 1 }, (): Record<string, Record<string, unknown>> => ({}));
  for (const [path, bytes] of files) {
    const [directory, name] = path.includes("/") ? [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)] : ["", path];
    const first = new DataView(sha256(utf8(path)).buffer).getUint32(0);
    const shard = shards[Number((BigInt(first) * BigInt(shards.length)) >> 32n)] ?? {};
    (shard[directory] ??= {})[name] = [b64(sha256(bytes)), bytes.length];
  }
  const hashes = shards.map((listed) => {
    const raw = utf8(JSON.stringify({ format: 1, site, files: listed }));
    files.set(`index/${hex.encode(sha256(raw)).slice(0, 24)}.json`, raw);
    return b64(sha256(raw));
  });
  const document = {
    format: 1,
    site,
    title: "Portfolios",
    build: options.build ?? 1_795_305_600,
    created: "2026-11-22T00:00:00Z",
    expires: options.expires ?? "2099-01-01T00:00:00Z",
    epoch: EPOCH,
    ...(options.hybrid === true ? { keys: "mlkem768x25519" } : {}),
    agreement: b64(x25519.getPublicKey(agreement)),
    signer,
    assets: {},
    index: hashes,
    ...options.manifest,
  };
  const raw = utf8(JSON.stringify(document));
  files.set("site.json", raw);
  files.set("site.sig", utf8(`${b64(ed25519.sign(raw, seed))}\n`));
}
