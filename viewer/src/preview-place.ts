/** Where a reader is in a page, so that the page can be drawn anew around them. */

/** Characters of an element's words that tell it from others. */
const WORDS_MAX = 60;
const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex]";

/** A place that can be gone back to. */
export interface Place {
  /** Puts what is open, the scroll position and the focus back, as far as the page still has them. */
  readonly restore: () => void;
}

/** Where the reader is now. */
export function placeNow(): Place {
  const cards = keyed("main details").map(([key, element]) => [key, (element as HTMLDetailsElement).open] as const);
  const mark = markInView();
  const { scrollX, scrollY } = window;
  const active = document.activeElement;
  const focus = keyed(FOCUSABLE).find(([, element]) => element === active)?.[0];
  return {
    restore: () => {
      const were = new Map(cards);
      for (const [key, element] of keyed("main details")) (element as HTMLDetailsElement).open = were.get(key) ?? (element as HTMLDetailsElement).open;
      focusOn(focus === undefined ? undefined : keyed(FOCUSABLE).find(([key]) => key === focus)?.[1]);
      scrollTo({ left: scrollX, top: scrollY + movedBy(mark), behavior: "instant" });
    },
  };
}

function focusOn(element: Element | undefined): void {
  if (element instanceof HTMLElement || element instanceof SVGElement) element.focus({ preventScroll: true });
}

/** Elements with names that they keep when the page is drawn anew: what they say, and how many said so before. */
function keyed(selector: string): [string, Element][] {
  const seen = new Map<string, number>();
  return [...document.body.querySelectorAll(selector)].map((element) => {
    const said = (element.getAttribute("aria-label") ?? wordsOf(element)).trim().slice(0, WORDS_MAX);
    const near = element.closest("[id]")?.id ?? "";
    const name = JSON.stringify([element.localName, near, said]);
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return [`${name} ${times}`, element];
  });
}

/** A card is known by its heading: what it holds may be what has changed. */
const wordsOf = (element: Element): string => (element.querySelector(":scope > summary") ?? element).textContent;

/** What the reader looks at: the last thing with an id above or at the top of the window, and where it stands there. */
function markInView(): { readonly id: string; readonly top: number } | null {
  if (scrollY === 0) return null;
  const marks = [...document.querySelectorAll("main [id]")].map((element) => ({ id: element.id, top: topOf(element) }));
  const above = marks.filter(({ top }) => top <= innerHeight / 3).at(-1);
  return above === undefined ? null : { id: above.id, top: above.top + scrollY };
}

/** How far that thing has moved in the page since. */
function movedBy(mark: { readonly id: string; readonly top: number } | null): number {
  const now = mark === null ? null : document.getElementById(mark.id);
  return mark === null || now === null ? 0 : topOf(now) + scrollY - mark.top;
}

const topOf = (element: Element): number => element.getBoundingClientRect().top;
