/** The sheet on which a reader lets this device keep their key, or forgets it. */

import { NO_PRF, PASSPHRASE_LENGTH_MIN, passkeyObstacle, passphraseObstacle, wrapWithPasskey, wrapWithPassphrase } from "./device";
import { alertBox, el } from "./element";
import { keepWrapped, recallWrapped, type Wrapped } from "./memory";
import { Refusal, SENTENCES } from "./outcome";
import { sheet } from "./sheet";

const NOT_KEPT = "This browser keeps nothing: its storage is off or full.";

/** The dialog. */
export class DeviceSheet {
  private readonly body = el("div", { class: "gradus-device" });
  private readonly status = el("div", { role: "status" });
  readonly dialog: HTMLDialogElement;

  /** @param path of the site's folder. @param identityFile made when it is to be wrapped. @param name of a passkey: neutral. */
  constructor(
    private readonly path: string,
    private readonly identityFile: () => string,
    private readonly name: string,
  ) {
    this.dialog = sheet("This device", this.body);
    this.dialog.addEventListener("close", () => this.body.replaceChildren()); // what was typed goes
  }

  /** Shows it, as things stand. */
  async open(): Promise<void> {
    const obstacle = await passkeyObstacle();
    this.draw(obstacle);
    this.dialog.showModal();
  }

  private draw(obstacle: string | null): void {
    const kept = recallWrapped(this.path);
    this.status.replaceChildren();
    this.body.replaceChildren(...(kept === null ? this.offers(obstacle) : this.keeping(kept)), this.status);
  }

  private offers(obstacle: string | null): Node[] {
    const why = el("p", {}, "This device can keep your key, encrypted, so that you need not bring it each time.");
    return [why, obstacle === null ? this.passkeyButton() : el("p", {}, obstacle), this.passphraseForm()];
  }

  private passkeyButton(): HTMLElement {
    const button = el("button", { class: "go", type: "button" }, "Remember on this device with a passkey");
    button.addEventListener("click", () => void this.keep(button, () => wrapWithPasskey(this.identityFile(), this.name)));
    return button;
  }

  private passphraseForm(): HTMLElement {
    const field = el("input", { id: "gradus-device-new", type: "password", autocomplete: "new-password", "aria-describedby": "gradus-device-help", required: "" });
    const help = el("p", { class: "h", id: "gradus-device-help" }, `At least ${PASSPHRASE_LENGTH_MIN} characters: whoever copies this browser's files can guess at it.`);
    const button = el("button", { class: "btn" }, "Stay unlocked on this device");
    const form = el("form", { class: "field" }, el("label", { for: field.id }, "Or a passphrase for this device"), field, help, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const obstacle = passphraseObstacle(field.value);
      if (obstacle !== null) return this.status.replaceChildren(alertBox(obstacle));
      void this.keep(button, () => wrapWithPassphrase(this.identityFile(), field.value, (done) => this.say(`Wrapping your key: ${Math.round(done * 100)} %`)));
    });
    return form;
  }

  private keeping({ by }: Wrapped): Node[] {
    // Whose it is, it does not say: several people may use one browser.
    const words = `This device keeps a key, encrypted. The lock page opens it with a ${by}.`;
    return [el("p", {}, words), forgetButton(this.path, () => void this.open())];
  }

  private async keep(button: HTMLButtonElement, wrap: () => Promise<Wrapped>): Promise<void> {
    if (button.disabled) return;
    button.disabled = true;
    try {
      const wrapped = await wrap();
      if (!this.dialog.open) return; // closed or locked meanwhile: not wanted any more
      if (keepWrapped(this.path, wrapped)) this.draw(null);
      else this.status.replaceChildren(alertBox(NOT_KEPT));
    } catch (error) {
      this.status.replaceChildren(alertBox(error instanceof Refusal ? SENTENCES[error.fault] : NO_PRF));
    }
    button.disabled = false;
  }

  private say(text: string): void {
    this.status.textContent = text;
  }
}

/** Forgets the key that this device keeps for the site at `path`, then calls `done`. */
export function forgetButton(path: string, done: () => void): HTMLButtonElement {
  const button = el("button", { class: "btn", type: "button" }, "Forget on this device");
  button.addEventListener("click", () => {
    keepWrapped(path, null);
    done();
  });
  return button;
}
