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
  dark: "M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z",
  light: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM8 1.2v1.3M8 13.5v1.3M1.2 8h1.3M13.5 8h1.3M3.2 3.2l.9.9M11.9 11.9l.9.9M3.2 12.8l.9-.9M11.9 4.1l.9-.9",
  auto: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2ZM8 2v12M8 5h4.6M8 8h5.8M8 11h4.6",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.4 10.4l3.4 3.4",
  keys: "M2.4 4h11.2a.9.9 0 0 1 .9.9v6.2a.9.9 0 0 1-.9.9H2.4a.9.9 0 0 1-.9-.9V4.9a.9.9 0 0 1 .9-.9ZM4.2 6.6v.01M6.7 6.6v.01M9.3 6.6v.01M11.8 6.6v.01M4.8 9.4h6.4",
  passkey: "M5.4 7.7a2.9 2.9 0 1 1 0 5.8 2.9 2.9 0 0 1 0-5.8ZM7.6 8.4l5.9-5.9M11 5l1.8 1.8",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  copy: "M6 5.5h6.5a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1ZM3.5 10.5H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1h6.5a1 1 0 0 1 1 1v.5",
  save: "M8 2v8M4.6 6.8 8 10.2l3.4-3.4M2.5 13.5h11",
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

/** A way to try again what failed. */
export function againButton(again: () => void): HTMLElement {
  const button = el("button", { class: "btn", type: "button" }, "Try again");
  button.addEventListener("click", again);
  return button;
}

/** A failure, told to screen readers at once. */
export function alertBox(sentence: string): HTMLElement {
  return el("div", { class: "err", role: "alert" }, icon("fault"), el("span", {}, sentence));
}
