/** One page of every kind in example-org, and the reader who sees most of it. */

/** A page behind the lock. */
export interface Kind {
  readonly name: string;
  readonly reader: string;
  readonly route: string;
}

/** The sealed kinds. */
export const KINDS: readonly Kind[] = [
  { name: "portfolio", reader: "ada", route: "people/ada" },
  { name: "portfolio-for-lead", reader: "grace", route: "people/ada" },
  { name: "portfolio-of-a-lead", reader: "grace", route: "people/grace" },
  { name: "portfolio-of-someone-new", reader: "noor", route: "people/noor" },
  { name: "portfolio-with-a-closed-plan", reader: "pawel", route: "people/pawel" },
  { name: "cycle", reader: "ada", route: "people/ada/2026-h1" },
  { name: "cycle-of-a-colleague", reader: "ada", route: "people/linus/2026-h1" },
  { name: "cycle-for-lead", reader: "grace", route: "people/ada/2026-h1" },
  { name: "improvement-plan", reader: "pawel", route: "people/pawel/2025-h2" },
  { name: "team", reader: "grace", route: "team/grace" },
  { name: "rubric-index", reader: "grace", route: "rubric" },
  { name: "rubric", reader: "ada", route: "rubric/ic" },
  { name: "level", reader: "grace", route: "rubric/ic/l4" },
  { name: "cycles", reader: "ada", route: "cycles" },
  { name: "next-level", reader: "ada", route: "people/ada/next" },
  { name: "promotion-packet", reader: "ada", route: "people/ada/packet" },
  { name: "area", reader: "ada", route: "rubric/ic/area/technical" },
  { name: "versions", reader: "ada", route: "rubric/ic/changes/1" },
  { name: "director-team", reader: "barbara", route: "team/barbara" },
  { name: "side-by-side", reader: "barbara", route: "team/barbara/expectations" },
  { name: "talent", reader: "barbara", route: "team/grace/talent" },
  { name: "teams", reader: "miriam", route: "teams" },
  { name: "organisation", reader: "ada", route: "org" },
];

/** The plain ones, by path. */
export const PUBLIC: readonly (readonly [name: string, path: string])[] = [
  ["public-rubric-index", "rubric/"],
  ["public-rubric", "rubric/ic/"],
  ["public-level", "rubric/ic/l4/"],
  ["public-area", "rubric/ic/area/technical/"],
];
