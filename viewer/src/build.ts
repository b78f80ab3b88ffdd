/** Trees become elements: `createElement` and text nodes only, so that nothing in a page is ever parsed as HTML. */

import { el, svgEl } from "./element";
import { attachmentKey, type Tree, type TreeElement } from "./tree";

/** What links and images need to know of the page around them. */
export interface Context {
  /** The address of `/route#anchor`, or of `#anchor` in this page; nothing for pages that the reader's key does not open. */
  readonly address: (link: string) => string | null;
  /** Downloads an attachment. */
  readonly download: (key: string) => void;
  /** Shows an attachment in an image. */
  readonly show: (image: HTMLImageElement, key: string) => void;
  /** Whether the page has its one `h1`; later ones become `h2`. */
  hasHeading: boolean;
}

/** The node of a tree. */
export function build(tree: Tree, context: Context): Node {
  if (typeof tree === "string") return document.createTextNode(tree);
  const children = tree.children.map((child) => build(child, context));
  const element = tree.svg ? svgEl(tree.name, {}, ...children) : htmlElement(tree, children, context);
  for (const [name, value] of tree.attributes) setAttribute(element, name, value, context);
  return element;
}

function htmlElement(tree: TreeElement, children: readonly Node[], context: Context): HTMLElement {
  const demoted = tree.name === "h1" && context.hasHeading;
  context.hasHeading ||= tree.name === "h1";
  return el(demoted ? "h2" : (tree.name as keyof HTMLElementTagNameMap), {}, ...children);
}

function setAttribute(element: Element, name: string, value: string, context: Context): void {
  if (element instanceof HTMLAnchorElement && name === "href") setLink(element, value, context);
  else if (element instanceof HTMLImageElement && name === "src") context.show(element, attachmentKey(value) ?? "");
  else element.setAttribute(name, value);
}

function setLink(anchor: HTMLAnchorElement, link: string, context: Context): void {
  const key = attachmentKey(link);
  if (key !== null) setDownload(anchor, key, context);
  else if (link.startsWith("/") || link.startsWith("#")) setInner(anchor, context.address(link));
  else setExternal(anchor, link);
}

/** A link that leads nowhere for this reader is plain words. */
function setInner(anchor: HTMLAnchorElement, address: string | null): void {
  if (address !== null) anchor.setAttribute("href", address);
}

function setDownload(anchor: HTMLAnchorElement, key: string, context: Context): void {
  setInner(anchor, context.address(""));
  anchor.addEventListener("click", (event) => {
    event.preventDefault();
    context.download(key);
  });
}

function setExternal(anchor: HTMLAnchorElement, link: string): void {
  anchor.setAttribute("href", link);
  anchor.setAttribute("rel", "noopener noreferrer");
  if (!link.startsWith("mailto:")) anchor.setAttribute("target", "_blank");
}
