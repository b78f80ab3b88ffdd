/** Expects a refusal, by its fault. */

import assert from "node:assert/strict";
import { Refusal, type Fault } from "../src/outcome";

/** Runs `work` and checks that it is refused with that fault. */
export async function refused(fault: Fault, work: () => unknown): Promise<void> {
  const error = await Promise.resolve()
    .then(work)
    .then(() => null, (thrown: unknown) => thrown);
  assert.ok(error instanceof Refusal, `not refused: ${String(error)}`);
  assert.equal(error.fault, fault, error.message);
}
