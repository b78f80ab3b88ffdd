/** The level switch of a rubric: on small screens one level's cells show at a time. */

/** Makes `[data-level-switch] a[data-level]` show the cells of their level, by class `on`. `start` is shown first, where it is one. */
export function wireLevelSwitches(root: ParentNode, start: string | null): void {
  for (const choice of root.querySelectorAll<HTMLAnchorElement>("[data-level-switch] a[data-level]")) {
    choice.addEventListener("click", (event) => {
      event.preventDefault();
      choose(root, choice.dataset["level"] ?? "");
    });
    if (choice.dataset["level"] === start) choose(root, start);
  }
}

function choose(root: ParentNode, level: string): void {
  for (const marked of root.querySelectorAll<HTMLElement>("[data-level]")) {
    const here = marked.dataset["level"] === level;
    if (marked.closest("[data-level-switch]") === null) marked.classList.toggle("on", here);
    else markCurrent(marked, here);
  }
}

function markCurrent(choice: Element, current: boolean): void {
  if (current) choice.setAttribute("aria-current", "true");
  else choice.removeAttribute("aria-current");
}
