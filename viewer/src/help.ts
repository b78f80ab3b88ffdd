/** The help sheet: which keys do what, and a switch for readers whose software types keys of its own. */

import { el } from "./element";
import type { KeyKind } from "./identity";
import { recallKeys, rememberKeys } from "./memory";
import { sheet } from "./sheet";
import { KEYS } from "./shortcuts";

/** Keys that only those with a team have a use for. */
const OF_TEAMS = "g t";

/** The dialog. @param hasTeam whether the reader has a team page. @param keys what the site is sealed to. */
export function helpSheet(hasTeam: boolean, keys: KeyKind): HTMLDialogElement {
  const rows = KEYS.filter(([keys]) => hasTeam || keys !== OF_TEAMS).map(([keys, what]) => row(keys, what));
  const table = el("dl", { class: "gradus-keys" }, ...rows, row("Esc", "Close what is open"));
  return sheet("Keyboard", table, keySwitch(), sealedTo(keys));
}

function row(keys: string, what: string): HTMLElement {
  const pressed = keys.split(" ").flatMap((key, at) => (at === 0 ? [el("kbd", {}, key)] : [" then ", el("kbd", {}, key)]));
  return el("div", {}, el("dt", {}, ...pressed), el("dd", {}, what));
}

function sealedTo(keys: KeyKind): HTMLElement {
  const kind = keys === "X25519" ? "X25519 keys" : "post-quantum keys (ML-KEM-768 with X25519)";
  return el("p", { class: "gradus-keys-kind" }, `Every page here is sealed to ${kind}.`);
}

function keySwitch(): HTMLElement {
  const box = el("input", { id: "gradus-keys-on", type: "checkbox" });
  box.checked = recallKeys();
  box.addEventListener("change", () => rememberKeys(box.checked));
  return el("p", { class: "gradus-keys-switch" }, box, el("label", { for: box.id }, "Single keys work on pages, outside of fields"));
}
