/** Trees written as HTML text: for a file that is saved, never for this document. No DOM here. */

import { attachmentKey, type Tree, type TreeElement } from "./tree";

/** What a file knows of the page that a tree comes from. */
export interface Setting {
  /** Stands before every id of the page, so that pages of one file do not meet. */
  readonly prefix: string;
  /** The place in the file that `/route#anchor` stands at; nothing: it is not in the file. */
  readonly place: (link: string) => string | null;
  /** An attachment as a `data:` URL, and the name to save it under. */
  readonly attachment: (key: string) => { readonly url: string; readonly name: string };
}

const VOID: readonly string[] = ["br", "col", "hr", "img", "wbr"];
const IDS: readonly string[] = ["id", "aria-controls", "aria-describedby", "aria-details", "aria-labelledby", "headers"];
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\u00a0": "&nbsp;" };

/** Text as it may stand between tags and in quoted attributes. */
export const escaped = (text: string): string => text.replace(/[&<>"'\u00a0]/g, (sign) => ESCAPES[sign] ?? sign);

/** The HTML of a tree that was held against the allow-list. Cards are open, since nothing opens them on paper. */
export function markup(tree: Tree, setting: Setting): string {
  if (typeof tree === "string") return escaped(tree);
  const attributes = attributesOf(tree, setting);
  const leadsNowhere = tree.name === "a" && !attributes.some(([name]) => name === "href");
  const name = leadsNowhere ? "span" : tree.name;
  const start = `<${name}${attributes.map(([key, value]) => ` ${key}="${escaped(value)}"`).join("")}>`;
  if (VOID.includes(name)) return start;
  return `${start}${tree.children.map((child) => markup(child, setting)).join("")}</${name}>`;
}

function attributesOf(tree: TreeElement, setting: Setting): (readonly [string, string])[] {
  const written = tree.attributes.flatMap(([name, value]) => attribute(name, value, setting));
  return tree.name === "details" && !written.some(([name]) => name === "open") ? [...written, ["open", ""]] : written;
}

function attribute(name: string, value: string, setting: Setting): (readonly [string, string])[] {
  if (IDS.includes(name)) return [[name, value.split(" ").map((id) => setting.prefix + id).join(" ")]];
  if (name === "src") return [[name, setting.attachment(attachmentKey(value) ?? "").url]];
  return name === "href" ? link(value, setting) : [[name, value]];
}

function link(value: string, setting: Setting): (readonly [string, string])[] {
  const key = attachmentKey(value);
  if (key !== null) {
    const { url, name } = setting.attachment(key);
    return [["href", url], ["download", name]];
  }
  if (value.startsWith("#")) return [["href", `#${setting.prefix}${value.slice(1)}`]];
  if (!value.startsWith("/")) return [["href", value], ["rel", "noopener noreferrer"]];
  const place = setting.place(value);
  return place === null ? [] : [["href", place]]; // what is not in the file is named, not linked
}
