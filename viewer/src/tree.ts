/** Trees: a page's HTML as data, held against the allow-list that Rust reads too. No DOM here. */

import rules from "../allowlist.json";
import { Refusal } from "./outcome";

/** An element; its children are in the same namespace unless it is `svg`. */
export interface TreeElement {
  readonly name: string;
  readonly svg: boolean;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly Tree[];
}

/** A node of a page. */
export type Tree = string | TreeElement;

/** The media type of a section's file by its key; nothing where there is no such file. */
export type TypeOf = (key: string) => string | undefined;

type Namespace = "html" | "svg";
type Check = (value: string, typeOf: TypeOf) => boolean;

const ID = /^[a-z][a-z0-9-]*$/;
const WORD = /^[A-Za-z0-9_-]+$/;
const TOKEN = /^[A-Za-z0-9:/+._-]*$/;
const WHOLE_NUMBER = /^(0|-?[1-9][0-9]*)$/;
const DRAWING = /^[A-Za-z0-9 \n#%.,()+_-]*$/;
const ROUTE = /^\/[a-z0-9-]+(\/[a-z0-9-]+)*(#.*)?$/;
/** No blanks, no controls: a URL parser drops some of them, and we do not guess which. */
const PRINTABLE = /^[^\u0000-\u0020\u007f]+$/;

const ATTACHMENT = "attachment:";

const isId: Check = (value) => ID.test(value) && !value.startsWith(rules.reserved_prefix);
const isWord = (word: string): boolean => WORD.test(word) && !word.startsWith(rules.reserved_prefix);

const CHECKS: Readonly<Record<string, Check>> = {
  id: isId,
  id_list: (value, typeOf) => value.split(" ").every((id) => isId(id, typeOf)),
  words: (value) => value === "" || value.split(" ").every(isWord),
  token: (value) => value.length <= rules.limits.token && TOKEN.test(value),
  text: () => true,
  whole_number: (value) => WHOLE_NUMBER.test(value) && Math.abs(Number(value)) <= rules.limits.whole_number,
  link: isLink,
  image: (value, typeOf) => rules.links.images.includes(typeOf(attachmentKey(value) ?? "") ?? ""),
};

/** What an attribute may hold, by its name. */
const CHECK_OF: ReadonlyMap<string, Check> = new Map(
  Object.entries(rules.values).flatMap(([rule, named]): [string, Check][] =>
    Array.isArray(named)
      ? named.map((name): [string, Check] => [name, CHECKS[rule] ?? (() => false)])
      : Object.entries(named).map(([name, values]) => [name, (value) => values.includes(value)]),
  ),
);

const isDrawing: Check = (value) => DRAWING.test(value) && !value.toLowerCase().includes("url(");

/** The key in `attachment:<key>`, or nothing. */
export function attachmentKey(link: string): string | null {
  return link.startsWith(ATTACHMENT) ? link.slice(ATTACHMENT.length) : null;
}

function isLink(value: string, typeOf: TypeOf): boolean {
  const key = attachmentKey(value);
  if (key !== null) return typeOf(key) !== undefined;
  if (value.startsWith("#")) return isId(value.slice(1), typeOf);
  if (value.startsWith("/")) return isRoute(value, typeOf);
  return PRINTABLE.test(value) && rules.links.schemes.some((scheme) => hasScheme(value, scheme));
}

function isRoute(value: string, typeOf: TypeOf): boolean {
  const anchor = value.split("#").slice(1).join("#");
  return ROUTE.test(value) && (!value.includes("#") || isId(anchor, typeOf));
}

function hasScheme(value: string, scheme: string): boolean {
  const start = scheme === "mailto" ? "mailto:" : `${scheme}://`;
  return value.startsWith(start) && value.length > start.length;
}

/**
 * Reads a tree as it stands in a section's JSON.
 *
 * Throws a {@link Refusal} (`damaged`) at the first thing that the allow-list does not hold.
 */
export function parseTree(value: unknown, typeOf: TypeOf): Tree {
  return new Parser(typeOf).node(value, 0, "html");
}

const damaged = (why: string): Refusal => new Refusal("damaged", `tree: ${why}`);

/** Counts while it reads, so that a bomb is refused before it is whole. */
class Parser {
  private nodes = 0;
  private text = 0;

  constructor(private readonly typeOf: TypeOf) {}

  node(value: unknown, depth: number, space: Namespace): Tree {
    this.nodes += 1;
    if (this.nodes > rules.limits.nodes) throw damaged("too many nodes");
    if (typeof value === "string") return this.counted(value);
    if (!Array.isArray(value)) throw damaged("neither text nor element");
    return this.element(value, depth + 1, space);
  }

  private counted(text: string): string {
    this.text += text.length;
    if (this.text > rules.limits.text) throw damaged("too much text");
    return text;
  }

  private element(parts: readonly unknown[], depth: number, outer: Namespace): TreeElement {
    const [name, second] = parts;
    if (depth > rules.limits.depth) throw damaged("too deep");
    if (typeof name !== "string") throw damaged("element without a name");
    const space = name === "svg" ? "svg" : outer;
    if (!rules.elements[space].includes(name)) throw damaged(`element ${name}`);
    const given = isMembers(second);
    const children = parts.slice(given ? 2 : 1);
    if (children.length > 0 && rules.elements.void.includes(name)) throw damaged(`${name} with children`);
    return {
      name,
      svg: space === "svg",
      attributes: given ? this.attributes(second, name, space) : [],
      children: children.map((child) => this.node(child, depth, space)),
    };
  }

  private attributes(given: Record<string, unknown>, element: string, space: Namespace): [string, string][] {
    return Object.entries(given).map(([name, value]) => {
      if (typeof value !== "string" || !isAllowed(name, element, space)) throw damaged(`${name} on ${element}`);
      const check = CHECK_OF.get(name) ?? isDrawing;
      const fits = value.length <= rules.limits.attribute && check(value, this.typeOf);
      if (!fits) throw damaged(`the value of ${name} on ${element}`);
      return [name, value];
    });
  }
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const ATTRIBUTES: Readonly<Record<Namespace, ReadonlyMap<string, readonly string[]>>> = {
  html: new Map(Object.entries(rules.attributes.html)),
  svg: new Map(Object.entries(rules.attributes.svg)),
};

function isAllowed(name: string, element: string, space: Namespace): boolean {
  const allowed = ATTRIBUTES[space];
  return [allowed.get("*"), allowed.get(element)].some((names) => names?.includes(name));
}
