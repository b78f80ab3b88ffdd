/**
 * What stays in this browser between visits: builds and signers by site id, the theme, whether single keys work,
 * and, where a reader wants it, their key as an age file that only a passkey or passphrase opens. Nothing secret in clear, no names.
 */

import type { Memory } from "./site";

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
  readonly sites: Readonly<Record<string, Partial<Memory>>>;
  readonly theme?: Theme | undefined;
  readonly keys?: boolean;
  /** By the path of the site's folder. */
  readonly wrapped?: Readonly<Record<string, Partial<Wrapped>>>;
}

const ITEM = "gradus";
const NOTHING: Memory = { build: null, signer: null };

/** What is remembered of a site. */
export function recall(site: string): Memory {
  const { sites } = read();
  const known = Object.hasOwn(sites, site) ? sites[site] : undefined;
  return {
    build: Number.isSafeInteger(known?.build) ? (known?.build ?? null) : null,
    signer: typeof known?.signer === "string" ? known.signer : null,
  };
}

/** Keeps the signer and the highest build of a site. */
export function remember(site: string, build: number, signer: string): void {
  const kept = read();
  const highest = Math.max(build, recall(site).build ?? 0);
  write({ ...kept, sites: { ...kept.sites, [site]: { ...NOTHING, build: highest, signer } } });
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
