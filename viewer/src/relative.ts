/** Dates told from today: drawn here, since a sealed page does not know when it is read. */

import { el } from "./element";

const DAY_MS = 86_400_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})/;

/** Days from `today` (local calendar) to a `datetime`; negative is past; nothing where it is no date. */
export function daysFrom(today: Date, datetime: string): number | null {
  const match = DATE.exec(datetime);
  if (match === null) return null;
  const [, year, month, day] = match;
  const then = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const now = Date.UTC(today.getFullYear(), today.getMonth(), today.getDate());
  return Math.round((then - now) / DAY_MS);
}

/** `in 3 days`, `2 weeks ago`, `yesterday`. */
export function relativeText(days: number, format: Intl.RelativeTimeFormat): string {
  const far = Math.abs(days);
  if (far < 14) return format.format(days, "day");
  if (far < 60) return format.format(Math.round(days / 7), "week");
  if (far < 730) return format.format(Math.round(days / 30.44), "month");
  return format.format(Math.round(days / 365.25), "year");
}

/** A day in words, its month never a number. English without a country writes the day first, as the pages do. */
export function longDay(day: Date | number, language: string): string {
  return new Intl.DateTimeFormat(english(language), { dateStyle: "long" }).format(day);
}

const english = (language: string): string => (language === "en" ? "en-GB" : language);

/** Words for distances in time. */
export const relativeFormat = (language: string): Intl.RelativeTimeFormat => new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** Adds the distance to every `<time data-relative>`. */
export function drawRelativeDates(root: ParentNode, today: Date, language: string): void {
  const times = root.querySelectorAll<HTMLTimeElement>("time[data-relative][datetime]");
  if (times.length === 0) return;
  // Made once: each takes longer than all the dates of a page.
  const relative = relativeFormat(language);
  const whole = new Intl.DateTimeFormat(english(language), { dateStyle: "full", timeZone: "UTC" });
  for (const time of times) {
    const days = daysFrom(today, time.dateTime);
    if (days === null) continue;
    time.title = whole.format(Date.parse(time.dateTime.slice(0, 10)));
    time.append(el("span", { class: "gradus-ago" }, ` (${relativeText(days, relative)})`));
  }
}
