/** The signed site: what must hold before any file of it is opened. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { fromBase64Url, sha256, textOf, toBase64Url, toHex, utf8, type Bytes } from "./bytes";
import { signerKey, type KeyKind } from "./identity";
import * as json from "./json";
import { Refusal } from "./outcome";

/** Fetches a file by its path in the site; nothing where the host has none. Throws `unreachable`. */
export type Fetch = (path: string) => Promise<Uint8Array | null>;

/** What the reader knew of a site before. */
export interface Memory {
  /** Highest build opened. */
  readonly build: number | null;
  /** Signer taken at first use. */
  readonly signer: string | null;
  /** The id of the site that the address showed before; nothing: it showed none. */
  readonly site?: string | null;
}

/** A site that an address showed. */
export interface Shown {
  /** Its id. */
  readonly site: string;
  readonly build: number;
  readonly signer: string;
}

/** Whom the reader trusts. */
export interface Trust {
  /** Signers that the identity file pins; where there are any, only these count. */
  readonly signers: readonly string[];
  /** What is remembered of a site, by its id and signer. */
  readonly memory: (site: string, signer: string) => Memory;
}

/** `site.json`, verified. */
export interface Manifest {
  /** Site id, `hex`. */
  readonly site: string;
  readonly siteBytes: Uint8Array;
  readonly title: string;
  /** Unix seconds of the build. */
  readonly build: number;
  /** Unix milliseconds. */
  readonly expires: number;
  readonly epoch: number;
  /** The kind of all keys. */
  readonly keys: KeyKind;
  /** The site's X25519 public key. */
  readonly agreement: Uint8Array;
  readonly signer: string;
  /** SHA-256 of each shard, base64url. */
  readonly index: readonly string[];
}

interface Listed {
  readonly hash: string;
  /** In bytes. */
  readonly length: number;
}

/** By path, as it is written: of the hundreds in a shard, one is asked for. */
type Shard = ReadonlyMap<string, unknown>;

const SITE_ID = /^[0-9a-f]{32}$/;
/** 2^16 shards of 32 KB would list tens of millions of files. */
const SHARDS_MAX = 65_536;
const SHARD_NAME_DIGITS = 24;
/** Where an upload keeps the new files whole while it replaces those beside them. */
const NEXT = "next/";

/** A verified site, whose files can be read. */
export class Site {
  private readonly shards = new Map<number, Promise<Shard>>();

  private constructor(
    readonly manifest: Manifest,
    /** No signer was known before: the site's own word was taken. */
    readonly firstUse: boolean,
    private readonly fetch: Fetch,
    private readonly trust: Trust,
  ) {}

  /**
   * Fetches and verifies `site.json`; where it does not hold once more, since it may have changed meanwhile, and then where an upload
   * that is under way keeps the new one.
   */
  static async open(fetch: Fetch, trust: Trust): Promise<Site> {
    const files = await fetchSigned(fetch);
    try {
      return await Site.verified(files, fetch, trust);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const again = await Site.verified(await fetchSigned(fetch), fetch, trust).catch(refusedAsNothing);
      return again ?? (await Site.waiting(fetch, trust)) ?? refuse(error);
    }
  }

  /** The new site that an upload has brought whole, before it takes the place of the old one; nothing where there is none. */
  private static async waiting(fetch: Fetch, trust: Trust): Promise<Site | null> {
    const files = fetchSigned((path) => fetch(NEXT + path));
    return files.then((found) => Site.verified(found, fetch, trust)).catch(refusedAsNothing);
  }

  private static async verified(files: Signed, fetch: Fetch, trust: Trust): Promise<Site> {
    const manifest = parseManifest(required(files.manifest, "site.json"));
    const memory = trust.memory(manifest.site, manifest.signer);
    const arePinned = trust.signers.length > 0;
    if (arePinned && !trust.signers.includes(manifest.signer)) throw new Refusal("forged", "another signer");
    const replaced = arePinned ? null : replacedBy(memory, manifest);
    const signed = checkSignature(manifest.signer, required(files.signature, "site.sig"), required(files.manifest, "site.json"));
    if (replaced !== null) throw await signed.then(() => replaced, () => new Refusal("forged", "another signer"));
    await signed;
    if (memory.build !== null && manifest.build < memory.build) throw new Refusal("older", `build ${manifest.build}`);
    return new Site(manifest, !arePinned && memory.signer === null, fetch, trust);
  }

  /** The site as it is now, if that is a newer valid build of the same signer; else nothing. */
  async newer(): Promise<Site | null> {
    const { site, build, signer } = this.manifest;
    const memory = { build, signer };
    const trust: Trust = { signers: this.trust.signers, memory: (id, by) => (id === site ? memory : this.trust.memory(id, by)) };
    for (const opened of [Site.open, Site.waiting]) {
      const now = await opened(this.fetch, trust).catch(refusedAsNothing); // the first refusal is the one to tell of
      if (now?.manifest.site === site && now.manifest.build > build) return now;
    }
    return null;
  }

  /** Whether the signed list holds that path. */
  async lists(path: string): Promise<boolean> {
    return (await this.listed(path)) !== undefined;
  }

  /** The bytes of a listed file, their hash checked. */
  async read(path: string): Promise<Uint8Array> {
    // Side by side, since a host may be far away; nothing of the file is looked at before its hash is.
    const [listed, fetched] = await Promise.all([this.listed(path), this.fetch(path)]);
    if (listed === undefined) throw new Refusal("damaged", `${path} is not listed`);
    return this.fitting(path, fetched, async (file) => {
      if (file.length < listed.length) throw new Refusal("damaged", `${path} ends early`);
      if (file.length !== listed.length || !(await hasHash(file, listed.hash))) throw new Refusal("forged", path);
    });
  }

  /** The file that `check` lets through: the one that was in its place, else the one that waits to take it. */
  private async fitting(path: string, there: Uint8Array | null, check: (file: Uint8Array) => Promise<void>): Promise<Uint8Array> {
    try {
      return await checked(path, there, check);
    } catch (error) {
      if (!isMismatch(error)) throw error;
      const waiting = this.fetch(NEXT + path).then((file) => checked(path, file, check));
      return (await waiting.catch(refusedAsNothing)) ?? refuse(error);
    }
  }

  private async listed(path: string): Promise<Listed | undefined> {
    const number = await shardOf(path, this.manifest.index.length);
    const shard = this.shards.get(number) ?? this.readShard(number);
    this.shards.set(number, shard);
    shard.catch(() => this.shards.delete(number)); // so that a second try fetches again
    const entry = (await shard).get(path);
    return entry === undefined ? undefined : parseListed(entry);
  }

  private async readShard(number: number): Promise<Shard> {
    const hash = this.manifest.index[number] ?? "";
    const name = toHex(json.bytes(hash, 32, "shard hash")).slice(0, SHARD_NAME_DIGITS);
    const path = `index/${name}.json`;
    const raw = await this.fitting(path, await this.fetch(path), async (file) => {
      if (!(await hasHash(file, hash))) throw new Refusal("forged", path);
    });
    return parseShard(raw, this.manifest.site);
  }
}

interface Signed {
  readonly manifest: Uint8Array | null;
  readonly signature: Uint8Array | null;
}

async function fetchSigned(fetch: Fetch): Promise<Signed> {
  const [manifest, signature] = await Promise.all([fetch("site.json"), fetch("site.sig")]);
  return { manifest, signature };
}

async function checked(path: string, file: Uint8Array | null, check: (file: Uint8Array) => Promise<void>): Promise<Uint8Array> {
  const there = required(file, path);
  await check(there);
  return there;
}

/** Whether a file is not the one that was signed, as in the middle of an upload. */
export function isMismatch(error: unknown): boolean {
  return error instanceof Refusal && (error.fault === "damaged" || error.fault === "forged");
}

/**
 * Does `work`, and once more with a newer build where a file is not the one that was signed: a site that is being published
 * is not forged.
 */
export async function onNewest<T>(site: Site, work: (site: Site) => Promise<T>): Promise<T> {
  try {
    return await work(site);
  } catch (error) {
    const newer = isMismatch(error) ? await site.newer() : null;
    if (newer === null) throw error;
    return work(newer).catch(tellOfPublishing);
  }
}

/** For a file that fits no build, where the publisher's own signature shows that there is a newer one. */
export function tellOfPublishing(error: unknown): never {
  throw isMismatch(error) ? new Refusal("publishing", String(error)) : error;
}

/** Tells of a fault as it is. */
export function refuse(error: unknown): never {
  throw error;
}

/** For where another refusal is the one to tell of. */
function refusedAsNothing(error: unknown): null {
  if (error instanceof Refusal) return null;
  throw error;
}

/** Another site, or another signer, than the reader knew; nothing where both are the same, or none was known. */
function replacedBy({ signer, site }: Memory, manifest: Manifest): Replaced | null {
  if (signer === null) return null;
  const before = { site: site ?? manifest.site, signer };
  return before.signer === manifest.signer && before.site === manifest.site ? null : new Replaced(before, manifest);
}

/** Thrown for a site that stands where the reader knew another one. A forged one, unless the reader knows better. */
export class Replaced extends Refusal {
  constructor(
    readonly before: Pick<Shown, "site" | "signer">,
    readonly now: Shown,
  ) {
    super("forged", "another site, or another signer");
  }
}

function required(file: Uint8Array | null, path: string): Uint8Array {
  if (file === null) throw new Refusal("damaged", `${path} is missing`);
  return file;
}

async function hasHash(file: Uint8Array, hash: string): Promise<boolean> {
  return toBase64Url(await sha256(file)) === hash;
}

function parseManifest(raw: Uint8Array): Manifest {
  const document = json.parseDocument(raw, "site.json");
  const signer = json.text(document["signer"], "signer");
  if (signerKey(signer) === null) throw new Refusal("damaged", "signer is no key");
  const site = siteId(document["site"]);
  return {
    site,
    siteBytes: Uint8Array.from(site.match(/../g) ?? [], (digits) => parseInt(digits, 16)),
    title: json.text(document["title"], "title"),
    build: json.count(document["build"], "build"),
    expires: moment(document["expires"]),
    epoch: json.count(document["epoch"], "epoch"),
    keys: keyKind(document["keys"] ?? "X25519"),
    agreement: json.bytes(document["agreement"], 32, "agreement"),
    signer,
    index: shardHashes(document["index"]),
  };
}

function keyKind(value: unknown): KeyKind {
  if (value === "X25519" || value === "mlkem768x25519") return value;
  throw new Refusal("damaged", "no kind of key");
}

function siteId(value: unknown): string {
  const id = json.text(value, "site");
  if (!SITE_ID.test(id)) throw new Refusal("damaged", "site is no id");
  return id;
}

function moment(value: unknown): number {
  const milliseconds = Date.parse(json.text(value, "expires"));
  if (Number.isNaN(milliseconds)) throw new Refusal("damaged", "expires is no moment");
  return milliseconds;
}

function shardHashes(value: unknown): string[] {
  const hashes = json.list(value, "index").map((hash) => toBase64Url(json.bytes(hash, 32, "shard hash")));
  const fits = hashes.length > 0 && hashes.length <= SHARDS_MAX && Number.isInteger(Math.log2(hashes.length));
  if (!fits) throw new Refusal("damaged", "the number of shards is no power of two");
  return hashes;
}

async function checkSignature(signer: string, file: Uint8Array, message: Uint8Array): Promise<void> {
  const line = textOf(file) ?? "";
  const signature = line.endsWith("\n") ? fromBase64Url(line.slice(0, -1), 64) : null;
  if (signature === null) throw new Refusal("damaged", "site.sig is no signature");
  const key = signerKey(signer);
  if (key === null || !(await verify(signature, message, key))) throw new Refusal("forged", "signature");
}

async function verify(signature: Bytes, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  try {
    const imported = await crypto.subtle.importKey("raw", key as Bytes, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message as Bytes);
  } catch {
    return verifyWithLibrary(signature, message, key); // no Ed25519 in this browser, or a key that it refuses
  }
}

function verifyWithLibrary(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

/** The first k bits of the path's SHA-256, for 2^k shards. */
async function shardOf(path: string, shards: number): Promise<number> {
  const digest = new DataView((await sha256(utf8(path))).buffer);
  return Math.floor(digest.getUint32(0) / (2 ** 32 / shards));
}

function parseShard(raw: Uint8Array, site: string): Shard {
  const document = json.parseDocument(raw, "shard");
  if (document["site"] !== site) throw new Refusal("damaged", "shard of another site");
  const directories = Object.entries(json.members(document["files"], "files"));
  const files = directories.flatMap(([directory, names]) =>
    Object.entries(json.members(names, "directory")).map(([name, entry]): [string, unknown] => [directory === "" ? name : `${directory}/${name}`, entry]),
  );
  return new Map(files);
}

function parseListed(entry: unknown): Listed {
  const [hash, length, ...rest] = json.list(entry, "listed file");
  if (rest.length > 0) throw new Refusal("damaged", "listed file");
  return { hash: toBase64Url(json.bytes(hash, 32, "hash")), length: json.count(length, "length") };
}
