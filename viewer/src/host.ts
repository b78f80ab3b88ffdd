/** The host that serves this page: files are fetched beside it, wherever that is. */

import { Refusal } from "./outcome";

/** Read anew every time: everything else is checked against these. */
const NEVER_STORED = /^(next\/)?site\./;

declare global {
  /** Reads files where nothing can be fetched; there on a page that was opened from disk and is built for it. */
  var gradusFiles: ((path: string) => Promise<Uint8Array | null>) | undefined;
}

/** Whether there is a host at all, or what does without one. */
export const isReachable = (): boolean => location.protocol !== "file:" || globalThis.gradusFiles !== undefined;

/** The folder that the shell lies in. */
export const base = new URL(".", document.baseURI);

/** Fetches one file of the site; nothing where the host has none. */
export async function fetchFile(path: string): Promise<Uint8Array | null> {
  if (globalThis.gradusFiles !== undefined) return globalThis.gradusFiles(path);
  const response = await request(path);
  if (response.status === 404 || response.status === 403 || response.status === 410) return null;
  if (!response.ok) throw new Refusal("unreachable", `${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function request(path: string): Promise<Response> {
  // Sealed files keep their names from build to build: a stored copy must be asked for again.
  const cache = NEVER_STORED.test(path) ? "no-store" : "no-cache";
  try {
    return await fetch(new URL(path, base), { cache, credentials: "same-origin", redirect: "follow" });
  } catch (error) {
    throw new Refusal("unreachable", String(error));
  }
}
