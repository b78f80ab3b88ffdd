/** A reader's own copy: all their pages in one HTML file that needs no script, no key and no other file. No DOM here. */

import { escaped, markup, type Setting } from "./markup";
import type { Part } from "./library";
import type { Tree } from "./tree";
import { attachmentKey } from "./tree";

/** A file of a section, ready to stand in a document. */
export interface Inlined {
  /** `data:` URL. */
  readonly url: string;
  readonly name: string;
}

/** What a copy is made of. */
export interface Copy {
  /** Language of the site, such as `en`. */
  readonly language: string;
  /** Title of the site. */
  readonly site: string;
  /** Whose portfolio it is. */
  readonly owner: string;
  /** When it is saved, in words. */
  readonly saved: string;
  /** The site's style, as text. */
  readonly style: string;
  /** Base64 of the SHA-256 of {@link styleText} of it. */
  readonly styleHash: string;
  /** Pages by route, in the order that they are written in. */
  readonly pages: ReadonlyMap<string, readonly Part[]>;
  /** A file by the section that it belongs to and its key there. */
  readonly file: (section: string, key: string) => Inlined;
}

/** The portfolio, then the cycles from the newest, then whatever else there is of a person. */
export function orderedRoutes(pages: ReadonlyMap<string, readonly Part[]>, subject: string): string[] {
  const ofKind = (cycle: boolean): string[] =>
    [...pages].filter(([route, [first]]) => route !== subject && (first?.page.kind === "cycle") === cycle).map(([route]) => route);
  return [...(pages.has(subject) ? [subject] : []), ...ofKind(true).reverse(), ...ofKind(false)];
}

/** The keys of all attachments that a tree names, images and links alike. */
export function attachmentsIn(tree: Tree): string[] {
  if (typeof tree === "string") return [];
  const own = tree.attributes.flatMap(([name, value]) => (name === "href" || name === "src" ? (attachmentKey(value) ?? []) : []));
  return [...own, ...tree.children.flatMap(attachmentsIn)];
}

/** A style as a browser will read it out of the file: nothing in it may end the element, and line ends are one sign. */
export const styleText = (style: string): string => `${style.replace(/\r\n?/g, "\n").replaceAll("</", "<\\/")}\n${OWN_STYLE}`;

const OWN_STYLE = `.copy{max-width:960px;margin:0 auto;padding:40px 20px 80px}
.copy>header{border-bottom:1px solid var(--line);padding-bottom:24px}
.copy>header ul{columns:2 240px;padding-left:20px}
.copy>article{padding-top:48px}
@media print{.copy{padding:0;max-width:none}.copy>article{break-before:page;padding:0}}`;

/** The whole file. */
export function ownCopy(copy: Copy): string {
  const title = `Portfolio of ${copy.owner}, saved ${copy.saved}`;
  const prefixes = new Map([...copy.pages.keys()].map((route, at) => [route, `p${at + 1}-`]));
  const articles = [...copy.pages].map(([route, parts]) => article(route, parts, prefixes, copy));
  return `<!doctype html>
<html lang="${escaped(copy.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'none'; style-src 'sha256-${copy.styleHash}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${styleText(copy.style)}</style>
</head>
<body>
<main class="copy">
${preface(copy, prefixes)}
${articles.join("\n")}
</main>
</body>
</html>
`;
}

function preface(copy: Copy, prefixes: ReadonlyMap<string, string>): string {
  const lines = [...copy.pages].map(([route, parts]) => `<li><a href="#${prefixes.get(route) ?? ""}page">${escaped(parts[0]?.page.title ?? "")}</a></li>`);
  return `<header>
<h1>A copy of the portfolio of ${escaped(copy.owner)}</h1>
<p class="lede">Saved on ${escaped(copy.saved)} from ${escaped(copy.site)}. It holds what stood there on that day, and does not change with it. Of the rubric it holds the levels held, and leaves the others out.</p>
<p>This file is no longer protected: whoever has it can read it. Keep it where you keep other private papers.</p>
<nav aria-label="Pages in this copy"><ul>${lines.join("")}</ul></nav>
</header>`;
}

function article(route: string, parts: readonly Part[], prefixes: ReadonlyMap<string, string>, copy: Copy): string {
  const prefix = prefixes.get(route) ?? "";
  const setting = (part: Part): Setting => ({
    prefix,
    place: (link) => placeOf(link, prefixes),
    attachment: (key) => copy.file(part.section.id, key),
  });
  const content = parts.map((part) => markup(part.page.tree, setting(part)));
  return `<article id="${prefix}page" aria-label="${escaped(parts[0]?.page.title ?? "")}">\n${content.join("\n")}\n</article>`;
}

function placeOf(link: string, prefixes: ReadonlyMap<string, string>): string | null {
  const [route = "", anchor = "page"] = link.slice(1).split("#");
  const prefix = prefixes.get(route);
  return prefix === undefined ? null : `#${prefix}${anchor}`;
}
