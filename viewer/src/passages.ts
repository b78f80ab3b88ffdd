/** What can be searched: pages cut into passages, each with the place that it is found at. No DOM here. */

import type { PagePart, Section } from "./section";
import type { Tree, TreeElement } from "./tree";

/** What a passage belongs to, in the order that results are shown in. */
export const TOPICS = ["people", "expectations", "feedback", "rubric", "elsewhere"] as const;
/** One of {@link TOPICS}. */
export type Topic = (typeof TOPICS)[number];

/** A stretch of a page under one heading. */
export interface Passage {
  readonly topic: Topic;
  readonly route: string;
  /** The place in the page; nothing: its top. */
  readonly anchor: string | null;
  /** The title of the page. */
  readonly page: string;
  /** The heading that it stands under; empty at the top of a page. */
  readonly heading: string;
  readonly text: string;
}

/** A passage that is being read. */
interface Draft {
  readonly topic: Topic;
  readonly anchor: string | null;
  heading: string;
  text: string;
}

/** Elements that do not end a word. */
const INLINE: readonly string[] = ["a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "mark", "s", "strong", "sub", "sup", "u", "wbr"];
const HEADINGS: readonly string[] = ["h1", "h2", "h3", "h4", "h5", "h6"];
/** Elements that end a word, and not a line. */
const SPACED: readonly string[] = ["cite", "dfn", "kbd", "q", "samp", "small", "span", "time", "var"];
/** Elements that are passages of their own where they have an id. */
const CONTAINERS: readonly string[] = ["article", "details", "section"];

const attribute = (tree: TreeElement, name: string): string | null => tree.attributes.find(([key]) => key === name)?.[1] ?? null;

/** The passages of all pages of a section, each text once; no page is cut before its first passage is asked for. */
export function* passagesOf(section: Section): Generator<Passage, void> {
  const seen = new Set<string>();
  for (const page of section.pages) {
    for (const passage of passagesIn(page)) {
      // An expectation stands on the portfolio and on its cycle's page: one result is enough.
      const same = `${passage.topic}\n${passage.heading}\n${passage.text}`;
      if (!seen.has(same)) yield passage;
      seen.add(same);
    }
  }
}

function passagesIn(page: PagePart): Passage[] {
  const rubric = page.route.startsWith("rubric");
  const reader = new Reader(rubric);
  reader.read(page.tree, reader.start(rubric ? "rubric" : "elsewhere", null));
  return reader.drafts.map(({ topic, anchor, heading, text }) => {
    return { topic, anchor, route: page.route, page: page.title, heading: oneLine(heading), text: oneLine(text) };
  }).filter(({ heading, text }) => heading !== "" || text !== "");
}

/** Lines become parts of one line. */
const oneLine = (written: string): string => written.trim().replace(/\s*\n\s*/g, " · ").replace(/\s+/g, " ");

class Reader {
  readonly drafts: Draft[] = [];

  constructor(private readonly rubric: boolean) {}

  start(topic: Topic, anchor: string | null): Draft {
    const draft = { topic, anchor, heading: "", text: "" };
    this.drafts.push(draft);
    return draft;
  }

  read(tree: Tree, draft: Draft): void {
    if (typeof tree === "string") draft.text += tree.replace(/\s+/g, " ");
    else if (tree.svg || attribute(tree, "aria-hidden") === "true") draft.text += " ";
    else this.element(tree, this.own(tree) ?? draft);
  }

  private element(tree: TreeElement, draft: Draft): void {
    if (draft.heading === "" && isHeading(tree)) {
      draft.heading = textIn(tree);
      return;
    }
    const gap = gapOf(tree.name);
    draft.text += gap;
    for (const child of tree.children) this.read(child, draft);
    draft.text += gap;
  }

  /** The passage that begins here, if one does. */
  private own(tree: TreeElement): Draft | null {
    const anchor = anchorOf(tree);
    return anchor === null ? null : this.start(this.topicOf(tree), anchor);
  }

  private topicOf(tree: TreeElement): Topic {
    if (this.rubric) return "rubric";
    if (tree.name === "details") return "expectations";
    return tree.name === "article" ? "feedback" : "elsewhere";
  }
}

function anchorOf(tree: TreeElement): string | null {
  if (CONTAINERS.includes(tree.name)) return attribute(tree, "id");
  const head = tree.name === "tr" ? tree.children.find((child) => typeof child !== "string" && child.name === "th") : undefined;
  return head === undefined || typeof head === "string" ? null : attribute(head, "id");
}

/** A row's head names its cells as a heading names what follows it. */
function isHeading(tree: TreeElement): boolean {
  return HEADINGS.includes(tree.name) || (tree.name === "th" && attribute(tree, "id") !== null);
}

/** What stands between an element's text and the text around it. */
function gapOf(name: string): string {
  if (INLINE.includes(name)) return "";
  return SPACED.includes(name) ? " " : "\n";
}

/** All text in a heading, as a reader sees it. */
function textIn(tree: Tree): string {
  if (typeof tree === "string") return tree;
  if (tree.svg) return "";
  const gap = INLINE.includes(tree.name) ? "" : " ";
  return `${gap}${tree.children.map(textIn).join("").trim()}${gap}`;
}
