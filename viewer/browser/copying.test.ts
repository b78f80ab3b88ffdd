/** What a reader takes with them: their own copy, links, markdown. */

import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { newIdentity } from "../tests/maker";
import { heading, goToRoute, unlock } from "./reader";
import { servedMade } from "./made";
import { exampleSite, inTab, libraryOf } from "./shared";
import { bareKey, demoKey, EXAMPLE, scratchFolder } from "./sites";

const ada = bareKey(demoKey("ada"));
const download = (page: Page) => page.getByRole("button", { name: "Download my portfolio" });
const mayCopy = { permissions: ["clipboard-read", "clipboard-write"] };
const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

/** Saves the reader's own copy, and gives its path. */
async function savedCopy(page: Page): Promise<string> {
  const saving = page.waitForEvent("download");
  await download(page).click();
  const saved = await saving;
  assert.match(saved.suggestedFilename(), /^portfolio-ada-\d{4}-\d{2}-\d{2}\.html$/);
  const path = scratchFolder("own-copy.html");
  copyFileSync(await saved.path(), path);
  return path;
}

test("the own copy opens from disk, with pictures, attachments and links, and asks for nothing", () =>
  inTab(async ({ page, context, complaints }) => {
    await unlock(page, (await exampleSite()).url, ada);
    const path = await savedCopy(page);
    const copy = await context.newPage();
    const requests: string[] = [];
    const said: string[] = [];
    copy.on("request", (request) => requests.push(request.url()));
    copy.on("console", (message) => said.push(message.text()));
    await copy.goto(pathToFileURL(path).href);
    assert.match(await copy.locator("h1").first().innerText(), /^A copy of the portfolio of Ada Okafor$/);
    assert.match(await copy.locator("header").first().innerText(), /no longer protected/);

    const picture = copy.getByRole("img", { name: /^Drift between old and new ledger/ }).first();
    assert.ok((await picture.evaluate(async (image: HTMLImageElement) => (await image.decode(), image.naturalWidth))) > 100);
    const saving = copy.waitForEvent("download");
    await copy.getByRole("link", { name: "drift.csv" }).first().click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), "drift.csv");
    assert.deepEqual(readFileSync(await saved.path()), readFileSync(join(EXAMPLE, "people/ada/2026-h1/files/drift.csv")));

    const dead = await copy.locator('a[href^="#"]').evaluateAll((links) => links.filter((link) => document.getElementById(link.getAttribute("href")?.slice(1) ?? "") === null).map((link) => link.outerHTML));
    assert.deepEqual(dead, []);
    const twice = await copy.evaluate(() => [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, at, all) => all.indexOf(id) !== at));
    assert.deepEqual(twice, []);
    assert.equal(await copy.locator("script, details:not([open])").count(), 0);
    const styled = await copy.evaluate(() => getComputedStyle(document.querySelector(".stats") ?? document.body).display);
    assert.equal(styled, "grid", "its policy lets its style in");
    assert.deepEqual(requests.filter((url) => !url.startsWith("data:") && url !== pathToFileURL(path).href), []);
    assert.deepEqual(said, []);
    assert.deepEqual(complaints, []);
  }, { acceptDownloads: true }));

test("the own copy holds no word that others may read alone, and every page of its owner", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, ada);
    const text = readFileSync(await savedCopy(page), "utf8");
    assert.doesNotMatch(text, /AGE-SECRET-KEY|Hears a warning from above/);
    const titles = await page.locator('main a[href^="#/"]').allInnerTexts();
    assert.ok(titles.length > 0);
    for (const cycle of ["H1 2026", "H2 2025", "H1 2025", "H2 2024"]) assert.match(text, new RegExp(`aria-label="Ada Okafor, ${cycle}"`));
  }));

test("a manager is offered a copy of her own portfolio, not of others'", () =>
  inTab(async ({ page }) => {
    const library = await libraryOf("grace");
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("grace")));
    await goToRoute(page, library, "people/grace");
    assert.equal(await download(page).count(), 1);
    await goToRoute(page, library, "people/ada");
    assert.equal(await heading(page), "Ada Okafor");
    assert.equal(await download(page).count(), 0);
  }));

test("a copied link of a card is opaque, opens the card after unlocking, and puts the focus there", () =>
  inTab(async ({ page, context }) => {
    const { url } = await exampleSite();
    await unlock(page, url, ada);
    const cards = page.locator("main details.card");
    if ((await cards.first().getAttribute("open")) === null) await cards.first().locator("summary").click();
    const title = await cards.first().getByRole("heading", { level: 3 }).innerText();
    await cards.first().getByRole("button", { name: `Copy link to ${title}` }).click();
    await page.getByText(/^Link copied\./).waitFor();
    const link = await clipboard(page);
    assert.match(link, new RegExp(`^${url}#/[A-Za-z0-9_-]{16}/[A-Za-z0-9_-]{8}$`));

    const other = await context.newPage();
    await unlock(other, link, ada);
    const focused = other.locator("details[open] > summary:focus");
    await focused.waitFor();
    assert.match(await focused.innerText(), new RegExp(title.slice(0, 20)));
    assert.ok(await focused.evaluate((summary) => summary.getBoundingClientRect().top < innerHeight));
    assert.equal(other.url(), link);
  }, mayCopy));

test("a copied link of a heading leads to its section", () =>
  inTab(async ({ page }) => {
    await unlock(page, (await exampleSite()).url, ada);
    await page.getByRole("button", { name: "Copy link to Running log" }).click();
    await page.getByText(/^Link copied\./).waitFor();
    await page.goto(await clipboard(page));
    await page.waitForFunction(() => document.activeElement?.id === "log");
  }, mayCopy));

test("a block of markdown is copied as it is written", () =>
  inTab(async ({ page }) => {
    const key = await newIdentity();
    const markdown = "# Packet\n\n- **Delivery**: 3 < 4 & more\n";
    const sections = [{ id: "person/ada", kind: "person", subject: "people/ada", pages: [{ route: "people/ada", slot: 10, kind: "portfolio", title: "Ada", tree: ["div", ["h1", "Ada"], ["pre", { "data-slot": "markdown" }, markdown]] }] }];
    const site = await servedMade("markdown", sections, [{ id: "ada", name: "Ada", identity: key, opens: ["person/ada"] }]);
    await unlock(page, site.url, key);
    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    await page.getByText("Copied as Markdown.").waitFor();
    assert.equal(await clipboard(page), markdown);
  }, mayCopy));
