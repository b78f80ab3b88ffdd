/** Addresses: what the browser's history keeps instead of routes. */

import { addressParts } from "./derive";

/** The three parts of an address, each a keyed hash. */
export interface Address {
  readonly subject: string;
  readonly route: string;
  /** Nothing: the top of the page. */
  readonly anchor: string | null;
}

const ADDRESS = /^#\/([A-Za-z0-9_-]{8})([A-Za-z0-9_-]{8})(?:\/([A-Za-z0-9_-]{8}))?$/;

/** Whose page a route is: two segments for people and teams, else one. */
export function subjectOf(route: string): string {
  const segments = route.split("/");
  const two = segments[0] === "people" || segments[0] === "team";
  return segments.slice(0, two ? 2 : 1).join("/");
}

/** The parts of `location.hash`, or nothing where it is no address. */
export function parseAddress(hash: string): Address | null {
  const match = ADDRESS.exec(hash);
  if (match === null) return null;
  const [, subject = "", route = "", anchor = null] = match;
  return { subject, route, anchor };
}

/** Makes addresses with the site's route key. Remembers them: a page has the same links again and again. */
export class Addresses {
  private readonly hash: (text: string) => string;
  private readonly parts = new Map<string, string>();
  private readonly texts = new Map<string, string>();

  constructor(routeKey: Uint8Array) {
    this.hash = addressParts(routeKey);
  }

  /** `a(text)`. */
  part(text: string): string {
    const known = this.parts.get(text);
    if (known !== undefined) return known;
    const part = this.hash(text);
    this.parts.set(text, part);
    this.texts.set(part, text);
    return part;
  }

  /** The text that has that part: one that was made a link of before, else one of `others`. */
  textOf(part: string, others: Iterable<string>): string | undefined {
    const known = this.texts.get(part);
    if (known !== undefined) return known;
    for (const text of others) if (this.part(text) === part) return text;
    return undefined;
  }

  /** The address of a route, and of a place in it. */
  of(route: string, anchor?: string): string {
    const place = anchor === undefined ? "" : `/${this.part(anchor)}`;
    return `#/${this.part(subjectOf(route))}${this.part(route)}${place}`;
  }

  /** The address that a link to a page (`/route` or `/route#anchor`) leads to. */
  ofLink(link: string): string {
    const [route = "", anchor] = link.slice(1).split("#");
    return this.of(route, anchor);
  }
}
