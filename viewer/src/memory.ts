/** What stays in this browser between visits: builds and signers by site id, the theme, and whether single keys work. Nothing secret, no names. */

import type { Memory } from "./site";

/** A colour theme that the reader chose. */
export type Theme = "light" | "dark";

interface Kept {
  readonly sites: Readonly<Record<string, Partial<Memory>>>;
  readonly theme?: Theme | undefined;
  readonly keys?: boolean;
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

function read(): Kept {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(ITEM) ?? "null");
    if (typeof kept === "object" && kept !== null && "sites" in kept && typeof kept.sites === "object") return kept as Kept;
  } catch {
    // storage is off, or holds what we did not write: as if nothing were kept
  }
  return { sites: {} };
}

function write(kept: Kept): void {
  try {
    localStorage.setItem(ITEM, JSON.stringify(kept));
  } catch {
    // storage is off or full: the next visit is a first one again
  }
}
