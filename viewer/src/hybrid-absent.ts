/** In the place of `hybrid.ts`, in the bundle of sites that no hybrid key opens anything of. */

import type { Agreeing } from "./hybrid";

/** Nothing: whoever holds such a key is told that it opens nothing here. */
export function agreeing(_seed: Uint8Array): Agreeing {
  return { secret: new Uint8Array(), publicKey: new Uint8Array() };
}
