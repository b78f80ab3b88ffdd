/** What a reader does in a tab: unlock, go to a page, look. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Library } from "../src/library";

/** The lock page's parts, by the names that readers of screens hear. */
export const lockPage = {
  key: (page: Page): Locator => page.getByLabel("Your key or passphrase", { exact: true }),
  login: (page: Page): Locator => page.getByLabel("Your login", { exact: true }),
  file: (page: Page): Locator => page.getByLabel("Choose a key file", { exact: true }),
  unlock: (page: Page): Locator => page.getByRole("button", { name: "Unlock", exact: true }),
};

/** The button that ends a session. */
export const lockNow = (page: Page): Locator => page.getByRole("button", { name: "Lock now", exact: true });

/** What went wrong, told. */
export const alert = (page: Page): Locator => page.getByRole("alert");

/** Opens the lock page and pastes a key. */
export async function unlock(page: Page, url: string, key: string): Promise<void> {
  await page.goto(url);
  await enter(page, key);
  await lockNow(page).waitFor();
  await page.locator("main h1").waitFor();
}

/** Types a key on the lock page that is shown, and presses the button. */
export async function enter(page: Page, key: string): Promise<void> {
  await lockPage.key(page).fill(key);
  await lockPage.unlock(page).click();
}

/** Unlocks, and is refused; gives the sentence. */
export async function refusal(page: Page, url: string, key: string): Promise<string> {
  await page.goto(url);
  await enter(page, key);
  return (await alert(page).innerText()).trim();
}

/** Goes to an address in the open site, and waits until its page stands there. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate(async (to) => {
    const main = document.querySelector("main");
    if (main === null || location.hash === to) return;
    await new Promise<void>((shown) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        shown();
      });
      observer.observe(main, { childList: true });
      location.hash = to;
    });
  }, address);
}

/** Goes to a route. */
export const goToRoute = (page: Page, library: Library, route: string): Promise<void> => goTo(page, library.addresses.of(route));

/** Everything in the document: text and attributes. */
export const documentText = (page: Page): Promise<string> =>
  page.evaluate(() => `${document.documentElement.textContent}\n${document.documentElement.outerHTML}`);

/** The text of the page's heading. */
export const heading = (page: Page): Promise<string> => page.locator("main h1").innerText();

/** Fails where the page can be scrolled sideways. */
export async function assertFitsWidth(page: Page, what: string): Promise<void> {
  const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: innerWidth }));
  assert.ok(wide <= window, `${what} is ${wide} px wide in a window of ${window} px`);
}

/** Presses Tab until the focus is on an element of that name. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element?.textContent;
      return (element?.getAttribute("aria-label") ?? label ?? "").trim();
    });
    if (name.test(focused)) return;
    seen.push(focused.slice(0, 40));
  }
  assert.fail(`no press of Tab reaches ${name}; it went over ${seen.join(" | ")}`);
}
