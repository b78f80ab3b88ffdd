/** What can go wrong for a reader, and what each of them is told. */

/** A fault that a reader can be told about. The first six are those of the format. */
export type Fault =
  | "wrong-key"
  | "no-match"
  | "damaged"
  | "forged"
  | "older"
  | "newer"
  | "publishing"
  | "wrong-passphrase"
  | "wrong-device-passphrase"
  | "device"
  | "passkey"
  | "unreachable"
  | "unexpected";

/** One sentence a fault: what happened, and what to do. */
export const SENTENCES: Readonly<Record<Fault, string>> = {
  "wrong-key":
    "This is not a whole age key: look for a line that starts with AGE-SECRET-KEY- and paste all of it, or choose the key file.",
  "no-match":
    "This key is valid but opens nothing here: it may be an older key, so ask your lead to publish again for your present one.",
  damaged:
    "A file of this site is incomplete or unreadable: try again in a moment; else ask whoever publishes the site to publish it again.",
  forged:
    "This site is not what its publisher signed: if it is being published just now, try again in a moment; else do not trust it, and tell whoever publishes it.",
  older:
    "This is an older version of the site than this browser has already opened: ask whoever publishes it why it went back.",
  newer:
    "This site was written in a newer format than this page can read: reload the page without its cache, or ask for it to be published again as a whole.",
  publishing: "This site is being published just now: try again in a moment.",
  "wrong-passphrase":
    "This login and passphrase open nothing here: check both for a slip, and mind that the passphrase is case-sensitive.",
  "wrong-device-passphrase":
    "This passphrase does not open what this device keeps: mind that the passphrase is case-sensitive, or unlock with your key.",
  device: "What this device keeps of your key no longer opens: forget it here, and unlock with your key.",
  passkey: "The passkey was not used: try again, or unlock with your key.",
  unreachable: "The site could not be reached: check your connection and try again.",
  unexpected: "This page itself failed: reload it, and tell whoever publishes the site if it happens again.",
};

/** What a key file holds in the place of a key, and what to do. */
export const NO_KEYS = {
  public:
    "This is the public half of a key, which opens nothing: choose the file with the line that starts with AGE-SECRET-KEY-.",
  ssh: "This is an SSH key, and this page opens with age keys only: choose the file that gradus or age-keygen made.",
  plugin: "This is a key of an age plugin, which no browser can use: ask your lead to add a plain age key for you.",
  mistyped: "This key is cut short or mistyped: copy the whole line that starts with AGE-SECRET-KEY-.",
} as const;

/** Asks for the passphrase of a key file. */
export const WRAPPED = "This key file is protected by a passphrase: type it above, then unlock.";

/** Where a site is at an address that showed another one. */
export const REPLACED =
  "Another site is at this address than the one that this browser opened here before. Do not open it unless you were told of a new site.";

/** How the reader finds out, and what the choice means. */
export const COMPARE =
  "Compare the publisher of now with the one that you were told. If you choose “This is a new site”, this browser trusts it here from now on.";

/** Where a key file names another publisher than the one that the address showed. */
export const BESIDE = "This browser knows another site at this address. Your key file opens this one, a bare key only that one.";

/** Faults that may be gone when the same is tried again. */
const PASSING: readonly Fault[] = ["damaged", "forged", "publishing", "unreachable"];

/** Whether to offer another try. */
export const isPassing = (fault: Fault): boolean => PASSING.includes(fault);

/** Why this page does not unlock at all, where it does not. */
export const OBSTACLES = {
  insecure:
    "This page came over plain http, where a browser cannot decrypt: open it over https, or ask whoever hosts it to turn https on.",
  disk: "This page was opened from disk, where a browser lets it read no file: ask for the site built with --portable, or for its address.",
  framed: "This page is inside another page, which could watch you type: open it in a tab of its own.",
} as const;

/** Thrown where reading stops. Becomes an {@link Outcome} before it reaches the screen. */
export class Refusal extends Error {
  /** @param fault what went wrong. @param detail for tests and the curious; never shown, holds no secret. @param sentence what the reader is told. */
  constructor(
    readonly fault: Fault,
    detail: string,
    readonly sentence: string = SENTENCES[fault],
  ) {
    super(`${fault}: ${detail}`);
  }
}

/** The result of something that may be refused. */
export type Outcome<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "refused"; readonly fault: Fault; readonly error: unknown };

/** What the reader is told of a refusal. */
export const sentenceOf = ({ fault, error }: Outcome<never> & { kind: "refused" }): string => (error instanceof Refusal ? error.sentence : SENTENCES[fault]);

/** Runs `work`, and turns a refusal (or a fault of our own) into an outcome. */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "ok", value: await work() };
  } catch (error) {
    return { kind: "refused", fault: error instanceof Refusal ? error.fault : "unexpected", error };
  }
}
