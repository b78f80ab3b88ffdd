/** Keys, the help sheet, print, themes, and the reader's own level. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { newIdentity, type SectionSource } from "../tests/maker";
import { goToRoute, heading, lockPage, unlock } from "./reader";
import { servedMade } from "./made";
import { exampleSite, inTab, libraryOf } from "./shared";
import { bareKey, demoKey } from "./sites";

const ada = bareKey(demoKey("ada"));
const isHeading = (page: Page, text: RegExp): Promise<unknown> => page.waitForFunction((source) => new RegExp(source).test(document.querySelector("main h1")?.textContent ?? ""), text.source);

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

test("`[` and `]` go from cycle to cycle and say where there is no more; `g p` and `g r` go home", () =>
  inTab(async ({ page, complaints }) => {
    await unlock(page, (await exampleSite()).url, ada);
    await isHeading(page, /^Ada Okafor$/);
    await press(page, "[");
    await isHeading(page, /H2 2026/);
    await press(page, "[");
    await isHeading(page, /H1 2026/);
    await press(page, "]");
    await isHeading(page, /H2 2026/);
    await press(page, "]");
    await page.getByText("There is no later cycle.").waitFor();
    await press(page, "g", "r");
    await isHeading(page, /Rubrics/);
    assert.equal(await page.evaluate(() => document.activeElement?.localName), "h1");
    await press(page, "g", "p");
    await isHeading(page, /^Ada Okafor$/);
    await press(page, "g", "t");
    await press(page, "?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    assert.equal(await heading(page), "Ada Okafor", "she has no team");
    assert.deepEqual(complaints, []);
  }));

test("`g t` opens a manager's team, and `l` locks", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("grace")));
    await press(page, "g", "t");
    await isHeading(page, /team/i);
    await press(page, "l");
    await lockPage.key(page).waitFor();
  }));

test("keys do nothing in a field, in a dialog, with a modifier, or once they are turned off", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, ada);
    await press(page, "Control+l", "Alt+[", "/");
    const search = page.getByRole("combobox", { name: "Search", exact: true });
    await search.pressSequentially("l/?[");
    assert.equal(await search.inputValue(), "l/?[");
    await press(page, "Escape", "?");
    const help = page.getByRole("dialog", { name: "Keyboard" });
    await press(page, "l");
    await help.getByRole("checkbox").uncheck();
    await press(page, "Escape", "l", "/", "[");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await heading(page), "Ada Okafor");
    await page.getByRole("button", { name: "Keyboard help" }).click();
    assert.equal(await help.getByRole("checkbox").isChecked(), false);
  }));

test("the help sheet names every key, and Escape gives the focus back", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, ada);
    const button = page.getByRole("button", { name: "Keyboard help" });
    await button.focus();
    await press(page, "Enter");
    const help = page.getByRole("dialog", { name: "Keyboard" });
    for (const key of ["/", "[", "]", "g", "l", "?"]) assert.ok((await help.locator("kbd").allInnerTexts()).includes(key), key);
    for (let tabs = 0; tabs < 6; tabs += 1) {
      await press(page, "Tab");
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null), "focus is not behind it");
    }
    await press(page, "Escape");
    assert.ok(await button.evaluate((element) => element === document.activeElement));
  }));

test("print shows every card open and nothing of the viewer, and folds them again after", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, ada);
    const folded = page.locator("main details:not([open])");
    const before = await folded.count();
    assert.ok(before > 0);
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assert.equal(await folded.count(), 0);
    for (const chrome of [".top", ".gradus-side", ".gradus-tools", ".gradus-link", ".gradus-said"]) assert.equal(await page.locator(`${chrome}:visible`).count(), 0, chrome);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await folded.count(), before);
    await page.emulateMedia({ media: null });
    assert.ok((await page.pdf()).length > 10_000);
    assert.equal(await folded.count(), before, "a real print folds them again too");
  }));

test("the theme goes from the system's to light, dark and back, is kept, and is told", () =>
  inTab(async ({ page }) => {
    const { url } = await exampleSite();
    await unlock(page, url, ada);
    const theme = (): Promise<string> => page.evaluate(() => document.documentElement.dataset["theme"] ?? "auto");
    for (const [now, next] of [["auto", "light"], ["light", "dark"], ["dark", "auto"], ["auto", "light"]] as const) {
      await page.getByRole("button", { name: `Colour theme: ${now}` }).click();
      assert.equal(await theme(), next);
    }
    await page.reload();
    assert.equal(await theme(), "light");
  }, { colorScheme: "dark" }));

const cell = (level: string): unknown => ["td", { "data-level": level }, `at ${level}`];
const rung = (level: string): unknown => ["li", { class: "rung", "data-level": level }, ["span", { class: "lv" }, level]];
const rubric = (track: string): unknown => [
  "div",
  ["h1", track],
  ["ol", rung("l3"), rung("l4")],
  ["div", { class: "sel", role: "group", "aria-label": "Show level", "data-level-switch": "matrix" }, ["a", { href: "#m", "data-level": "l3", "aria-current": "true" }, "L3"], ["a", { href: "#m", "data-level": "l4" }, "L4"]],
  ["table", { class: "mx", id: "m" }, ["tbody", ["tr", cell("l3"), cell("l4")]]],
  ["details", { class: "card", "data-level": "l3", open: "" }, ["summary", ["h3", "From L3"]]],
  ["details", { class: "card", "data-level": "l4" }, ["summary", ["h3", "From L4"]]],
];
const onePage = (route: string, tree: unknown): SectionSource["pages"][number] => ({ route, slot: 10, kind: "rubric", title: route, tree });

test("a rubric of the own track shows the own level first, tinted and named, and opens the step up from it; another track's does not", () =>
  inTab(async ({ page }) => {
    const key = await newIdentity();
    const sections: SectionSource[] = [
      { id: "org", kind: "org", subject: "org", pages: ["rubric/ic", "rubric/manager"].map((route) => onePage(route, rubric(route))) },
      { id: "person/ada", kind: "person", subject: "people/ada", pages: [{ ...onePage("people/ada", ["div", ["div", { class: "who", "data-level": "ic/l4" }, ["h1", "Ada"]], ["p", ["a", { href: "/rubric/ic" }, "own track"]], ["p", ["a", { href: "/rubric/manager" }, "other track"]]]), kind: "portfolio" }] },
    ];
    const site = await servedMade("tint", sections, [{ id: "ada", name: "Ada", identity: key, opens: ["org", "person/ada"] }]);
    await unlock(page, site.url, key);
    await page.getByRole("link", { name: "own track" }).click();
    await isHeading(page, /^rubric\/ic$/);
    assert.deepEqual(await page.locator(".me:not(a, details)").allTextContents(), ["l4 You", "at l4"]);
    assert.deepEqual(await page.locator("details[open] h3").allTextContents(), ["From L4"]);
    assert.deepEqual(await page.locator("td.on").allInnerTexts(), ["at l4"]);
    assert.equal(await page.locator('[data-level-switch] [aria-current="true"]').innerText(), "L4");
    await page.goBack();
    await page.getByRole("link", { name: "other track" }).click();
    await isHeading(page, /^rubric\/manager$/);
    assert.equal(await page.locator(".me, .you").count(), 0);
    assert.deepEqual(await page.locator("details[open] h3").allTextContents(), ["From L3"]);
  }));

test("a reloaded page is locked, keeps its address, and unlocking leads back to it", () =>
  inTab(async ({ page }) => {
    const library = await libraryOf("ada");
    await unlock(page, (await exampleSite()).url, ada);
    await goToRoute(page, library, "people/ada/2026-h1");
    const address = page.url();
    await page.reload();
    await lockPage.key(page).fill(ada);
    await lockPage.unlock(page).click();
    await isHeading(page, /H1 2026/);
    assert.equal(page.url(), address);
  }));
