/** The open site on screen: follows the address, puts pages together, and takes everything away at the end. */

import { TEAMS, teamsPage } from "./teams";
import { parseAddress, subjectOf, type Address } from "./address";
import { Attachments } from "./attachments";
import { build, type Context } from "./build";
import { utf8 } from "./bytes";
import { Chrome } from "./chrome";
import { addLinkButtons, addMarkdownButtons, Clipboard } from "./copying";
import { againButton, alertBox, el, icon } from "./element";
import { Finder } from "./finder";
import { helpSheet } from "./help";
import { base } from "./host";
import { pause } from "./idle";
import { wireLevelSwitches } from "./levels";
import type { Library, Part, Visit } from "./library";
import { recallKeys } from "./memory";
import { isOfTrack, isRubric, markOwnLevel, ownLevelIn, type OwnLevel } from "./mine";
import { isPassing, outcomeOf, SENTENCES } from "./outcome";
import { outline, placesIn } from "./outline";
import { openForPrint } from "./printing";
import { drawRelativeDates } from "./relative";
import { makeOwnCopy } from "./saving";
import { SearchBox } from "./searchbox";
import { listenForKeys } from "./shortcuts";

/** A dialog of the page around the view. */
interface Sheet {
  readonly dialog: HTMLDialogElement;
  readonly open: () => Promise<void>;
}

/** A page on screen. */
interface Shown {
  readonly address: Address;
  /** Nothing: no page of the reader's stands there. */
  readonly route: string | undefined;
  readonly attachments: Attachments;
  /** Ends what listens for this page. */
  readonly stop: AbortController;
}

/** Shows a library in the document until it is closed. */
export class View {
  readonly chrome: Chrome;
  private readonly stop = new AbortController();
  private readonly finder = new Finder(pause);
  private readonly search: SearchBox;
  private readonly help: HTMLDialogElement;
  private readonly clipboard = new Clipboard((sentence) => this.chrome.say(sentence));
  /** `people/<reader>`, whether they have a portfolio or not. */
  private readonly own: string;
  private shown: Shown | null = null;
  /** Counts visits, so that a slow one does not overtake a later one. */
  private visits = 0;

  constructor(
    private readonly library: Library,
    private readonly lock: () => void,
    /** Where the reader may let this device keep their key; nothing in previews. */
    private readonly device: Sheet | null = null,
  ) {
    const { id } = library.reader;
    this.own = `people/${id}`;
    this.search = new SearchBox(library, this.finder, (address) => this.goToAddress(address));
    this.help = helpSheet(library.has(`team/${id}`), library.manifest.keys);
    this.chrome = new Chrome(library, { lock, search: () => this.search.open(), help: () => this.help.showModal(), device: device === null ? null : () => void device.open() });
    this.listen(this.stop.signal);
  }

  /** Shows the page that the address asks for; without one, the reader's own. */
  async open(): Promise<void> {
    if (location.hash.length <= 1) history.replaceState(null, "", this.library.addresses.of(this.library.landing));
    document.body.replaceChildren(...this.chrome.nodes(), this.search.dialog, this.help, ...(this.device === null ? [] : [this.device.dialog]));
    await this.follow();
    void this.openCommon();
  }

  /** What every page may lead to, so that search knows it: once the first page stands there. */
  private async openCommon(): Promise<void> {
    await pause();
    if (!this.stop.signal.aborted) await this.library.openCommon();
  }

  /** Takes all text, blob URLs, what can be searched, and listeners away. */
  close(): void {
    this.stop.abort();
    this.leave();
    this.search.close();
    this.finder.close();
    this.help.close();
    this.device?.dialog.close();
    this.chrome.main.replaceChildren();
    document.body.replaceChildren();
  }

  private listen(signal: AbortSignal): void {
    const to = (route: string) => (): void => this.goToRoute(route);
    addEventListener("hashchange", () => void this.follow(), { signal });
    openForPrint(this.chrome.main, signal);
    listenForKeys(
      {
        search: () => this.search.open(),
        help: () => this.help.showModal(),
        lock: () => this.lock(),
        cycle: (step) => this.stepCycle(step),
        portfolio: to(this.own),
        rubric: to("rubric"),
        team: to(`team/${this.library.reader.id}`),
        wanted: recallKeys,
      },
      signal,
    );
  }

  /** Goes to a route, unless the reader has nothing of its subject. */
  private goToRoute(route: string): void {
    const subject = subjectOf(route);
    if (subject === "rubric" || this.library.has(subject)) this.goToAddress(this.library.addresses.of(route));
  }

  private goToAddress(address: string): void {
    if (location.hash === address) void this.follow(); // no event tells of that
    else location.hash = address;
  }

  /** From a portfolio the newest cycle is one step back. */
  private stepCycle(step: -1 | 1): void {
    const route = this.shown?.route ?? "";
    const pages = this.library.openOf(subjectOf(route)).flatMap((section) => section.pages);
    const cycles = [...new Set(pages.filter((page) => page.kind === "cycle").map((page) => page.route))];
    if (cycles.length === 0) return;
    const here = cycles.indexOf(route);
    const next = cycles[(here === -1 ? cycles.length : here) + step];
    if (next === undefined) this.chrome.say(step < 0 ? "There is no earlier cycle." : "There is no later cycle.");
    else this.goToRoute(next);
  }

  private async follow(): Promise<void> {
    const address = parseAddress(location.hash);
    if (address === null) return this.show(NOWHERE, { parts: [], faults: [] }, null);
    if (this.isShown(address)) return this.goTo(address.anchor);
    this.visits += 1;
    const visit = this.visits;
    const found = await this.library.visit(address);
    const level = found.parts.some(({ page }) => isRubric(page.route)) ? await this.ownLevel() : null;
    if (visit === this.visits && !this.stop.signal.aborted) this.show(address, found, level);
  }

  private async ownLevel(): Promise<OwnLevel | null> {
    await this.library.pagesOf(this.own);
    return ownLevelIn(this.library.openOf(this.own), this.own);
  }

  private isShown(address: Address): boolean {
    const here = this.shown?.address;
    return here?.subject === address.subject && here.route === address.route;
  }

  private leave(): void {
    this.shown?.stop.abort();
    this.shown?.attachments.release();
    this.shown = null;
  }

  private show(address: Address, visit: Visit, level: OwnLevel | null): void {
    this.leave();
    const { main } = this.chrome;
    const attachments = new Attachments(this.library, (sentence) => main.prepend(alertBox(sentence)));
    const stop = new AbortController();
    const route = visit.parts[0]?.page.route;
    this.shown = { address, route, attachments, stop };
    main.replaceChildren(...this.failures(visit), ...this.content(address, visit, attachments));
    if (route !== undefined) this.equip(route, level, attachments);
    this.finish(route, stop.signal);
    this.chrome.setSubject(address.subject);
    this.goTo(address.anchor, "instant");
  }

  private failures({ faults }: Visit): Node[] {
    const again = (): void => {
      this.leave(); // or the page would be taken for one that is shown already
      void this.follow();
    };
    return [...faults.map((fault) => alertBox(SENTENCES[fault])), ...(faults.some(isPassing) ? [againButton(again)] : [])];
  }

  private content(address: Address, visit: Visit, attachments: Attachments): Node[] {
    const [first] = visit.parts;
    if (first === undefined) return this.isTeams(address) ? teamsPage(this.library) : this.absent(visit);
    const heading = { present: false };
    const nodes = visit.parts.map((part) => build(part.page.tree, this.context(part, heading, attachments)));
    return heading.present ? nodes : [el("h1", {}, first.page.title), ...nodes];
  }

  private context(part: Part, heading: { present: boolean }, attachments: Attachments): Context {
    return {
      address: (link) => this.addressOf(link, part),
      download: (key) => void attachments.download(part.section, key),
      show: (image, key) => void attachments.show(image, part.section, key),
      get hasHeading() {
        return heading.present;
      },
      set hasHeading(present) {
        heading.present = present;
      },
    };
  }

  private isTeams({ subject, route }: Address): boolean {
    const teams = parseAddress(this.library.addresses.of(TEAMS));
    return teams !== null && teams.subject === subject && teams.route === route;
  }

  private addressOf(link: string, part: Part): string | null {
    const { addresses } = this.library;
    if (!link.startsWith("/")) return addresses.ofLink(`/${part.page.route}${link}`);
    const [route = ""] = link.slice(1).split("#");
    const subject = subjectOf(route);
    const isForEveryone = !subject.includes("/");
    return isForEveryone || this.library.has(subject) ? addresses.ofLink(link) : null;
  }

  private absent(visit: Visit): Node[] {
    const home = el("a", { href: this.library.addresses.of(this.library.landing) }, "Go to your start page");
    const why =
      visit.faults.length > 0
        ? "What stands at this address could not be read whole."
        : "No page that your key opens has this address: it may have moved, or it is for other readers.";
    return [el("h1", {}, "Not here, or not yours"), el("p", { class: "lede" }, why), el("p", {}, home)];
  }

  /** Adds what a page alone cannot: it does not know who reads it. */
  private equip(route: string, level: OwnLevel | null, attachments: Attachments): void {
    const { main } = this.chrome;
    const own = level !== null && isOfTrack(route, level) ? level : null;
    if (own !== null) markOwnLevel(main, own);
    wireLevelSwitches(main, own?.level ?? null);
    addMarkdownButtons(main, this.clipboard);
    if (route === this.own) this.addTools(el("div", { class: "gradus-tools" }, this.copyButton(attachments)));
  }

  /** Beside the page's other ways on, or below its heading. */
  private addTools(tools: HTMLElement): void {
    const ways = this.chrome.main.querySelector(".ways");
    if (ways === null) this.chrome.main.querySelector("h1")?.after(tools);
    else ways.append(tools);
  }

  private copyButton(attachments: Attachments): HTMLElement {
    const button = el("button", { class: "btn", type: "button" }, icon("save"), el("span", {}, "Download my portfolio"));
    button.addEventListener("click", () => {
      button.disabled = true;
      void this.saveOwnCopy(attachments).then(() => (button.disabled = false));
    });
    return button;
  }

  private async saveOwnCopy(attachments: Attachments): Promise<void> {
    this.chrome.say("Your copy is being made.");
    const style = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]')?.href ?? "";
    const around = { language: language(), style: style.slice(base.href.length), today: new Date() };
    const outcome = await outcomeOf(() => makeOwnCopy(this.library, around));
    if (this.stop.signal.aborted) return;
    if (outcome.kind === "refused") this.chrome.main.prepend(alertBox(SENTENCES[outcome.fault]));
    else attachments.save(utf8(outcome.value.text), outcome.value.name);
    this.chrome.say(outcome.kind === "ok" ? "Your copy is saved. It is not protected: keep it in a safe place." : "");
  }

  private finish(route: string | undefined, signal: AbortSignal): void {
    const { main } = this.chrome;
    drawRelativeDates(main, new Date(), language());
    const address = (id?: string): string => this.library.addresses.of(route ?? "", id);
    const places = route === undefined ? [] : placesIn(main);
    if (route !== undefined) addLinkButtons(main, (id) => new URL(address(id), base).href, this.clipboard);
    this.chrome.setOutline(outline(places, address, signal));
  }

  /** Moves the reader, and the screen reader, to a place; without one to the top. */
  private goTo(anchor: string | null, behavior: ScrollBehavior = "auto"): void {
    const { main } = this.chrome;
    const target = anchor === null ? null : [...main.querySelectorAll("[id]")].find((element) => this.library.addresses.part(element.id) === anchor);
    if (target === null || target === undefined) {
      scrollTo({ top: 0, behavior });
      return focus(main.querySelector("h1") ?? main);
    }
    for (let around: Element | null = target; around !== null; around = around.parentElement) {
      if (around instanceof HTMLDetailsElement) around.open = true;
    }
    target.scrollIntoView({ behavior });
    focus(target instanceof HTMLDetailsElement ? (target.querySelector("summary") ?? target) : target);
  }
}

/** No hash of eight characters is empty, so that this is nobody's address. */
const NOWHERE: Address = { subject: "", route: "", anchor: null };

/** The language of the site. */
const language = (): string => document.documentElement.lang || "en";

function focus(target: Element): void {
  if (!(target instanceof HTMLElement || target instanceof SVGElement)) return;
  if (target.tabIndex < 0 && !target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
}
