/** Buttons that copy: the link of a place, or a text as markdown. */

import { el, icon } from "./element";

/** Writes to the clipboard, and tells the reader how it went. */
export class Clipboard {
  /** @param say told to the reader, aloud too. */
  constructor(private readonly say: (sentence: string) => void) {}

  /** Copies `text`; `done` is told when it is there. */
  async copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      this.say("This browser does not let the page copy: mark the text and copy it yourself.");
    }
  }
}

/** Puts a "copy link" button beside every second-level heading and into every card that has a place of its own. */
export function addLinkButtons(root: ParentNode, linkTo: (id: string) => string, clipboard: Clipboard): void {
  const button = (id: string, title: string): HTMLButtonElement => {
    const made = el("button", { class: "gradus-link", type: "button", "aria-label": `Copy link to ${title}`, title: "Copy link" }, icon("link"));
    made.addEventListener("click", () => void clipboard.copy(linkTo(id), "Link copied. It opens only for those whose key opens this page."));
    return made;
  };
  for (const heading of root.querySelectorAll("h2:not(.vh)")) {
    const id = heading.closest("section[id]")?.id ?? heading.id;
    if (id !== "") heading.after(button(id, heading.textContent.trim()));
  }
  for (const card of root.querySelectorAll<HTMLElement>("details.card[id], article[id]")) {
    const title = card.querySelector("h3");
    if (title === null) continue;
    const made = button(card.id, title.textContent.trim());
    // Inside a summary, a second control would be lost on readers of screens.
    if (card instanceof HTMLDetailsElement) card.append(el("div", { class: "gradus-card-tools" }, made));
    else title.after(made);
  }
}

/** Puts "Copy as Markdown" before every block that holds markdown as text. */
export function addMarkdownButtons(root: ParentNode, clipboard: Clipboard): void {
  for (const block of root.querySelectorAll<HTMLElement>('[data-slot="markdown"]')) {
    const button = el("button", { class: "btn gradus-markdown", type: "button" }, icon("copy"), el("span", {}, "Copy as Markdown"));
    button.addEventListener("click", () => void clipboard.copy(block.textContent, "Copied as Markdown."));
    block.before(button);
  }
}
