/** Every kind of page, for every kind of reader: axe, narrow screens, the keyboard alone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { violations } from "./axe";
import { KINDS, PUBLIC } from "./kinds";
import { alert, assertFitsWidth, goToRoute, heading, refusal, tabTo, unlock } from "./reader";
import { exampleSite, inTab, IS_LONG, libraryOf } from "./shared";
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

test("axe finds nothing to complain of on any kind of page, nor any contrast too low in the dark", () =>
  inTab(async ({ page, complaints }) => {
    const found: string[] = [];
    const said = (name: string, violations: readonly string[]): unknown => found.push(...violations.map((violation) => `${name}: ${violation}`));
    await everyKind(page, async (name) => {
      said(name, await violations(page));
      await page.emulateMedia({ colorScheme: "dark" });
      said(`${name} in the dark`, await violations(page, "color-contrast"));
      await page.emulateMedia({ colorScheme: "light" });
    });
    assert.deepEqual(found, []);
    assert.deepEqual(complaints, []);
  }));

test("no page is wider than a window of 390 or of 320 px", () =>
  inTab(
    (tab) =>
      everyKind(tab.page, async (name) => {
        for (const width of [390, 320]) {
          await tab.page.setViewportSize({ width, height: 800 });
          await assertFitsWidth(tab.page, `${name} at ${width} px`);
        }
      }),
    { viewport: { width: 390, height: 800 } },
  ));

/** Every rule again, where the same pages look different. */
const SCREENS: Readonly<Record<string, BrowserContextOptions>> = {
  "in the dark": { colorScheme: "dark" },
  "on a phone": { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

for (const [screen, options] of Object.entries(SCREENS)) {
  test(`axe finds nothing to complain of ${screen}`, { skip: !IS_LONG }, () =>
    inTab(async ({ page, complaints }) => {
      const found: string[] = [];
      await everyKind(page, async (name) => {
        for (const violation of await violations(page)) found.push(`${name}: ${violation}`);
      });
      assert.deepEqual(found, []);
      assert.deepEqual(complaints, []);
    }, options));
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
