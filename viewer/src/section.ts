/** What a section holds once it is open. */

import { fromBase64Url, type Bytes } from "./bytes";
import * as json from "./json";
import { Refusal } from "./outcome";
import { parseTree, type Tree } from "./tree";

/** What one section contributes to one page. */
export interface PagePart {
  /** `people/ada/2026-h1`, without a slash before it. */
  readonly route: string;
  /** Parts of one route are put together in this order. */
  readonly slot: number;
  readonly title: string;
  readonly kind: string;
  readonly tree: Tree;
}

/** An attachment of a section. */
export interface SectionFile {
  /** The path of its own file in the site; or the bytes, of one that lies within the section. */
  readonly lies: string | Bytes;
  /** Media type. */
  readonly type: string;
  /** The name that it is saved under. */
  readonly name: string;
  /** Length of the unsealed bytes. */
  readonly bytes: number;
}

/** A section, whole and checked. */
export interface Section {
  readonly id: string;
  readonly pages: readonly PagePart[];
  /** By the key that links name. */
  readonly files: ReadonlyMap<string, SectionFile>;
}

/** Files of a section, and nothing that walks out of the folder. */
export const SEALED_PATH = /^sealed\/[0-9a-f]{24}\.age$/;

/** Reads an unsealed section; `site` and `id` are what was asked for. */
export function parseSection(raw: Uint8Array, site: string, id: string): Section {
  const document = json.parseDocument(raw, "section");
  if (document["site"] !== site || document["section"] !== id) throw new Refusal("damaged", "another section");
  const files = parseFiles(document["files"]);
  const pages = json.list(document["pages"], "pages").map((page) => parsePage(page, files));
  return { id, pages, files };
}

function parsePage(value: unknown, files: ReadonlyMap<string, SectionFile>): PagePart {
  const page = json.members(value, "page");
  return {
    route: json.text(page["route"], "route"),
    slot: json.count(page["slot"], "slot"),
    title: json.text(page["title"], "title"),
    kind: json.text(page["kind"], "kind"),
    tree: parseTree(page["tree"], (key) => files.get(key)?.type),
  };
}

function parseFiles(value: unknown): ReadonlyMap<string, SectionFile> {
  const entries = Object.entries(json.members(value, "files"));
  return new Map(entries.map(([key, entry]) => [key, parseFile(entry)]));
}

function parseFile(value: unknown): SectionFile {
  const entry = json.members(value, "file");
  const bytes = json.count(entry["bytes"], "bytes");
  return {
    lies: placeOf(entry["file"], entry["data"], bytes),
    type: json.text(entry["type"], "type"),
    name: json.text(entry["name"], "name"),
    bytes,
  };
}

/** One of the two says where an attachment is. */
function placeOf(file: unknown, data: unknown, bytes: number): string | Bytes {
  const lies = data === undefined ? json.text(file, "path") : fromBase64Url(json.text(data, "data"), bytes);
  const isPlace = typeof lies === "string" ? SEALED_PATH.test(lies) : file === undefined && lies !== null;
  if (lies === null || !isPlace) throw new Refusal("damaged", "place of an attachment");
  return lies;
}
