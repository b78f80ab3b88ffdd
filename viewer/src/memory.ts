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
  /** By address. */
  readonly sites: Readonly<Record<string, Partial<Shown>>>;
  readonly theme?: Theme | undefined;
  readonly keys?: boolean;
  /** By the path of the site's folder. */
  readonly wrapped?: Readonly<Record<string, Partial<Wrapped>>>;
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
  const here = sites.get(address ?? "") ?? null;
  const same = [...sites.values()].filter((shown) => shown.site === site);
  const builds = same.filter((shown) => shown.signer === signer).map(({ build }) => build);
  return {
    build: builds.length > 0 ? Math.max(...builds) : null,
    signer: (here ?? same[0])?.signer ?? null,
    site: here?.site ?? null,
  };
}

/** Keeps what an address shows, with the highest build of that site. */
export function remember(address: string | null, { site, build, signer }: Shown): void {
  if (address === null) return;
  const kept = read();
  const highest = Math.max(build, recall(address, site, signer).build ?? 0);
  write({ ...kept, sites: { ...kept.sites, [address]: { site, build: highest, signer } } });
}

/** Keeps a newer build that an open page meets, unless the reader has taken another site for this address meanwhile. */
export function rememberNewer(address: string | null, newer: Shown): void {
  const here = allShown().get(address ?? "");
  if (here?.site === newer.site && here.signer === newer.signer) remember(address, newer);
}

function allShown(): Map<string, Shown> {
  return new Map(Object.entries(read().sites).flatMap(([address, shown]) => (isShown(shown) ? [[address, shown]] : [])));
}

function isShown(kept: Partial<Shown>): kept is Shown {
  const { site, build, signer } = kept;
  return typeof site === "string" && Number.isSafeInteger(build) && typeof signer === "string";
}

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
  const { wrapped = {} } = read();
  const { by, file, credential } = wrapped[path] ?? {};
  if (typeof file !== "string") return null;
  if (by === "passkey" && typeof credential === "string") return { by, file, credential };
  return by === "passphrase" ? { by, file } : null;
}

/** Keeps a wrapped key for the site at `path`, or forgets it. Says whether the browser did so. */
export function keepWrapped(path: string, wrapped: Wrapped | null): boolean {
  const kept = read();
  const { [path]: _before, ...others } = kept.wrapped ?? {};
  return write({ ...kept, wrapped: wrapped === null ? others : { ...others, [path]: wrapped } });
}

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(ITEM) ?? "null");
    if (typeof kept === "object" && kept !== null && "sites" in kept && typeof kept.sites === "object") return kept as Kept;
  } catch {
    // storage is off, or holds what we did not write: as if nothing were kept
  }
  return { sites: {} };
}

function write(kept: Kept): boolean {
  try {
    localStorage.setItem(ITEM, JSON.stringify(kept));
    return true;
  } catch {
    return false; // storage is off or full: the next visit is a first one again
  }
}
