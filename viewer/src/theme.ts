/** Light or dark: the system's choice until the reader makes one. */

import { recallTheme, rememberTheme, type Theme } from "./memory";

/** Applies what the reader chose before. */
export function applyTheme(): void {
  const chosen = recallTheme();
  if (chosen !== null) document.documentElement.dataset["theme"] = chosen;
}

/** Changes to the other one, and keeps it. */
export function switchTheme(): void {
  const next: Theme = present() === "dark" ? "light" : "dark";
  document.documentElement.dataset["theme"] = next;
  rememberTheme(next);
}

function present(): Theme {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return recallTheme() ?? (dark ? "dark" : "light");
}
