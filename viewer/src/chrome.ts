/** What stands around every open page: skip link, top bar, session, notices. */

import { brandMark, el, icon } from "./element";
import { pause } from "./idle";
import type { Library } from "./library";
import { longDay } from "./relative";
import { leftText } from "./session";
import { chosenTheme, switchTheme } from "./theme";
import { TEAMS } from "./teams";

/** Where the top bar leads: a name and a route. */
type Destination = readonly [name: string, route: string];

/** What its buttons do. */
export interface Commands {
  readonly lock: () => void;
  readonly search: () => void;
  readonly help: () => void;
  /** Nothing: there is no such button. */
  readonly device: (() => void) | null;
}

/** How long a short word of success stays. */
const SAID_MS = 5_000;

/** The frame that pages are put into. */
export class Chrome {
  readonly main = el("main", { id: "gradus-main", tabindex: "-1" });
  private readonly side = el("div", { class: "gradus-side" });
  private readonly wrap = el("div", { class: "wrap" }, this.side, this.main);
  private readonly notices = el("div", { class: "gradus-notices", role: "status" });
  private readonly said = el("p", { class: "gradus-said", role: "status" });
  private readonly left = el("span", {});
  private saidAt = 0;
  private readonly links: readonly (readonly [HTMLAnchorElement, string])[];

  constructor(
    private readonly library: Library,
    private readonly commands: Commands,
  ) {
    this.links = destinations(library).map(([name, route]) => [el("a", { href: library.addresses.of(route) }, name), library.addresses.part(route)]);
  }

  /** All of it, in reading order. */
  nodes(): Node[] {
    return [this.skip(), this.top(), this.notices, this.wrap, this.foot(), this.said];
  }

  /** Puts a page's list of places beside it. */
  setOutline(outline: HTMLElement | null): void {
    this.side.replaceChildren(...(outline === null ? [] : [outline]));
    this.wrap.classList.toggle("gradus-plain", outline === null);
  }

  /** Marks the link of the subject that is shown. */
  setSubject(subject: string): void {
    for (const [link, part] of this.links) {
      if (part === subject) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** Shows how long the session lasts. */
  setLeft(leftMs: number): void {
    const text = leftText(leftMs);
    if (this.left.textContent !== text) this.left.textContent = text;
  }

  /** Says something that is no failure. It stays until it is dismissed. */
  notify(sentence: string): void {
    const dismiss = el("button", { class: "btn", type: "button" }, "Dismiss");
    const notice = el("div", { class: "gradus-notice" }, icon("notice"), el("span", {}, sentence), dismiss);
    dismiss.addEventListener("click", () => notice.remove());
    this.notices.append(notice);
  }

  /** Says briefly how something went, to screen readers too. */
  say(sentence: string): void {
    this.said.textContent = sentence;
    clearTimeout(this.saidAt);
    this.saidAt = window.setTimeout(() => (this.said.textContent = ""), SAID_MS);
  }

  private skip(): HTMLElement {
    const skip = el("a", { class: "skip", href: "#gradus-main" }, "Skip to content");
    skip.addEventListener("click", (event) => {
      event.preventDefault(); // the fragment is the page's address
      this.main.focus();
    });
    return skip;
  }

  private top(): HTMLElement {
    const home = this.library.addresses.of(this.library.landing);
    const brand = el("a", { class: "brand", href: home }, brandMark(), el("span", {}, this.library.manifest.title));
    const nav = el("nav", { class: "nav", id: "gradus-nav", "aria-label": "Site" }, ...this.links.map(([link]) => link));
    const buttons = [this.find(), this.session(), this.help(), ...this.device(), this.theme(), menuButton(nav)];
    const bar = el("div", {}, brand, nav, el("span", { class: "sp" }), ...buttons);
    return el("header", { class: "top" }, bar);
  }

  private foot(): HTMLElement {
    const built = el("span", {});
    const { build } = this.library.manifest;
    // A browser's first date in words takes longer than a page's text: nobody waits for this one.
    void pause().then(() => built.append(`Built ${longDay(build * 1000, document.documentElement.lang || "en")}`));
    const where = el("span", {}, "Opened in this browser only: nothing on this page is sent anywhere.");
    return el("footer", { class: "foot" }, el("div", {}, built, where));
  }

  private session(): HTMLElement {
    const reader = el("span", { class: "gradus-name" }, this.library.reader.name);
    const who = el("span", { class: "gradus-who" }, reader, " · locks in ");
    const name = el("b", {}, who, this.left);
    const button = el("button", { class: "btn gradus-lock-now", type: "button" }, icon("lock"), el("span", {}, "Lock now"));
    button.addEventListener("click", this.commands.lock);
    return el("div", { class: "gradus-session" }, name, button);
  }

  private find(): HTMLElement {
    const key = el("kbd", { "aria-hidden": "true" }, "/");
    const button = el("button", { class: "btn gradus-find", type: "button", "aria-haspopup": "dialog" }, icon("search"), el("span", {}, "Search"), key);
    button.addEventListener("click", this.commands.search);
    return button;
  }

  private help(): HTMLElement {
    return dialogButton("keys", "Keyboard help", this.commands.help, "gradus-help-button");
  }

  private device(): HTMLElement[] {
    const { device } = this.commands;
    return device === null ? [] : [dialogButton("passkey", "Remember on this device", device)];
  }

  private theme(): HTMLElement {
    const button = el("button", { class: "btn ic", type: "button" });
    const draw = (): void => {
      const words = `Colour theme: ${chosenTheme()}`;
      button.replaceChildren(icon(chosenTheme()));
      button.setAttribute("aria-label", words);
      button.title = words;
    };
    button.addEventListener("click", () => {
      this.say(`Colour theme: ${switchTheme()}`);
      draw();
    });
    draw();
    return button;
  }
}

/** A button that shows a dialog: an icon with a name. */
function dialogButton(drawing: Parameters<typeof icon>[0], name: string, open: () => void, extra = ""): HTMLElement {
  const button = el("button", { class: `btn ic ${extra}`, type: "button", "aria-label": name, title: name, "aria-haspopup": "dialog" }, icon(drawing));
  button.addEventListener("click", open);
  return button;
}

function destinations(library: Library): Destination[] {
  const { id } = library.reader;
  const own: Destination[] = [
    ["My portfolio", `people/${id}`],
    ["My team", `team/${id}`],
  ];
  const shared: Destination[] = [
    ["Rubrics", "rubric"],
    ["Organisation", "org"],
  ];
  const others = [...library.bySubject.keys()].some((subject) => subject.startsWith("team/") && subject !== `team/${id}`);
  const teams: Destination[] = others ? [["Teams", TEAMS]] : [];
  return [...own.filter(([, subject]) => library.has(subject)), ...teams, ...shared];
}

function menuButton(nav: HTMLElement): HTMLElement {
  const attributes = { class: "btn ic menu", type: "button", "aria-label": "Menu", "aria-expanded": "false", "aria-controls": nav.id };
  const button = el("button", attributes, icon("menu"));
  const show = (open: boolean): void => {
    nav.classList.toggle("gradus-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  nav.addEventListener("click", () => show(false));
  for (const part of [nav, button]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      show(false);
      button.focus();
    });
  }
  return button;
}
