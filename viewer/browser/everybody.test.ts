/** Every kind of page, for every kind of reader: axe, narrow screens, the keyboard alone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { violations } from "./axe";
import { KINDS, PUBLIC } from "./kinds";
import { alert, assertFitsWidth, goToRoute, heading, refusal, tabTo, unlock } from "./reader";
import { exampleSite, inTab, libraryOf } from "./shared";
import { bareKey, demoKey } from "./sites";

/** Looks at every kind of page, the lock page first. */
async function everyKind(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const { url } = await exampleSite();
  await page.goto(url);
  await look("lock");
  await refusal(page, `${url}?refused`, "AGE-SECRET-KEY-1");
  await alert(page).waitFor();
  await look("lock-refused");
  for (const [name, path] of PUBLIC) {
    await page.goto(`${url}${path}`);
    await look(name);
  }
  for (const reader of new Set(KINDS.map((kind) => kind.reader))) {
    await unlock(page, `${url}?${reader}`, bareKey(demoKey(reader)));
    for (const kind of KINDS.filter((known) => known.reader === reader)) {
      await goToRoute(page, await libraryOf(reader), kind.route);
      assert.doesNotMatch(await heading(page), /not yours/, kind.name);
      await look(kind.name);
    }
  }
}

const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  "in light": { colorScheme: "light" },
  "in the dark": { colorScheme: "dark" },
  "on a phone": { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

for (const [screen, options] of Object.entries(SCREENS)) {
  test(`axe finds nothing to complain of ${screen}`, () =>
    inTab(async ({ page, complaints }) => {
      const found: string[] = [];
      await everyKind(page, async (name) => {
        for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
      });
      assert.deepEqual(found, []);
      assert.deepEqual(complaints, []);
    }, options));
}

for (const width of [390, 320]) {
  test(`no page is wider than a window of ${width} px`, () =>
    inTab((tab) => everyKind(tab.page, (name) => assertFitsWidth(tab.page, name)), { viewport: { width, height: 800 } }));
}

test("the keyboard alone leads from the lock page to a portfolio, a cycle, the rubrics and the end", () =>
  inTab(async ({ page }) => {
    await page.goto((await exampleSite()).url);
    await tabTo(page, /^Your key or passphrase$/);
    await page.keyboard.type(bareKey(demoKey("ada")));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Ada Okafor" }).waitFor();
    await tabTo(page, /^H1 2026/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /2026/ }).waitFor();
    await tabTo(page, /^Rubrics$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /rubric/i }).waitFor();
    await tabTo(page, /^Engineering$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /Engineering/ }).waitFor();
    await tabTo(page, /^Lock now$/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Unlock your portfolio" }).waitFor();
  }));
