/** What each reader finds in the open site, and what they do not. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { documentText, goToRoute, heading, unlock } from "./reader";
import { exampleSite, inTab, libraryOf } from "./shared";
import { bareKey, demoKey, EXAMPLE, routesOf } from "./sites";

/** Sentences that only some may read. */
const SAID = {
  talentOfAda: "Hears a warning from above as a remark",
  coachingOfAda: "Let the page be somebody's whole goal",
  peerOfAda: "I would rather be argued with twice",
  thanksToAda: "We use it still, to explain to the auditors",
  unsharedOfHana: "with tea",
  noteOnPawel: "He thanked me, which I found hard to bear",
  talentOfGrace: "My likely successor",
} as const;

interface ReadPage {
  readonly route: string;
  readonly title: string;
  readonly whole: string;
}

/** Every page that a person's key opens, as the browser shows it. */
async function everyPageOf(page: Page, person: string): Promise<ReadPage[]> {
  const library = await libraryOf(person);
  await unlock(page, (await exampleSite()).url, bareKey(demoKey(person)));
  const pages: ReadPage[] = [];
  for (const route of await routesOf(library)) {
    await goToRoute(page, library, route);
    pages.push({ route, title: await page.title(), whole: plain(await documentText(page)) });
  }
  return pages;
}

/** Markdown draws straight quotes and apostrophes curved. */
function plain(text: string): string {
  return text.replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"');
}

const wherever = (pages: readonly ReadPage[], said: string): string[] =>
  pages.filter(({ whole }) => whole.includes(said)).map(({ route }) => route);

/** What people say to one another in the open: a lead may well write the same words in both places. */
const saidElsewhere = plain(textsBelow("people").join("\n"));

function textsBelow(folder: string): string[] {
  const entries = readdirSync(join(EXAMPLE, folder), { recursive: true, withFileTypes: true });
  const texts = entries.filter((entry) => entry.isFile() && /\.(md|toml)$/.test(entry.name));
  return texts.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

/** Every sentence in the files below `management/`, long enough to be told from others. */
function managementSentences(): string[] {
  const texts = textsBelow("management");
  const quoted = texts.flatMap((text) => [...text.matchAll(/"([^"\n]{16,})"/g)].map(([, inside]) => inside ?? ""));
  const written = texts.filter((text) => text.startsWith("## ")).flatMap((text) => text.split(/[.?!]\s|\n/).filter((part) => part.length > 24));
  return [...quoted, ...written].map(plain).filter((said) => !saidElsewhere.includes(said));
}

test("an engineer finds no team page and no word that is said about her in confidence, on any page", () =>
  inTab(async ({ page, complaints }) => {
    const pages = await everyPageOf(page, "ada");
    assert.ok(pages.length > 8, `${pages.length} pages`);
    assert.equal(await page.getByRole("link", { name: "My team" }).count(), 0);
    for (const said of managementSentences()) assert.deepEqual(wherever(pages, said), [], said);
    for (const said of [SAID.peerOfAda, SAID.unsharedOfHana, SAID.noteOnPawel]) assert.deepEqual(wherever(pages, said), [], said);
    assert.deepEqual(wherever(pages, SAID.thanksToAda), ["people/ada/2026-h1"]);
    assert.deepEqual([...new Set(pages.map(({ title }) => title))], ["Portfolios"]);
    assert.deepEqual(complaints, [], "no page complains");
  }));

test("her manager finds the team, its portfolios and what was said in confidence there, and nothing about herself", () =>
  inTab(async ({ page, complaints }) => {
    const pages = await everyPageOf(page, "grace");
    assert.equal(await page.getByRole("link", { name: "My team" }).count(), 1);
    for (const route of ["team/grace", "people/ada", "people/pawel", "people/hana"]) assert.ok(pages.some((read) => read.route === route), route);
    for (const said of [SAID.talentOfAda, SAID.coachingOfAda, SAID.peerOfAda, SAID.unsharedOfHana]) assert.notDeepEqual(wherever(pages, said), [], said);
    assert.notDeepEqual(wherever(pages, "which I found hard to bear"), []);
    const ofHerself = readFileSync(join(EXAMPLE, "management/2026-h1/grace.toml"), "utf8");
    for (const said of managementSentences().filter((sentence) => ofHerself.includes(sentence))) assert.deepEqual(wherever(pages, said), [], said);
    assert.deepEqual([...new Set(pages.map(({ title }) => title))], ["Portfolios"]);
    assert.deepEqual(complaints, [], "no page complains");
  }));

test("her manager's manager finds both", () =>
  inTab(async ({ page }) => {
    const pages = await everyPageOf(page, "barbara");
    for (const said of [SAID.talentOfAda, SAID.talentOfGrace]) assert.notDeepEqual(wherever(pages, said), [], said);
  }));

test("a colleague whose review is not shared yet does not find it", () =>
  inTab(async ({ page }) => {
    const pages = await everyPageOf(page, "hana");
    assert.deepEqual(wherever(pages, SAID.unsharedOfHana), []);
  }));

test("no link within the site leads an engineer or a manager to a page that is not theirs", () =>
  inTab(async ({ page }) => {
    for (const person of ["ada", "grace"]) {
      const library = await libraryOf(person);
      await unlock(page, `${(await exampleSite()).url}?${person}`, bareKey(demoKey(person)));
      const routes = await routesOf(library);
      const known = new Set(routes.map((route) => library.addresses.of(route)));
      for (const route of routes) {
        await goToRoute(page, library, route);
        const links = await page.locator('a[href^="#/"]').evaluateAll((all) => all.map((link) => [link.getAttribute("href") ?? "", link.textContent]));
        const dead = links.filter(([href = ""]) => !known.has(href.split("/").slice(0, 2).join("/")));
        assert.deepEqual(dead, [], `${person} on ${route}`);
      }
    }
  }));

test("every page has one main part with one heading of the first level, and the focus is there", () =>
  inTab(async ({ page }) => {
    const library = await libraryOf("grace");
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("grace")));
    for (const route of await routesOf(library)) {
      await goToRoute(page, library, route);
      assert.equal(await page.getByRole("main").count(), 1, route);
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, route);
      assert.equal(await page.evaluate(() => document.activeElement?.localName), "h1", route);
    }
  }));

test("`On this page` lists the sections of the page, and its links go there", () =>
  inTab(async ({ page }) => {
    const library = await libraryOf("ada");
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await goToRoute(page, library, "people/ada");
    const list = page.getByRole("navigation", { name: "On this page" });
    const names = await list.getByRole("link").allInnerTexts();
    const headings = await page.locator("main h2").allInnerTexts();
    for (const name of names.slice(1)) assert.ok(headings.some((text) => text.startsWith(name)), name);
    assert.equal(names[0], "Overview");
    await list.getByRole("link").last().click();
    const place = await page.evaluate(() => document.activeElement?.querySelector("h2")?.textContent ?? document.activeElement?.textContent ?? "");
    assert.ok(place.startsWith(names.at(-1) ?? "?"), place);
  }));

test("an attached picture is shown, and an attached table is saved under its own name", () =>
  inTab(async ({ page, complaints }) => {
    const library = await libraryOf("ada");
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    await goToRoute(page, library, "people/ada/2026-h1");
    const picture = page.getByRole("img", { name: /^Drift between old and new ledger/ });
    await picture.scrollIntoViewIfNeeded();
    assert.ok((await picture.evaluate(async (image: HTMLImageElement) => (await image.decode(), image.naturalWidth))) > 100);
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "drift.csv" }).click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), "drift.csv");
    assert.deepEqual(readFileSync(await saved.path()), readFileSync(join(EXAMPLE, "people/ada/2026-h1/files/drift.csv")));
    assert.deepEqual(complaints, []);
  }));

test("public rubric pages are read without scripts", () =>
  inTab(
    async ({ page, complaints }) => {
      await page.goto((await exampleSite()).url);
      await page.getByRole("navigation", { name: "Public rubrics" }).getByRole("link").first().click();
      assert.equal(await heading(page), "Engineering");
      await page.locator('main a[href*="l4"]').first().click();
      assert.match(await page.locator("main").innerText(), /Senior engineer/);
      assert.deepEqual(complaints, []);
    },
    { javaScriptEnabled: false },
  ));
