/** Makes the reader's own copy: opens what is theirs, puts every file into it, and leaves nothing out in silence. */

import rules from "../allowlist.json";
import { dataUrl, sha256, textOf, toBase64, utf8 } from "./bytes";
import type { Library, Part } from "./library";
import { Refusal } from "./outcome";
import { levelOf } from "./mine";
import { longDay } from "./relative";
import { attachmentsIn, orderedRoutes, ownCopy, styleText, type Inlined } from "./owncopy";

/** What a copy needs of the document around it. */
export interface Around {
  readonly language: string;
  /** Path of the style in the site. */
  readonly style: string;
  readonly today: Date;
}

/** A file to be saved. */
export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The file of the reader's portfolio.
 *
 * Throws a {@link Refusal} where a page or a file of it cannot be read: half a copy would look like a whole one.
 */
export async function makeOwnCopy(library: Library, around: Around): Promise<SavedFile> {
  const { id, name } = library.reader;
  const subject = `people/${id}`;
  const { pages, faults } = await library.pagesOf(subject);
  const [fault] = faults;
  if (fault !== undefined) throw new Refusal(fault, subject);
  const own = new Map(orderedRoutes(pages, subject).map((route) => [route, pages.get(route) ?? []]));
  const ordered = new Map([...own, ...(await levelsHeld(library, [...own.values()].flat()))]);
  const files = await inlined(library, [...ordered.values()].flat());
  const style = textOf(await library.plain(around.style)) ?? "";
  const styleHash = toBase64(await sha256(utf8(styleText(style))));
  const saved = longDay(around.today, around.language);
  const file = (section: string, key: string): Inlined => files.get(`${section}\n${key}`) ?? { url: "data:,", name: key };
  const text = ownCopy({ language: around.language, site: library.manifest.title, owner: name, saved, style, styleHash, pages: ordered, file });
  return { name: `portfolio-${id}-${isoDay(around.today)}.html`, text };
}

/** What everyone reads about the levels that the pages name for their subject, in the order that they were held in. */
async function levelsHeld(library: Library, own: readonly Part[]): Promise<[string, readonly Part[]][]> {
  const { pages } = await library.pagesOf("org");
  const routes = new Set(own.map(({ page }) => `rubric/${levelOf(page.tree) ?? ""}`));
  return [...routes].reverse().flatMap((route) => {
    const parts = pages.get(route);
    return parts === undefined ? [] : [[route, parts]];
  });
}

async function inlined(library: Library, parts: readonly Part[]): Promise<ReadonlyMap<string, Inlined>> {
  const files = new Map<string, Inlined>();
  for (const { page, section } of parts) {
    for (const key of attachmentsIn(page.tree)) {
      const file = section.files.get(key);
      if (file === undefined || files.has(`${section.id}\n${key}`)) continue;
      const type = rules.links.images.includes(file.type) ? file.type : "application/octet-stream"; // what may be drawn; all else is saved
      const bytes = await library.attachment(section, file);
      files.set(`${section.id}\n${key}`, { url: dataUrl(bytes, type), name: file.name });
    }
  }
  return files;
}

/** The calendar day where the reader is. */
function isoDay(day: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
