/** Work in the background waits for moments that nobody else wants. */

/** Longest wait where the page is never at rest. */
const WAIT_MS_MAX = 300;

/** Resolves when the page is at rest. Safari has no idle moments to give: there the next turn must do. */
export function pause(): Promise<void> {
  return new Promise((rested) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => rested(), { timeout: WAIT_MS_MAX });
    else setTimeout(rested);
  });
}
