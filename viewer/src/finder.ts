/** Finds passages: an index in memory alone, filled bit by bit, gone when it is closed. No DOM here. */

import MiniSearch from "minisearch";
import { passagesOf, type Passage } from "./passages";
import type { Section } from "./section";
import { folded, wordsIn } from "./words";

/** Lets the page breathe; comes back when there is time. */
export type Pause = () => Promise<void>;

/** A passage that was found. */
export interface Found {
  readonly passage: Passage;
  /** The folded words that it was found by. */
  readonly terms: ReadonlySet<string>;
  /** Higher is better; only to compare within one search. */
  readonly score: number;
}

/** How long the page may wait for one stretch of work. */
const STRETCH_MS = 8;
/** Shorter words are taken as they are written. */
const FUZZY_FROM_CHARS = 5;
const FUZZY = 0.2;

/** An index over what is open. */
export class Finder {
  private passages: Passage[] = [];
  private index = emptyIndex();
  private readonly known = new Set<string>();
  private work: Promise<void> = Promise.resolve();
  /** The end of this stretch of work; many small sections share one. */
  private until = 0;
  private closed = false;

  constructor(
    private readonly pause: Pause,
    /** Milliseconds, of any clock that does not go back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes a section in, once; resolves when it can be found. */
  add(section: Section): Promise<void> {
    if (this.closed || this.known.has(section.id)) return this.work;
    this.known.add(section.id);
    this.work = this.work.then(() => this.take(section));
    return this.work;
  }

  /** Whether a section was taken in, or is being. */
  has(section: string): boolean {
    return this.known.has(section);
  }

  /** The best passages first; nothing for a question without words. */
  find(question: string): Found[] {
    const words = wordsIn(question);
    if (words.length === 0) return [];
    return this.index.search(question).flatMap((hit) => {
      const passage = this.passages[hit.id as number];
      return passage === undefined ? [] : [{ passage, terms: new Set(hit.terms), score: hit.score }];
    });
  }

  /** Forgets everything, for good. */
  close(): void {
    this.closed = true;
    this.passages = [];
    this.index = emptyIndex();
    this.known.clear();
  }

  private async take(section: Section): Promise<void> {
    for (const passage of passagesOf(section)) {
      if (this.now() >= this.until) await this.rest();
      if (this.closed) return;
      this.index.add({ ...passage, id: this.passages.push(passage) - 1 });
    }
  }

  private async rest(): Promise<void> {
    await this.pause();
    this.until = this.now() + STRETCH_MS;
  }
}

function emptyIndex(): MiniSearch {
  return new MiniSearch({
    fields: ["heading", "text", "page"],
    storeFields: [],
    tokenize: wordsIn,
    processTerm: folded,
    searchOptions: {
      combineWith: "AND",
      prefix: true,
      fuzzy: (word) => (word.length >= FUZZY_FROM_CHARS ? FUZZY : false),
      boost: { heading: 3, page: 0.5 },
    },
  });
}
