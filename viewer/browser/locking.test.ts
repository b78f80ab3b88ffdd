/** The end of a session: nothing stays on screen, in the history, or in another tab. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import type { Page } from "playwright-core";
import { IDLE_MS } from "../src/session";
import { launchProfile } from "./harness";
import { documentText, goToRoute, heading, lockNow, lockPage, unlock } from "./reader";
import { exampleSite, inTab, libraryOf } from "./shared";
import { bareKey, demoKey, routesOf, scratchFolder } from "./sites";

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

test("a page that the browser keeps whole to come back to is locked in there too", async () => {
  const context = await launchProfile(scratchFolder("profile-back-forward"));
  try {
    const page = await context.newPage();
    const { url } = await exampleSite();
    await page.addInitScript(() => addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { persisted })));
    await unlock(page, url, key);
    await page.goto(`${url}rubric/ic/`);
    await page.goBack({ waitUntil: "commit" });
    await assertLocked(page);
    assert.equal(await page.evaluate("persisted"), true, "it was kept: else this tests nothing");
  } finally {
    await context.close();
  }
});

test("the print of a locked page is that of a page that was never open", () =>
  inTab(async ({ page }) => {
    const { url } = await exampleSite();
    await page.goto(url);
    const before = await printed(page);
    await unlock(page, url, key);
    assert.notEqual(await printed(page), before);
    await lockNow(page).click();
    await assertLocked(page);
    assert.equal(await printed(page), before);
  }));

/** What is drawn where the focus is nowhere. */
async function printed(page: Page): Promise<string> {
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  return drawnIn(await page.pdf());
}

/** What a PDF draws: its streams, unpacked. */
function drawnIn(pdf: Buffer): string {
  const streams = pdf.toString("latin1").matchAll(/stream\n([\s\S]*?)\nendstream/g);
  return [...streams].map(([, stream = ""]) => unpacked(Buffer.from(stream, "latin1"))).join("\n");
}

function unpacked(stream: Buffer): string {
  try {
    return inflateSync(stream).toString("latin1");
  } catch {
    return stream.toString("latin1"); // a picture, or nothing that is packed
  }
}

test("whoever is idle in every tab is locked out of every tab; use of one keeps the others open", () =>
  inTab(async ({ context, page }) => {
    await context.clock.install();
    const { url } = await exampleSite();
    const other = await context.newPage();
    for (const tab of [page, other]) await unlock(tab, url, key);
    await other.clock.runFor(IDLE_MS - 60_000);
    await page.keyboard.press("Shift");
    await other.getByText("locks in 15 min").waitFor();
    await other.clock.runFor(IDLE_MS + 1_000);
    await assertLocked(other);
    await assertLocked(page);
  }));

test("two people in two tabs of one browser each read their own, and nothing of the other's", () =>
  inTab(async ({ context, page }) => {
    const { url } = await exampleSite();
    const other = await context.newPage();
    await unlock(page, url, key);
    await unlock(other, url, bareKey(demoKey("grace")));
    const grace = await libraryOf("grace");
    const own = await routesOf(await libraryOf("ada"));
    const hers = (await routesOf(grace)).filter((route) => /^(people|team)\//.test(route) && !own.includes(route)).slice(0, 4);
    assert.ok(hers.length > 2);
    for (const route of hers) {
      await goToRoute(other, grace, route);
      assert.doesNotMatch(await heading(other), /not yours/, route);
      await goToRoute(page, grace, route);
      assert.match(await heading(page), /not yours/, route);
    }
    await goToRoute(page, grace, "people/ada");
    assert.equal(await heading(page), "Ada Okafor");
    await page.getByText(/^Ada Okafor · locks in/).waitFor();
    await other.getByText(/^Grace Whitfield · locks in/).waitFor();
    await lockNow(page).click();
    await assertLocked(other);
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
