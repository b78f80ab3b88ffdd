/**
 * What stays in this browser between visits: which site each address showed, the theme, whether single keys work,
 * and, where a reader wants it, their key as an age file that only a passkey or passphrase opens. Nothing secret in clear, no names.
 */

import type { Memory, Shown } from "./site";

/** A colour theme that the reader chose. */
export type Theme = "light" | "dark";

/** A reader's key as this device keeps it. */
export interface Wrapped {
  readonly by: "passkey" | "passphrase";
  /** Base64url of the age file around an identity file. */
  readonly file: string;
  /** Which passkey: an `AGE-PLUGIN-FIDO2PRF-1…` text, no secret. */
  readonly credential?: string;
}

interface Kept {
  /** By address, or by what {@link keyOf} makes of it. */
  readonly sites: Readonly<Record<string, unknown>>;
  readonly theme?: Theme | undefined;
  readonly keys?: boolean;
  /** By the path of the site's folder. */
  readonly wrapped?: unknown;
}

const ITEM = "gradus";

/**
 * The address by which a site is known, within the origin: the path of its folder, whatever comes behind it. Nothing where
 * the page was opened from disk: a browser keeps one memory for all files, whichever folder they lie in.
 */
export function addressOf(base: URL): string | null {
  if (base.protocol === "file:") return null;
  const parts = base.pathname.split("/").filter((part) => part !== "");
  return parts.map((part) => `/${decoded(part)}`).join("") + "/";
}

/** A part of a path as a host reads it: one folder has one address, however its name is written. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // no UTF-8: a host sees these very bytes
  }
}

/**
 * What is remembered where a site of that signer is at an address. What the address showed goes before what any other did.
 * The build is the highest of this very site, wherever it was seen.
 */
export function recall(address: string | null, site: string, signer: string): Memory {
  const sites = address === null ? new Map<string, Shown>() : allShown();
  const here = sites.get(address ?? "");
  const same = [...sites].filter(([, shown]) => shown.site === site);
  const builds = same.filter(([, shown]) => shown.signer === signer).map(([, { build }]) => build);
  return {
    build: builds.length > 0 ? Math.max(...builds) : null,
    signer: (here ?? same.find(([key]) => key.endsWith("/"))?.[1])?.signer ?? null,
    site: here?.site ?? null,
  };
}

/** Keeps what an address shows: from then on that is what every key opens there without a question. */
export function remember(address: string | null, shown: Shown): void {
  if (address !== null) keep(address, shown);
}

/** Keeps what a key file names at an address. Says whether that is news, and the address showed another site. */
export function rememberNamed(address: string | null, shown: Shown): boolean {
  if (address === null) return false;
  const key = keyOf(address, shown);
  const isNews = key !== address && !allShown().has(key);
  keep(key, shown);
  return isNews;
}

/** Keeps a newer build that an open page meets, unless the reader has taken another site for this address meanwhile. */
export function rememberNewer(address: string | null, newer: Shown): void {
  const key = address === null ? "" : keyOf(address, newer);
  if (allShown().has(key)) keep(key, newer);
}

/** What a site is kept by. Where the address showed another one, that one stays there: no address ends as such a key does. */
function keyOf(address: string, { site, signer }: Shown): string {
  const here = allShown().get(address);
  const isOther = here !== undefined && (here.site !== site || here.signer !== signer);
  return isOther ? `${address} ${site} ${signer}` : address;
}

/** Keeps a site with its highest build. */
function keep(key: string, { site, build, signer }: Shown): void {
  const kept = read();
  const highest = Math.max(build, recall(key, site, signer).build ?? 0);
  write({ ...kept, sites: { ...kept.sites, [key]: { site, build: highest, signer } } });
}

function allShown(): Map<string, Shown> {
  return new Map(Object.entries(read().sites).flatMap(([key, shown]) => (isShown(shown) ? [[key, shown] as const] : [])));
}

function isShown(kept: unknown): kept is Shown {
  const { site, build, signer } = record(kept);
  return typeof site === "string" && Number.isSafeInteger(build) && typeof signer === "string";
}

/** The members of an object; of anything else there are none. */
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** The theme chosen before; nothing: the system's. */
export function recallTheme(): Theme | null {
  const { theme } = read();
  return theme === "light" || theme === "dark" ? theme : null;
}

/** Keeps the chosen theme; nothing: the system's from now on. */
export function rememberTheme(theme: Theme | null): void {
  write({ ...read(), theme: theme ?? undefined });
}

/** Whether single keys do something on pages: they do until the reader turns them off. */
export const recallKeys = (): boolean => read().keys !== false;

/** Keeps that choice. */
export function rememberKeys(keys: boolean): void {
  write({ ...read(), keys });
}

/** The key that this device keeps for the site at `path`, which begins with a slash. */
export function recallWrapped(path: string): Wrapped | null {
  const { by, file, credential } = record(record(read().wrapped)[path]);
  if (typeof file !== "string") return null;
  if (by === "passkey" && typeof credential === "string") return { by, file, credential };
  return by === "passphrase" ? { by, file } : null;
}

/** Keeps a wrapped key for the site at `path`, or forgets it. Says whether the browser did so. */
export function keepWrapped(path: string, wrapped: Wrapped | null): boolean {
  const kept = read();
  const { [path]: _before, ...others } = record(kept.wrapped);
  return write({ ...kept, wrapped: wrapped === null ? others : { ...others, [path]: wrapped } });
}

function read(): Kept {
  try {
    const kept = record(JSON.parse(localStorage.getItem(ITEM) ?? "null"));
    return { ...kept, sites: record(kept["sites"]) };
  } catch {
    return { sites: {} }; // storage is off, or holds what we did not write: as if nothing were kept
  }
}

function write(kept: Kept): boolean {
  try {
    localStorage.setItem(ITEM, JSON.stringify(kept));
    return true;
  } catch {
    return false; // storage is off or full: the next visit is a first one again
  }
}
