/** The search field and its results: a dialog with one field, a list below it, and a way to search what is still closed. */

import { alertBox, el, icon } from "./element";
import type { Finder, Found } from "./finder";
import type { SectionRef } from "./keyring";
import type { Library } from "./library";
import { SENTENCES } from "./outcome";
import { TOPICS, type Topic } from "./passages";
import type { Section } from "./section";
import { excerpt, folded, marked, wordsIn } from "./words";

/** What a result leads to. */
interface Result {
  readonly topic: Topic;
  readonly title: string;
  /** Where it stands: page and heading. */
  readonly where: string;
  readonly text: string;
  readonly terms: ReadonlySet<string>;
  readonly address: string;
}

const NAMES: Readonly<Record<Topic, string>> = {
  people: "People",
  expectations: "Expectations",
  feedback: "Reviews and feedback",
  rubric: "Rubric",
  elsewhere: "Elsewhere",
};

/** A person or a team that the reader has sections of. */
interface Subject {
  readonly subject: string;
  readonly title: string;
  /** The words of the title, as they are compared. */
  readonly words: readonly string[];
  readonly refs: readonly SectionRef[];
}

/** More than this of one topic is a question that is not narrow enough yet. */
const RESULTS_PER_TOPIC = 6;
const EXCERPT_CHARS = 150;
/** While portfolios are opened, results are drawn anew no more often than this. */
const REFRESH_MS = 250;
/** So many files are on their way at a time. */
const AT_ONCE = 6;
/** More portfolios than this would take minutes to open, and gigabytes to hold. */
const PORTFOLIOS_MAX = 1_000;
const WORDS_TO_ASK = "Type a name, a word of an expectation or of feedback, or a competency.";

/** The dialog. */
export class SearchBox {
  private readonly field = el("input", {
    id: "gradus-search",
    type: "search",
    role: "combobox",
    "aria-label": "Search",
    "aria-expanded": "false",
    "aria-controls": "gradus-found",
    "aria-autocomplete": "list",
    "aria-describedby": "gradus-search-help",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    placeholder: "Search",
  });
  private readonly list = el("div", { id: "gradus-found", role: "listbox", "aria-label": "Results" });
  private readonly status = el("p", { id: "gradus-search-help", class: "gradus-search-status", role: "status" }, WORDS_TO_ASK);
  private readonly more = el("div", { class: "gradus-search-more" });
  readonly dialog: HTMLDialogElement;
  private results: readonly Result[] = [];
  private options: readonly HTMLElement[] = [];
  private active = -1;
  private opening = false;
  /** Sections that are being taken in. */
  private takes = 0;
  private closed = false;
  private refreshAt = 0;
  private named: readonly Subject[] | undefined;

  constructor(
    private readonly library: Library,
    private readonly finder: Finder,
    /** Leads to an address. */
    private readonly go: (address: string) => void,
  ) {
    const close = el("button", { class: "btn", type: "button" }, "Close");
    close.addEventListener("click", () => this.dialog.close());
    const head = el("div", { class: "gradus-search-head" }, icon("search"), this.field, close);
    this.dialog = el("dialog", { class: "gradus-dialog gradus-searchbox", "aria-label": "Search this site" }, head, this.status, this.list, this.more);
    this.field.addEventListener("input", () => this.ask());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => this.choose(this.options.findIndex((option) => option.contains(event.target as Node))));
    this.library.onOpen((section) => void this.take(section));
  }

  /** Opens it, with what was asked last marked for typing over. */
  open(): void {
    if (this.dialog.open) return;
    this.offerMore();
    this.dialog.showModal();
    this.field.focus();
    this.field.select();
    this.ask();
  }

  /** Takes question and results away, for good. */
  close(): void {
    this.closed = true;
    clearTimeout(this.refreshAt);
    this.dialog.close();
    this.field.value = "";
    this.named = undefined;
    this.results = [];
    this.options = [];
    this.list.replaceChildren();
  }

  private async take(section: Section): Promise<void> {
    this.takes += 1;
    this.list.setAttribute("aria-busy", "true");
    await this.finder.add(section);
    this.takes -= 1;
    this.list.setAttribute("aria-busy", String(this.takes > 0));
    if (this.refreshAt === 0) this.refreshAt = window.setTimeout(() => this.refresh(), REFRESH_MS);
  }

  private refresh(): void {
    this.refreshAt = 0;
    if (this.dialog.open && !this.closed) this.ask();
  }

  private ask(): void {
    const question = this.field.value;
    const kept = this.results[this.active]?.address;
    this.results = wordsIn(question).length === 0 ? [] : this.find(question);
    this.draw();
    this.mark(Math.max(kept === undefined ? 0 : this.results.findIndex((result) => result.address === kept), 0));
    this.tell(question);
  }

  private tell(question: string): void {
    const count = this.results.length;
    const found = count === 0 ? "Nothing found in what is open." : `${count} result${count === 1 ? "" : "s"}`;
    const sentence = wordsIn(question).length === 0 ? WORDS_TO_ASK : found;
    if (!this.opening && this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  private find(question: string): Result[] {
    const hits = this.finder.find(question);
    const ofTopic = (topic: Topic): Result[] => first(hits, ({ passage }) => passage.topic === topic).map((hit) => this.result(hit));
    return TOPICS.flatMap((topic) => (topic === "people" ? this.people(question) : ofTopic(topic)));
  }

  /** People and teams by name, whether their pages are open or not. */
  private people(question: string): Result[] {
    const asked = wordsIn(question).map(folded);
    const isMeant = ({ words }: Subject): boolean => asked.every((part) => words.some((word) => word.startsWith(part)));
    return first(this.subjects(), isMeant).map(({ subject, title, words, refs }) => {
      const terms = new Set(words.filter((word) => asked.some((part) => word.startsWith(part))));
      const what = subject.startsWith("team/") ? "Team" : "Portfolio";
      const where = refs.every((ref) => this.finder.has(ref.id)) ? what : `${what}, not opened yet: open it`;
      return { topic: "people", title, where, text: "", terms, address: this.library.addresses.of(subject) };
    });
  }

  /** The people and teams that the reader has sections of; made once, since there may be tens of thousands. */
  private subjects(): readonly Subject[] {
    this.named ??= [...this.library.bySubject].flatMap(([subject, refs]) => {
      const title = refs[0]?.title ?? "";
      return /^(people|team)\//.test(subject) ? [{ subject, title, words: wordsIn(title).map(folded), refs }] : [];
    });
    return this.named;
  }

  private result({ passage, terms }: Found): Result {
    const { topic, page, heading, text, route, anchor } = passage;
    const address = this.library.addresses.of(route, anchor ?? undefined);
    const short = excerpt(text, terms, EXCERPT_CHARS);
    return heading === "" || heading === page
      ? { topic, title: page, where: "", text: short, terms, address }
      : { topic, title: heading, where: page, text: short, terms, address };
  }

  private draw(): void {
    this.options = this.results.map((result, at) => option(result, at));
    const groups = TOPICS.flatMap((topic) => {
      const own = this.options.filter((_, at) => this.results[at]?.topic === topic);
      const label = `gradus-found-${topic}`;
      const name = el("div", { id: label, class: "gradus-found-topic", role: "presentation" }, NAMES[topic]);
      return own.length === 0 ? [] : [el("div", { role: "group", "aria-labelledby": label }, name, ...own)];
    });
    this.list.replaceChildren(...groups);
    this.list.hidden = groups.length === 0;
    this.field.setAttribute("aria-expanded", String(groups.length > 0));
  }

  private mark(at: number): void {
    this.active = at < this.options.length ? at : -1;
    this.options.forEach((one, place) => one.setAttribute("aria-selected", String(place === this.active)));
    const option = this.options[this.active];
    if (option === undefined) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", option.id);
    if (at === 0) this.list.scrollTop = 0; // with the name of its topic
    else option.scrollIntoView({ block: "nearest" });
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      this.dialog.close();
    }
    const count = this.options.length;
    if (count === 0 || event.isComposing) return;
    const last = count - 1;
    const next: Partial<Record<string, number>> = {
      ArrowDown: this.active === last ? 0 : this.active + 1,
      ArrowUp: this.active <= 0 ? last : this.active - 1,
    };
    const to = next[event.key];
    if (to !== undefined) this.mark(to);
    else if (event.key === "Enter") this.choose(this.active);
    else return;
    event.preventDefault();
  }

  private choose(at: number): void {
    const result = this.results[at];
    if (result === undefined) return;
    this.dialog.close();
    this.go(result.address);
  }

  /** Whose portfolios are not searched yet. */
  private closedRefs(): SectionRef[] {
    return this.library.sections.filter((ref) => !this.finder.has(ref.id));
  }

  private offerMore(): void {
    if (this.opening) return;
    const portfolios = this.subjects().filter(({ subject }) => subject.startsWith("people/")).length;
    if (this.closedRefs().length === 0 || portfolios === 0) return this.more.replaceChildren();
    if (portfolios > PORTFOLIOS_MAX) return this.more.replaceChildren(el("span", { class: "quiet" }, `Finds all ${portfolios} people by name, and words in what you opened.`));
    const words = portfolios === 1 ? "Search the whole portfolio" : `Search all ${portfolios} portfolios`;
    const button = el("button", { class: "btn", type: "button" }, words);
    button.addEventListener("click", () => void this.openAll());
    this.more.replaceChildren(button, el("span", { class: "quiet" }, "Reads them in this tab; what it learns is gone when it locks."));
  }

  private async openAll(): Promise<void> {
    const refs = this.closedRefs();
    const meter = el("progress", { id: "gradus-opening", max: String(refs.length), value: "0" });
    this.more.replaceChildren(el("label", { for: meter.id }, "Opening portfolios"), meter);
    this.opening = true;
    this.status.textContent = "Opening portfolios";
    this.field.focus();
    const faults = new Set<string>();
    const left = refs.values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.openEach(left, meter, faults)));
    if (this.closed) return;
    this.opening = false;
    this.more.replaceChildren(...[...faults].map(alertBox));
    if (faults.size === 0) this.offerMore();
    this.refresh();
  }

  /** Opens what is left, one after the other; several do so side by side. */
  private async openEach(left: Iterable<SectionRef>, meter: HTMLProgressElement, faults: Set<string>): Promise<void> {
    for (const ref of left) {
      const outcome = await this.library.peek(ref); // hundreds of portfolios are too much to hold besides the index
      if (this.closed) return;
      if (outcome.kind === "refused") faults.add(SENTENCES[outcome.fault]);
      else await this.finder.add(outcome.value);
      meter.value += 1;
    }
  }
}

/** The first of those that are meant: as many as one topic shows. */
function first<T>(all: readonly T[], isMeant: (one: T) => boolean): T[] {
  const found: T[] = [];
  for (const one of all) {
    if (isMeant(one) && found.push(one) === RESULTS_PER_TOPIC) break;
  }
  return found;
}

function option(result: Result, at: number): HTMLElement {
  const title = el("span", { class: "gradus-found-title" }, ...pieces(result.title, result.terms));
  const where = result.where === "" ? [] : [el("span", { class: "gradus-found-where" }, result.where)];
  const text = result.text === "" ? [] : [el("span", { class: "gradus-found-text" }, ...pieces(result.text, result.terms))];
  return el("div", { id: `gradus-found-${at}`, class: "gradus-option", role: "option", "aria-selected": "false" }, title, ...where, ...text);
}

const pieces = (text: string, terms: ReadonlySet<string>): (Node | string)[] =>
  marked(text, terms).map((piece) => (piece.marked ? el("mark", {}, piece.text) : piece.text));
