/** Search over what is open, and what it offers to open. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { newIdentity } from "../tests/maker";
import { documentText, heading, lockNow, lockPage, unlock } from "./reader";
import { servedMade } from "./made";
import { exampleSite, inTab } from "./shared";
import { bareKey, demoKey } from "./sites";

/** The folder of the viewer, set by the bundler. */
declare const VIEWER: string;

const field = (page: Page): Locator => page.getByRole("combobox", { name: "Search", exact: true });
const options = (page: Page): Locator => page.getByRole("option");

async function ask(page: Page, question: string): Promise<void> {
  await page.keyboard.press("/");
  await field(page).fill(question);
}

async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(readFileSync(join(VIEWER, "node_modules/axe-core/axe.min.js"), "utf8"));
  const violations = await page.evaluate("axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))");
  assert.deepEqual(violations, [], what);
}

test("a reader finds an expectation by a word, sees the word marked, and gets to the open card", () =>
  inTab(async ({ page, complaints }) => {
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator('[role="listbox"][aria-busy="false"]').waitFor({ state: "attached" });
    await field(page).fill("double-entry led");
    await page.getByRole("group", { name: "Expectations" }).waitFor();
    assert.ok((await page.locator("mark").allInnerTexts()).some((word) => /^ledger$/i.test(word)));
    await page.keyboard.press("ArrowDown");
    const chosen = page.locator('[role="option"][aria-selected="true"]');
    assert.equal(await field(page).getAttribute("aria-activedescendant"), await chosen.getAttribute("id"));
    const title = await chosen.locator(".gradus-found-title").innerText();
    await page.keyboard.press("Enter");
    const card = page.locator("main details[open]", { has: page.getByRole("heading", { level: 3, name: title, exact: true }) });
    await card.first().waitFor();
    assert.ok(await page.evaluate(() => document.activeElement?.matches("details[open] > summary")));
    assert.deepEqual(complaints, []);
  }));

test("people, expectations, feedback and rubric are told apart", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await ask(page, "delivery");
    for (const name of ["Expectations", "Reviews and feedback", "Rubric"]) await page.getByRole("group", { name, exact: true }).first().waitFor();
    await field(page).fill("Okafor");
    await page.getByRole("group", { name: "People" }).getByRole("option").filter({ hasText: "Portfolio" }).first().waitFor();
  }));

test("search and help pass axe in light, dark and on a phone", async () => {
  for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, { viewport: { width: 390, height: 800 } }] as const) {
    await inTab(async ({ page }) => {
      await unlock(page, (await exampleSite()).url, bareKey(demoKey("grace")));
      await ask(page, "ledger");
      await page.getByRole("option").first().waitFor();
      await assertAccessible(page, "search");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
      await assertAccessible(page, "help");
    }, options);
  }
});

test("one press of Escape closes it, and the focus is where it was", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await page.locator("main details > summary").first().focus();
    await ask(page, "ledger");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.localName), "summary");
  }));

test("an engineer's search finds nothing that a manager wrote in confidence", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await ask(page, "hears a warning from above as a remark");
    await page.getByText("Nothing found in what is open.").waitFor();
  }));

test("a manager is offered people who are not open yet, and all of their portfolios, with what was found in them", () =>
  inTab(async ({ page, requests, complaints }) => {
    const grace = await newIdentity();
    const people = Array.from({ length: 42 }, (_, at) => `p${at + 1}`);
    const sections = people.map((id) => ({
      id: `person/${id}`,
      kind: "person",
      subject: `people/${id}`,
      pages: [{ route: `people/${id}`, slot: 10, kind: "portfolio", title: `Person ${id}`, tree: ["div", ["h1", `Person ${id}`], ["details", { class: "card", id: "e-x" }, ["summary", ["h3", `Expects ${id}`]], ["p", "zebra"]]] }],
    }));
    const team = { id: "team/grace", kind: "team", subject: "team/grace", pages: [{ route: "team/grace", slot: 0, kind: "team", title: "Team", tree: ["h1", "Team"] }] };
    const all = [...sections, team];
    const site = await servedMade("forty-two", all, [{ id: "grace", name: "Grace", identity: grace, opens: all.map(({ id }) => id) }]);
    await unlock(page, site.url, grace);
    await page.getByRole("heading", { name: "Team" }).waitFor();
    const sealed = (): number => requests.filter((url) => url.includes("/sealed/")).length;
    assert.equal(sealed(), 1, "unlocking opens the team page alone");

    await ask(page, "person/p7");
    await page.getByRole("option", { name: /p7.*not opened yet/ }).first().waitFor();
    await field(page).fill("zebra");
    await page.getByText("Nothing found in what is open.").waitFor();
    await page.getByRole("button", { name: "Search all 42 portfolios" }).click();
    await page.getByRole("option").first().waitFor();
    await page.getByRole("progressbar").waitFor({ state: "detached" });
    assert.equal(sealed(), 43);
    await field(page).fill("Expects p33");
    await page.getByRole("option", { name: /Expects p33/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Person p33" }).waitFor();
    assert.equal(await heading(page), "Person p33");
    assert.deepEqual(complaints, []);
  }));

test("locking takes question, results and dialogs away", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await ask(page, "ledger");
    await options(page).first().waitFor();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    await lockPage.key(page).waitFor();
    assert.doesNotMatch(await documentText(page), /ledger|gradus-found/i);
    await unlock(page, `${(await exampleSite()).url}?again`, bareKey(demoKey("hana")));
    await page.keyboard.press("/");
    assert.equal(await field(page).inputValue(), "");
    await page.keyboard.press("Escape");
    await lockNow(page).click();
  }));
