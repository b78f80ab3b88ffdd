/**
 * Stands before the viewer where a site is built to be opened from disk too. A page that was opened so may fetch nothing,
 * but may load scripts: each file of the site has a twin that hands over its bytes, as they lie there, in base64. What they
 * are worth is for the viewer to find out, by signature and hash, as with bytes from a host.
 */

import type { fetchFile } from "./host";

declare global {
  /** Called by the twin of a file, with its path and its bytes. */
  var gradusTwin: ((path: string, base64: string) => void) | undefined;
  /** Not in every browser. */
  var trustedTypes: { createPolicy(name: string, rules: Policy): Policy } | undefined;
}

/** A way from a text to the address of a script. */
interface Policy {
  readonly createScriptURL: (path: string) => string;
}

/** The only paths that a twin is looked for at: those that the program itself gives to files. */
const PATHS = /^(?:site\.(?:json|sig)|(?:sealed|keyring|login)\/[0-9a-f]{24}\.age|index\/[0-9a-f]{24}\.json|assets\/[a-z]+\.[0-9a-f]{16}\.[a-z0-9]+)$/;

/** Leads to a twin, or nowhere. */
function twinOf(path: string): string {
  if (!PATHS.test(path)) throw new TypeError("no file of a site");
  return new URL(`portable/${path}.js`, document.baseURI).href;
}

/** The files of a folder that this page lies in. */
class Disk {
  private readonly handed = new Map<string, string>();
  private readonly reading = new Map<string, Promise<Uint8Array | null>>();
  /** The one way to a script on this page: its policy lets no other be made. */
  private readonly policy: Policy = globalThis.trustedTypes?.createPolicy("gradus-portable", { createScriptURL: twinOf }) ?? { createScriptURL: twinOf };

  /** Takes what a twin hands over. */
  readonly take = (path: string, base64: string): void => void this.handed.set(path, base64);

  /** Reads a file by its path; nothing where there is none. */
  readonly read: typeof fetchFile = (path) => {
    const reading = this.reading.get(path) ?? this.load(path).finally(() => this.reading.delete(path));
    this.reading.set(path, reading);
    return reading;
  };

  private async load(path: string): Promise<Uint8Array | null> {
    if (path.startsWith("next/")) return null; // nobody uploads to a disk: what would wait there has no twin
    await this.run(this.policy.createScriptURL(path));
    const base64 = this.handed.get(path);
    this.handed.delete(path);
    return base64 === undefined ? null : Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  }

  /** Whether it is there shows by what it hands over. */
  private run(address: string): Promise<void> {
    const script = document.createElement("script");
    script.src = address;
    return new Promise((done) => {
      script.onload = script.onerror = () => {
        script.remove();
        done();
      };
      document.head.append(script);
    });
  }
}

if (location.protocol === "file:") {
  const disk = new Disk();
  globalThis.gradusTwin = disk.take;
  globalThis.gradusFiles = disk.read;
}
