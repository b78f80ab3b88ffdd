/** A reader's open site in the preview: unlocked as by a pasted key, and drawn anew without losing the place. */

import { parseAddress } from "./address";
import type { Gate } from "./gate";
import { base, fetchFile } from "./host";
import { outcomeOf, type Fault } from "./outcome";
import { placeNow } from "./preview-place";
import { fetchIdentity } from "./preview-server";
import { IDLE_MS, Session } from "./session";
import { unlock, type Secret, type Unlocked } from "./unlock";
import { View } from "./view";

/** An open site. */
export class Reading {
  private view: View;
  private readonly session: Session;
  /** Locked, by the reader or by time. */
  isLocked = false;

  private constructor(
    private readonly id: string,
    private readonly gate: Gate,
    unlocked: Unlocked,
  ) {
    this.view = this.viewOf(unlocked);
    this.session = new Session(`gradus:${base.pathname}`, {
      tick: (leftMs) => this.view.chrome.setLeft(leftMs),
      locked: () => {
        this.isLocked = true;
        this.view.close();
        this.gate.show();
      },
    });
  }

  /** Opens the site as somebody. Gives a fault where it does not open. */
  static async begin(id: string, gate: Gate): Promise<Reading | Fault> {
    const outcome = await unlocked(id);
    if (outcome.kind === "refused") return outcome.fault;
    gate.hide();
    const reading = new Reading(id, gate, outcome.value);
    await reading.view.open();
    return reading;
  }

  /** Shows the newest generation in the place of the one on screen. Says whether it could. */
  async renew(): Promise<boolean> {
    const outcome = await unlocked(this.id);
    if (outcome.kind === "refused") return false;
    await ready(outcome.value);
    await dialogsClosed();
    if (!this.isLocked) await this.exchange(outcome.value);
    return true;
  }

  private async exchange(fresh: Unlocked): Promise<void> {
    const place = placeNow();
    this.view.close();
    this.gate.show(); // the view takes the site's mark from there
    this.gate.hide();
    this.view = this.viewOf(fresh);
    await this.view.open();
    place.restore();
  }

  private viewOf({ library }: Unlocked): View {
    const view = new View(library, () => this.session.lock());
    view.chrome.setLeft(IDLE_MS);
    return view;
  }
}

/** Nothing is remembered of a site that ends with its server. */
async function unlocked(id: string): ReturnType<typeof outcomeOf<Unlocked>> {
  return outcomeOf(async () => {
    const secret: Secret = { kind: "identity", text: await fetchIdentity(id) };
    return unlock(secret, { fetch: fetchFile, memory: () => ({ build: null, signer: null }), progress: () => {}, now: Date.now() });
  });
}

/** Opens what the page on screen needs, so that it can be drawn at one stroke. */
async function ready({ library }: Unlocked): Promise<void> {
  const address = parseAddress(location.hash);
  await Promise.all([library.pagesOf(`people/${library.reader.id}`), address === null ? null : library.visit(address)]);
}

/** What somebody types in is not taken from under their hands. */
async function dialogsClosed(): Promise<void> {
  for (let open = openDialog(); open !== null; open = openDialog()) {
    const dialog = open;
    await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  }
}

const openDialog = (): HTMLDialogElement | null => document.querySelector("dialog[open]");
