/** The reader's own level, marked in the rubric that it belongs to. */

import { el } from "./element";
import type { Section } from "./section";
import type { Tree } from "./tree";

/** A level of a track. */
export interface OwnLevel {
  /** `ic` */
  readonly track: string;
  /** `l4` */
  readonly level: string;
}

/** The level that a portfolio names for its subject: `data-level="ic/l4"` on the part with class `who`. No DOM here. */
export function ownLevelIn(sections: readonly Section[], subject: string): OwnLevel | null {
  const trees = sections.flatMap(({ pages }) => pages.filter(({ route }) => route === subject).map(({ tree }) => tree));
  const named = trees.map(levelOf).find((level) => level !== null) ?? "";
  const [track = "", level = "", ...more] = named.split("/");
  return track === "" || level === "" || more.length > 0 ? null : { track, level };
}

/** The level that a page names for its subject, as `ic/l4`. No DOM here. */
export function levelOf(tree: Tree): string | null {
  if (typeof tree === "string") return null;
  const { class: names = "", "data-level": level } = Object.fromEntries(tree.attributes) as Record<string, string | undefined>;
  if (level !== undefined && names.split(" ").includes("who")) return level;
  for (const child of tree.children) {
    const below = levelOf(child);
    if (below !== null) return below;
  }
  return null;
}

/** Whether a page is about what levels ask for. */
export const isRubric = (route: string): boolean => route === "rubric" || route.startsWith("rubric/");

/** Whether a page is about that track. */
export const isOfTrack = (route: string, { track }: OwnLevel): boolean => route === `rubric/${track}` || route.startsWith(`rubric/${track}/`);

/** Marks everything of the level by class `me`, says "You" on its rung and its page, and opens the step up from it. */
export function markOwnLevel(root: ParentNode, { level }: OwnLevel): void {
  const marked = [...root.querySelectorAll<HTMLElement>("[data-level]")];
  for (const element of marked.filter((one) => one.dataset["level"] === level)) {
    element.classList.add("me");
    if (element.matches(".rung, li, .level")) element.querySelector(".lv")?.after(" ", el("span", { class: "you" }, "You"));
  }
  root.querySelectorAll("thead .me").forEach(bringNear);
  const steps = marked.filter((one) => one instanceof HTMLDetailsElement);
  // At the top of a track there is no step up: the first stays open.
  if (steps.some((step) => step.classList.contains("me"))) steps.forEach((step) => (step.open = step.classList.contains("me")));
}

/** A wide matrix opens at the own level, with the one before it in sight. */
function bringNear(head: Element): void {
  const before = head.previousElementSibling ?? head;
  const scroller = head.closest(".scroll");
  const area = head.parentElement?.firstElementChild?.getBoundingClientRect().right ?? 0;
  if (scroller !== null && before.getBoundingClientRect().left > area) scroller.scrollLeft += before.getBoundingClientRect().left - area;
}
