/** Elements of the viewer's own, made without any HTML text. */

const SVG = "http://www.w3.org/2000/svg";

/** Attributes by name. */
export type Attributes = Readonly<Record<string, string>>;

/** An HTML element with attributes and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** An SVG element with attributes and children. */
export function svgEl(name: string, attributes: Attributes = {}, ...children: readonly (Node | string)[]): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const ICONS = {
  lock: "M4.6 7h6.8A1.6 1.6 0 0 1 13 8.6v3.8a1.6 1.6 0 0 1-1.6 1.6H4.6A1.6 1.6 0 0 1 3 12.4V8.6A1.6 1.6 0 0 1 4.6 7ZM5.2 7V4.8a2.8 2.8 0 0 1 5.6 0V7",
  theme: "M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  fault: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  notice: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM8 7.4v3.8M8 4.8v.01",
} as const;

/** A drawing that says nothing by itself: the text beside it does. */
export function icon(name: keyof typeof ICONS): SVGElement {
  return svgEl("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" }, svgEl("path", { d: ICONS[name] }));
}

/** The mark before the site's title: a copy of the lock page's, which is the theme's; nothing where a theme has none. */
export function brandMark(): Node {
  return document.querySelector("#gradus-lock .brand > svg")?.cloneNode(true) ?? new Text();
}

/** A failure, told to screen readers at once. */
export function alertBox(sentence: string): HTMLElement {
  return el("div", { class: "err", role: "alert" }, icon("fault"), el("span", {}, sentence));
}
