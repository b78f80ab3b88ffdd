/** The lock page's way in for a reader whose key this device keeps. */

import { forgetButton } from "./device-sheet";
import { el } from "./element";
import { recallWrapped, type Wrapped } from "./memory";
import type { Secret } from "./unlock";

/** What stands before the lock page's form; empty where this device keeps no key. */
export class Door {
  readonly element = el("div", {});

  /** @param path of the site's folder. @param run unlocks, and tells how it went. */
  constructor(
    private readonly path: string,
    private readonly run: (secret: Secret) => void,
  ) {}

  /** Draws it as things stand, with nothing of before in it. */
  renew(): void {
    const wrapped = recallWrapped(this.path);
    this.element.className = wrapped === null ? "" : "gradus-door";
    this.element.replaceChildren(...(wrapped === null ? [] : [this.way(wrapped), forgetButton(this.path, () => this.renew())]));
  }

  private way(wrapped: Wrapped): HTMLElement {
    return wrapped.by === "passkey" ? this.passkeyButton(wrapped) : this.passphraseForm(wrapped);
  }

  private passkeyButton(wrapped: Wrapped): HTMLElement {
    const button = el("button", { class: "go", type: "button" }, "Unlock with your passkey");
    button.addEventListener("click", () => this.run({ kind: "device", wrapped, passphrase: "" }));
    return button;
  }

  private passphraseForm(wrapped: Wrapped): HTMLElement {
    const field = el("input", { id: "gradus-device-key", type: "password", autocomplete: "current-password", required: "" });
    const label = el("label", { for: field.id }, "Passphrase for this device");
    const form = el("form", { class: "field" }, label, field, el("button", { class: "go" }, "Unlock on this device"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run({ kind: "device", wrapped, passphrase: field.value });
    });
    return form;
  }
}
