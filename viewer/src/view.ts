/** The open site on screen: follows the address, puts pages together, and takes everything away at the end. */

import { parseAddress, type Address } from "./address";
import { Attachments } from "./attachments";
import { build, type Context } from "./build";
import { Chrome } from "./chrome";
import { alertBox, el } from "./element";
import { wireLevelSwitches } from "./levels";
import type { Library, Part, Visit } from "./library";
import { SENTENCES } from "./outcome";
import { outline, placesIn } from "./outline";
import { drawRelativeDates } from "./relative";

/** A page on screen. */
interface Shown {
  readonly address: Address;
  readonly attachments: Attachments;
  /** Ends what listens for this page. */
  readonly stop: AbortController;
}

/** Shows a library in the document until it is closed. */
export class View {
  readonly chrome: Chrome;
  private readonly stop = new AbortController();
  private shown: Shown | null = null;
  /** Counts visits, so that a slow one does not overtake a later one. */
  private visits = 0;

  constructor(
    private readonly library: Library,
    lock: () => void,
  ) {
    this.chrome = new Chrome(library, lock);
    addEventListener("hashchange", () => void this.follow(), { signal: this.stop.signal });
  }

  /** Shows the page that the address asks for; without one, the reader's own. */
  async open(): Promise<void> {
    if (location.hash.length <= 1) history.replaceState(null, "", this.library.addresses.of(this.library.landing));
    document.body.replaceChildren(...this.chrome.nodes());
    await this.follow();
  }

  /** Takes all text, blob URLs and listeners away. */
  close(): void {
    this.stop.abort();
    this.leave();
    this.chrome.main.replaceChildren();
    document.body.replaceChildren();
  }

  private async follow(): Promise<void> {
    const address = parseAddress(location.hash);
    if (address === null) return this.show(NOWHERE, { parts: [], faults: [] });
    if (this.isShown(address)) return this.goTo(address.anchor);
    this.visits += 1;
    const visit = this.visits;
    const found = await this.library.visit(address);
    if (visit === this.visits && !this.stop.signal.aborted) this.show(address, found);
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

  private show(address: Address, visit: Visit): void {
    this.leave();
    const { main } = this.chrome;
    const attachments = new Attachments(this.library, (sentence) => main.prepend(alertBox(sentence)));
    const stop = new AbortController();
    this.shown = { address, attachments, stop };
    main.replaceChildren(...visit.faults.map((fault) => alertBox(SENTENCES[fault])), ...this.content(visit, attachments));
    this.finish(visit.parts[0]?.page.route, stop.signal);
    this.chrome.setSubject(address.subject);
    this.goTo(address.anchor);
  }

  private content(visit: Visit, attachments: Attachments): Node[] {
    const [first] = visit.parts;
    if (first === undefined) return this.absent(visit);
    const heading = { present: false };
    const nodes = visit.parts.map((part) => build(part.page.tree, this.context(part, heading, attachments)));
    return heading.present ? nodes : [el("h1", {}, first.page.title), ...nodes];
  }

  private context(part: Part, heading: { present: boolean }, attachments: Attachments): Context {
    return {
      address: (link) => (link.startsWith("/") ? this.library.addresses.ofLink(link) : this.library.addresses.ofLink(`/${part.page.route}${link}`)),
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

  private absent(visit: Visit): Node[] {
    const home = el("a", { href: this.library.addresses.of(this.library.landing) }, "Go to your start page");
    const why =
      visit.faults.length > 0
        ? "What stands at this address could not be read whole."
        : "No page that your key opens has this address: it may have moved, or it is for other readers.";
    return [el("h1", {}, "Not here, or not yours"), el("p", { class: "lede" }, why), el("p", {}, home)];
  }

  private finish(route: string | undefined, signal: AbortSignal): void {
    const { main } = this.chrome;
    const language = document.documentElement.lang;
    drawRelativeDates(main, new Date(), language === "" ? "en" : language);
    wireLevelSwitches(main);
    const places = route === undefined ? [] : placesIn(main);
    this.chrome.setOutline(outline(places, (id) => this.library.addresses.of(route ?? "", id), signal));
  }

  /** Moves the reader, and the screen reader, to a place; without one to the top. */
  private goTo(anchor: string | null): void {
    const { main } = this.chrome;
    const target = anchor === null ? null : [...main.querySelectorAll("[id]")].find((element) => this.library.addresses.part(element.id) === anchor);
    if (target === null || target === undefined) {
      scrollTo(0, 0);
      return focus(main.querySelector("h1") ?? main);
    }
    for (let around: Element | null = target; around !== null; around = around.parentElement) {
      if (around instanceof HTMLDetailsElement) around.open = true;
    }
    target.scrollIntoView();
    focus(target);
  }
}

/** No hash of eight characters is empty, so that this is nobody's address. */
const NOWHERE: Address = { subject: "", route: "", anchor: null };

function focus(target: Element): void {
  if (!(target instanceof HTMLElement || target instanceof SVGElement)) return;
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
}
