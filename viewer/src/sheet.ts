/** A dialog over the page, with a name, a way to close it, and what it is about. */

import { el } from "./element";

/** The dialog. Closes by its button, by Escape, and by a click beside it. */
export function sheet(name: string, ...content: readonly Node[]): HTMLDialogElement {
  const close = el("button", { class: "btn", type: "button" }, "Close");
  const head = el("div", { class: "gradus-help-head" }, el("h2", {}, name), close);
  const dialog = el("dialog", { class: "gradus-dialog gradus-help", "aria-label": name }, head, ...content);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
