/** The bar that says whose eyes the preview borrows, and lends others. */

import { el } from "./element";
import type { PreviewReader } from "./preview-server";

/** What the address calls the locked page. */
export const NOBODY = "nobody";

/** What the bar does. */
export interface BarCommands {
  /** Begins anew as that reader, or as {@link NOBODY}. */
  readonly pick: (id: string) => void;
  readonly showComplaints: () => void;
}

/** The bar, at the foot of every page. */
export class Bar {
  private readonly picker = el("select", { id: "preview-reader" });
  private readonly words = el("span", { class: "preview-words" });
  private readonly wrong = el("button", { class: "preview-button", type: "button", hidden: "" });
  private readonly status = el("span", { class: "preview-status", role: "status" });
  readonly element = el(
    "aside",
    { class: "preview-bar", "aria-label": "Preview" },
    el("label", { for: "preview-reader" }, "Preview as"),
    this.picker,
    this.words,
    this.status,
    this.wrong,
  );

  constructor(commands: BarCommands) {
    this.picker.addEventListener("change", () => commands.pick(this.picker.value));
    this.wrong.addEventListener("click", commands.showComplaints);
  }

  /** Names everyone, and who reads now. */
  setReaders(readers: readonly PreviewReader[], current: string): void {
    const people = readers.map(({ id, name }) => el("option", { value: id }, name === id ? id : `${name} (${id})`));
    const nobody = el("option", { value: NOBODY }, "nobody (locked page)");
    if (document.activeElement === this.picker && this.names() === [...readers.map(({ id }) => id), NOBODY].join()) return;
    this.picker.replaceChildren(...people, nobody);
    this.picker.value = current;
    this.words.textContent = wordsOn(readers.find(({ id }) => id === current));
  }

  /** Offers to show what is wrong; nothing: all is well, or it is shown. */
  setWrong(summary: string | null): void {
    this.wrong.hidden = summary === null;
    this.wrong.textContent = summary === null ? "" : `Show ${summary}`;
  }

  /** Says how the preview itself is doing; nothing where it does well. */
  say(sentence: string): void {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  private names(): string {
    return [...this.picker.options].map(({ value }) => value).join();
  }
}

function wordsOn(reader: PreviewReader | undefined): string {
  if (reader === undefined) return "what everyone sees who has no key";
  return reader.has_own_key ? "what they would see" : "what they would see, once they have a key";
}
