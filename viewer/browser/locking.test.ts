/** The end of a session: nothing stays on screen, in the history, or in another tab. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { IDLE_MS } from "../src/session";
import { documentText, goToRoute, lockNow, lockPage, unlock } from "./reader";
import { exampleSite, inTab, libraryOf } from "./shared";
import { bareKey, demoKey } from "./sites";

const key = bareKey(demoKey("ada"));

async function assertLocked(page: Page): Promise<void> {
  await lockPage.key(page).waitFor();
  assert.equal(await lockPage.key(page).inputValue(), "");
  assert.doesNotMatch(await documentText(page), /Okafor|Meridian|AGE-SECRET-KEY-1[A-Z0-9]/);
  assert.equal(await page.title(), "Portfolios");
}

test("`Lock now` wipes the page here and in every other tab, and going back shows nothing", () =>
  inTab(async ({ context, page }) => {
    const { url } = await exampleSite();
    const library = await libraryOf("ada");
    const other = await context.newPage();
    await unlock(other, url, key);
    await unlock(page, url, key);
    await goToRoute(page, library, "people/ada/2026-h1");
    await lockNow(page).click();
    await assertLocked(page);
    await assertLocked(other);
    await page.goBack();
    await assertLocked(page);
  }));

test("a page that is left and come back to is locked", () =>
  inTab(async ({ page }) => {
    const { url } = await exampleSite();
    await unlock(page, url, key);
    await page.goto(`${url}rubric/ic/`);
    await page.goBack();
    await assertLocked(page);
  }));

test("after fifteen idle minutes it locks by itself; a keystroke before that keeps it open", () =>
  inTab(async ({ page }) => {
    await page.clock.install();
    await unlock(page, (await exampleSite()).url, key);
    await page.getByText("locks in 15 min").waitFor();
    await page.clock.runFor(IDLE_MS - 60_000);
    await page.keyboard.press("Shift");
    await page.clock.runFor(IDLE_MS - 30_000);
    await page.getByText("locks in 30 s").waitFor();
    await page.clock.runFor(31_000);
    await assertLocked(page);
  }));

test("nothing that was read or typed is kept in the browser's stores", () =>
  inTab(async ({ context, page }) => {
    await unlock(page, (await exampleSite()).url, key);
    await lockNow(page).click();
    const kept = JSON.stringify(await context.storageState({ indexedDB: true }));
    assert.doesNotMatch(kept, /AGE-SECRET|ada|Okafor/i);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  }));
