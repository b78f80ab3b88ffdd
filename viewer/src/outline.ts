/** "On this page": links to the sections of the page that is shown. */

import { el } from "./element";

/** A place in the page. */
export interface Place {
  readonly id: string;
  readonly title: string;
  readonly target: Element;
}

/** Places fewer than this need no list. */
const PLACES_MIN = 2;

/** The sections that name themselves, and the other second-level headings, in their order. */
export function placesIn(root: ParentNode): Place[] {
  const found = root.querySelectorAll("section[aria-labelledby], h2[id]");
  const places = [...found].flatMap((element) => placeOf(root, element));
  return places.filter((place, at) => places.findIndex((other) => other.title === place.title && other.target.contains(place.target)) === at);
}

function placeOf(root: ParentNode, element: Element): Place[] {
  const heading = element.localName === "h2" ? element : byId(root, element.getAttribute("aria-labelledby") ?? "");
  const title = heading?.textContent.trim() ?? "";
  const id = element.id === "" ? (heading?.id ?? "") : element.id;
  return title === "" || id === "" || heading?.localName !== "h2" ? [] : [{ id, title, target: element }];
}

/** The element of that id in the page; never one of the viewer's. */
export function byId(root: ParentNode, id: string): Element | null {
  return [...root.querySelectorAll("[id]")].find((element) => element.id === id) ?? null;
}

/** Marks the link of the place that is being read; ends with `signal`. */
function follow(places: readonly Place[], links: readonly Element[], signal: AbortSignal): void {
  const update = (): void => {
    const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    const passed = places.findLastIndex((place) => atEnd || place.target.getBoundingClientRect().top < innerHeight / 3);
    links.forEach((link, at) => {
      if (at === passed + 1) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  addEventListener("scroll", update, { signal, passive: true });
  // Asked for places before it is all there, the page would be laid out twice.
  requestAnimationFrame(() => !signal.aborted && update());
}

/** The list, or nothing for a short page. `address` gives the link of a place, or of the page's top. */
export function outline(places: readonly Place[], address: (id?: string) => string, signal: AbortSignal): HTMLElement | null {
  if (places.length < PLACES_MIN) return null;
  const top = el("a", { href: address() }, "Overview");
  const links = [top, ...places.map((place) => el("a", { href: address(place.id) }, place.title))];
  follow(places, links, signal);
  const items = links.map((link) => el("li", {}, link));
  return el("nav", { class: "side", "aria-label": "On this page" }, el("div", {}, el("h2", {}, "On this page"), el("ul", {}, ...items)));
}
