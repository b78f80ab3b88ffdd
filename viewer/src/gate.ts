/** The lock page: the shell's static HTML, made to work. */

import { againButton, alertBox, el } from "./element";
import { fileText, looksLikeKey } from "./identity";
import { COMPARE, REPLACED, WRAPPED } from "./outcome";
import type { Replaced } from "./site";
import { wrappedIn, type Secret } from "./unlock";

/** An identity file is a few lines; nobody's key is longer than this. */
const FILE_BYTES_MAX = 65_536;

/** Another way in, which stands before the form. */
export interface WayIn {
  readonly element: HTMLElement;
  /** Draws it as things stand, with nothing of before in it. */
  readonly renew: () => void;
}

/** The lock page and its fields. */
export class Gate {
  private readonly nodes: readonly Node[];
  private readonly form = this.part("gradus-form", HTMLFormElement);
  private readonly key = this.part("gradus-key", HTMLInputElement);
  private readonly loginRow = this.part("gradus-login-row", HTMLElement);
  private readonly login = this.part("gradus-login", HTMLInputElement);
  private readonly file = this.part("gradus-file", HTMLInputElement);
  private readonly drop = this.part("gradus-drop", HTMLElement);
  private readonly failure = this.part("gradus-failure", HTMLElement);
  private readonly progress = this.part("gradus-progress", HTMLElement);
  private readonly meter = this.part("gradus-meter", HTMLProgressElement);
  private readonly button = this.part("gradus-unlock", HTMLButtonElement);
  private readonly classes = document.body.className;
  /** A whole identity file that was pasted: the field itself would drop its line ends. */
  private pasted: { readonly shown: string; readonly text: string } | null = null;

  /** A key file whose passphrase is still to be typed. */
  private wrapped: Uint8Array | null = null;
  private readonly shown = el("button", { class: "show", type: "button", "aria-pressed": "false", "aria-controls": this.key.id }, "Show");

  private way: WayIn | null = null;

  /** @param unlock called with what the reader gave; never while it is still at work. */
  constructor(private readonly unlock: (secret: Secret) => Promise<void>) {
    this.nodes = [...document.body.childNodes];
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.key.addEventListener("input", () => this.askForLogin());
    this.key.addEventListener("paste", (event) => this.paste(event));
    this.file.addEventListener("change", () => void this.take(this.file.files));
    this.shown.addEventListener("click", () => this.showTyped(this.key.type === "password"));
    this.key.before(this.shown);
    this.wireDrop();
    this.part("gradus-skip", HTMLAnchorElement).addEventListener("click", (event) => {
      event.preventDefault(); // the fragment is the page that is asked for
      this.key.focus();
    });
    // Until here the page says that it did not load whole.
    document.getElementById("gradus-unready")?.remove();
    for (const field of this.fields) field.disabled = false;
  }

  /** Puts another way in before the form. */
  offer(way: WayIn): void {
    this.way = way;
    way.renew();
    this.form.before(way.element);
  }

  /** Shows the lock page anew, with nothing of before in it. */
  show(): void {
    this.empty();
    this.tell(null);
    this.setBusy(false);
    document.body.className = this.classes;
    document.body.replaceChildren(...this.nodes);
    this.askForLogin();
    (this.way?.element.querySelector<HTMLElement>("input, button") ?? this.key).focus();
  }

  /** Leaves the page to the open site; what was typed goes. */
  hide(): void {
    this.empty();
    document.body.className = "";
  }

  /** Says why it does not open, or takes that back; `again` is offered where another try may go better. */
  tell(sentence: string | null, again: (() => void) | null = null): void {
    const ways = again === null ? [] : [againButton(again)];
    this.failure.replaceChildren(...(sentence === null ? [] : [alertBox(sentence), ...ways]));
    this.key.setAttribute("aria-invalid", String(sentence !== null));
  }

  /** Asks whether a site is to be believed that is at an address where the reader knew another one. */
  ask({ before, now }: Replaced, accept: () => void): void {
    this.tell(REPLACED);
    this.key.setAttribute("aria-invalid", "false");
    const button = el("button", { class: "btn", type: "button" }, "This is a new site");
    button.addEventListener("click", accept);
    const facts = (when: string, { signer, site }: Replaced["before"]): HTMLElement[] =>
      [el("dt", {}, when), el("dd", {}, "Publisher ", el("code", {}, signer)), el("dd", {}, "Site ", el("code", {}, site))];
    const list = el("dl", {}, ...facts("Before", before), ...facts("Now", now));
    this.failure.append(el("div", { class: "gradus-replaced", role: "group", "aria-label": "Is this a new site?", tabindex: "-1" }, list, el("p", {}, COMPARE), button));
  }

  /** Says why it will never open here, and takes the fields away. */
  refuse(sentence: string): void {
    this.tell(sentence);
    this.way?.element.remove();
    for (const field of this.fields) field.disabled = true;
  }

  private get fields(): (HTMLInputElement | HTMLButtonElement)[] {
    return [this.key, this.login, this.file, this.button];
  }

  private showTyped(is: boolean): void {
    this.key.type = is ? "text" : "password";
    this.shown.setAttribute("aria-pressed", String(is));
    this.shown.textContent = is ? "Hide" : "Show";
  }

  /** From 0 to 1. */
  setProgress(done: number): void {
    this.progress.hidden = false;
    this.meter.value = done;
  }

  private part<T extends Element>(id: string, type: new () => T): T {
    const element = document.getElementById(id);
    if (!(element instanceof type)) throw new Error(`the shell has no ${id}`);
    return element;
  }

  private empty(): void {
    this.form.reset();
    this.pasted = null;
    this.wrapped = null;
    this.showTyped(false);
    this.way?.renew();
  }

  private setBusy(busy: boolean): void {
    this.button.disabled = busy;
    this.form.setAttribute("aria-busy", String(busy));
    this.progress.hidden = true;
  }

  private askForLogin(): void {
    const typed = this.key.value;
    this.loginRow.hidden = this.wrapped !== null || typed === "" || looksLikeKey(typed);
  }

  private paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const line = text.split("\n").find((part) => part.trim().toUpperCase().startsWith("AGE-SECRET-KEY-"));
    if (line === undefined || !text.trim().includes("\n")) return;
    event.preventDefault();
    this.key.value = line.trim();
    this.pasted = { shown: this.key.value, text };
    this.askForLogin();
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    void this.run(this.secret());
  }

  private secret(): Secret {
    const typed = this.key.value;
    if (this.pasted?.shown === typed) return { kind: "identity", text: this.pasted.text };
    if (looksLikeKey(typed)) return { kind: "identity", text: typed };
    if (this.wrapped !== null) return { kind: "file", wrapped: this.wrapped, passphrase: typed };
    return { kind: "login", login: this.login.value, passphrase: typed };
  }

  /** Unlocks, unless it is at work already. */
  run(secret: Secret): Promise<void> {
    return this.work(() => this.unlock(secret));
  }

  /** Does something that takes a while, unless it is at work already. */
  async work(work: () => Promise<void>): Promise<void> {
    if (this.button.disabled) return;
    this.tell(null);
    this.setBusy(true);
    await work();
    this.setBusy(false);
    this.takeFocus();
  }

  /** Takes the focus that was on what is disabled or gone by now: to what is asked, or to the field. */
  private takeFocus(): void {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (!isLost || !this.form.isConnected) return;
    (this.failure.querySelector<HTMLElement>(".gradus-replaced") ?? this.key).focus();
  }

  private async take(files: FileList | null | undefined): Promise<void> {
    const file = files?.[0];
    if (file === undefined) return;
    const bytes = file.size <= FILE_BYTES_MAX ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
    this.file.value = ""; // so that the same file can be chosen again
    this.wrapped = wrappedIn(bytes);
    if (this.wrapped === null) return this.run({ kind: "identity", text: fileText(bytes) });
    this.tell(null);
    this.failure.replaceChildren(el("p", { role: "status" }, WRAPPED));
    this.key.value = "";
    this.askForLogin();
    this.key.focus();
  }

  private wireDrop(): void {
    const over = (event: DragEvent, is: boolean): void => {
      event.preventDefault();
      this.drop.classList.toggle("over", is);
    };
    this.form.addEventListener("dragover", (event) => over(event, true));
    this.form.addEventListener("dragleave", (event) => over(event, false));
    this.form.addEventListener("drop", (event) => {
      over(event, false);
      void this.take(event.dataTransfer?.files);
    });
  }
}
