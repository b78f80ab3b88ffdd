/** What `gradus serve` answers besides the site itself. */

import { base } from "./host";

/** Someone whose eyes the preview can borrow. */
export interface PreviewReader {
  readonly id: string;
  readonly name: string;
  /** The tree names a key of theirs. */
  readonly has_own_key: boolean;
}

/** A line, with what is meant in it. */
export interface MarkedLine {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** A place in a file, and the line that stands there. */
export interface ComplaintPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: MarkedLine | null;
}

/** One diagnostic. */
export interface Complaint {
  readonly code: string;
  readonly severity: "error" | "warning" | "advice";
  readonly message: string;
  readonly place: ComplaintPlace;
  readonly label: string | null;
  readonly related: readonly { readonly why: string; readonly place: ComplaintPlace }[];
  readonly help: string | null;
}

/** Everything that is wrong. */
export interface Complaints {
  readonly summary: string;
  /** What is no mistake in one of the organisation's files: a theme that fails. */
  readonly trouble: { readonly message: string; readonly causes: readonly string[]; readonly help: string | null } | null;
  readonly diagnostics: readonly Complaint[];
  /** How many diagnostics are not among these. */
  readonly more: number;
}

/** `preview/state.json`. */
export interface PreviewState {
  /** 0 before the first good site. */
  readonly generation: number;
  readonly readers: readonly PreviewReader[];
  /** Whom the preview begins as; nothing: nobody. */
  readonly first: string | null;
  readonly complaints: Complaints | null;
}

/** What is told on every change, and at the beginning. */
export interface Word {
  readonly generation: number;
  /** Only the style differs from the generation before. */
  readonly css_only: boolean;
  /** The path of the style sheet. */
  readonly style: string;
  /** Changes with the lock page. */
  readonly shell: string;
  readonly broken: boolean;
}

/** What is shown at the moment. */
export const fetchState = async (): Promise<PreviewState> => (await (await ask("state.json")).json()) as PreviewState;

/** The identity file of a reader, of this run. */
export const fetchIdentity = async (id: string): Promise<string> => (await ask(`identity/${id}`)).text();

async function ask(path: string): Promise<Response> {
  const response = await fetch(new URL(`preview/${path}`, base), { cache: "no-store", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** What hears of changes. */
export interface Listener {
  readonly word: (word: Word) => void;
  /** Whether the server is there. */
  readonly connected: (is: boolean) => void;
}

/** Listens while the page is in view: a browser has few connections, and hidden tabs need none. */
export function listen({ word, connected }: Listener): void {
  let source: EventSource | null = null;
  const open = (): void => {
    if (source !== null && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource(new URL("preview/events", base));
    source.addEventListener("open", () => connected(true));
    source.addEventListener("error", () => connected(false));
    source.addEventListener("message", ({ data }) => word(JSON.parse(String(data)) as Word));
  };
  const close = (): void => source?.close();
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
}
