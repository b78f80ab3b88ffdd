/** Single keys that lead somewhere. Never while something is typed, never with a modifier, and not where they are turned off. */

/** What the keys do. */
export interface Actions {
  readonly search: () => void;
  readonly help: () => void;
  readonly lock: () => void;
  /** One cycle back, or forth. */
  readonly cycle: (step: -1 | 1) => void;
  readonly portfolio: () => void;
  readonly rubric: () => void;
  readonly team: () => void;
  /** Whether the reader wants single keys to do anything. */
  readonly wanted: () => boolean;
}

/** The keys in the order of the help sheet: what is pressed, what it does, and the action. */
export const KEYS: readonly (readonly [keys: string, what: string, run: (actions: Actions) => void])[] = [
  ["/", "Search", (actions) => actions.search()],
  ["[", "Previous cycle", (actions) => actions.cycle(-1)],
  ["]", "Next cycle", (actions) => actions.cycle(1)],
  ["g p", "My portfolio", (actions) => actions.portfolio()],
  ["g r", "Rubrics", (actions) => actions.rubric()],
  ["g t", "My team", (actions) => actions.team()],
  ["l", "Lock now, in every tab", (actions) => actions.lock()],
  ["?", "This help", (actions) => actions.help()],
];

/** How long the first of two keys counts. */
const PAIR_MS = 1_500;

/** Listens until `signal` ends it. */
export function listenForKeys(actions: Actions, signal: AbortSignal): void {
  let first: { readonly key: string; readonly at: number } | null = null;
  const press = (event: KeyboardEvent): void => {
    const before = first !== null && event.timeStamp - first.at < PAIR_MS ? `${first.key} ` : "";
    first = null;
    if (!isFree(event) || !actions.wanted()) return;
    const pressed = KEYS.find(([keys]) => keys === before + event.key) ?? KEYS.find(([keys]) => keys === event.key);
    if (pressed === undefined) first = KEYS.some(([keys]) => keys.startsWith(`${event.key} `)) ? { key: event.key, at: event.timeStamp } : null;
    else event.preventDefault(); // else the field that opens would get the key
    pressed?.[2](actions);
  };
  addEventListener("keydown", press, { signal });
}

function isFree(event: KeyboardEvent): boolean {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  return !modified && !event.defaultPrevented && !event.isComposing && !event.repeat && !isTyping(event.target) && document.querySelector("dialog[open]") === null;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // Until the next frame, a field keeps the focus of the dialog that was closed with it.
  const gone = target.closest("dialog:not([open])") !== null;
  return !gone && (target.isContentEditable || target.matches("input, textarea, select"));
}
