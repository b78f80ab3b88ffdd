/** The teams that a reader may open: for people who read more than one, and for those who lead none themselves. */

import { el } from "./element";
import type { Library } from "./library";

/** The route of that page; no section has it, since it is drawn here. */
export const TEAMS = "teams";

/** The managers whose teams the reader's key opens, by name: subject and name. */
export function teamsOf(library: Library): readonly (readonly [subject: string, name: string])[] {
  const teams = [...library.bySubject].filter(([subject]) => subject.startsWith("team/"));
  const byLead = teams.map(([subject, [ref]]): [string, string] => [subject, ref?.title ?? ""]);
  const { compare } = new Intl.Collator(); // made once: a director opens thousands
  return byLead.sort(([, a], [, b]) => compare(a, b));
}

/** The page itself. */
export function teamsPage(library: Library): Node[] {
  const item = ([subject, name]: readonly [string, string]): HTMLElement =>
    el("li", {}, el("a", { href: library.addresses.of(subject) }, `${name}’s team`));
  return [el("h1", {}, "Teams"), el("p", { class: "lede" }, "The teams that your key opens."), el("ul", {}, ...teamsOf(library).map(item))];
}
