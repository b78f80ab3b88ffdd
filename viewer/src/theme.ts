/** Light, dark, or as the system has it. */

import { recallTheme, rememberTheme, type Theme } from "./memory";

/** What the reader can choose; `auto` follows the system. */
export type Choice = Theme | "auto";

/** The one after each. */
const NEXT: Readonly<Record<Choice, Choice>> = { auto: "light", light: "dark", dark: "auto" };

/** What is chosen. */
export const chosenTheme = (): Choice => recallTheme() ?? "auto";

/** Applies what the reader chose before. */
export function applyTheme(): void {
  apply(chosenTheme());
}

/** Changes to the next choice, keeps it, and gives it. */
export function switchTheme(): Choice {
  const next = NEXT[chosenTheme()];
  rememberTheme(next === "auto" ? null : next);
  apply(next);
  return next;
}

function apply(choice: Choice): void {
  if (choice === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
}
