/** What is wrong with the tree, over the last good site. Everything in it is text: it quotes what somebody wrote. */

import { el } from "./element";
import type { Complaint, ComplaintPlace, Complaints } from "./preview-server";

/** The panel. */
export class Overlay {
  private readonly heading = el("h2", { id: "preview-wrong", tabindex: "-1" });
  private readonly list = el("div", { class: "preview-list", tabindex: "0", role: "group", "aria-labelledby": "preview-wrong" });
  /** Told at once; the list is read by whoever goes there. */
  private readonly alert = el("p", { class: "preview-alert", role: "alert" });
  readonly element: HTMLElement;

  /** @param hidden called when the reader has put it away. */
  constructor(private readonly hidden: () => void) {
    const hide = el("button", { class: "preview-button", type: "button" }, "Hide");
    hide.addEventListener("click", () => this.hide());
    const head = el("div", { class: "preview-head" }, this.heading, hide);
    this.element = el("section", { class: "preview-overlay", role: "dialog", "aria-labelledby": "preview-wrong", hidden: "" }, head, this.alert, this.list);
    document.addEventListener("keydown", (event) => {
      const isElsewhere = document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !this.element.hidden && !isElsewhere) this.hide();
    });
  }

  /** Shows what is wrong, or goes where nothing is. `behind`: there is a good site below. */
  show(complaints: Complaints | null, behind: boolean): void {
    this.element.hidden = complaints === null;
    if (complaints === null) {
      this.alert.textContent = "";
      return this.list.replaceChildren();
    }
    this.heading.textContent = complaints.trouble === null ? complaints.summary : "The site cannot be made";
    this.alert.textContent = behind ? "Behind this is the site as it last was in order." : "The site comes as soon as this is mended.";
    const more = complaints.more === 0 ? [] : [el("p", {}, `and ${complaints.more} more: \`gradus check\` shows them all`)];
    this.list.replaceChildren(...troubleOf(complaints), ...complaints.diagnostics.map(complaintItem), ...more);
    this.list.scrollTop = 0;
  }

  /** Shows what was put away. */
  reveal(): void {
    this.element.hidden = false;
    this.heading.focus();
  }

  private hide(): void {
    this.element.hidden = true;
    this.hidden();
  }
}

function troubleOf({ trouble }: Complaints): Node[] {
  if (trouble === null) return [];
  const causes = trouble.causes.map((cause) => el("p", {}, `caused by: ${cause}`));
  return [el("article", { class: "preview-complaint", "data-severity": "error" }, el("pre", {}, trouble.message), ...causes, ...helpOf(trouble.help))];
}

function complaintItem(complaint: Complaint): HTMLElement {
  const { code, severity, message, place, label, related, help } = complaint;
  const title = el("h3", {}, el("span", { class: "preview-code" }, `${severity} ${code}`), " ", message);
  const others = related.flatMap(({ why, place: other }) => [el("p", {}, why), ...placeOf(other, null)]);
  return el("article", { class: "preview-complaint", "data-severity": severity }, title, ...placeOf(place, label), ...others, ...helpOf(help));
}

function placeOf({ file, line, column, text }: ComplaintPlace, label: string | null): Node[] {
  const at = el("p", { class: "preview-place" }, `${file}:${line}:${column}`);
  if (text === null) return [at];
  const number = el("span", { class: "preview-line" }, `${line} `);
  const words = label === null ? [] : [el("span", { class: "preview-label" }, ` ${label}`)];
  return [at, el("pre", {}, number, text.before, el("mark", {}, text.marked === "" ? " " : text.marked), text.after, ...words)];
}

const helpOf = (help: string | null): Node[] => (help === null ? [] : [el("p", { class: "preview-help" }, `help: ${help}`)]);
