/** What does not grow with the organisation, and what waits for nothing: told by what is asked for and painted, not by clocks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page, Route } from "playwright-core";
import { newIdentity, type SectionSource } from "../tests/maker";
import { enter, goTo, heading, lockNow, lockPage, unlock } from "./reader";
import type { Served } from "./harness";
import { servedMade } from "./made";
import { exampleSite, inTab } from "./shared";
import { bareKey, demoKey } from "./sites";

/** Holds back what is asked for until it is let go. */
async function held(page: Page, glob: string): Promise<() => Promise<void>> {
  const waiting: Route[] = [];
  let open = false;
  await page.route(glob, async (route) => {
    if (open) await route.continue();
    else waiting.push(route);
  });
  return async () => {
    open = true;
    for (const route of waiting) await route.continue();
  };
}

const isSealed = (url: string): boolean => url.includes("/sealed/");

/** Resolves when so many sealed files have been asked for from now on. */
function askedFor(page: Page, files: number): Promise<void> {
  let asked = 0;
  return new Promise((done) => page.on("request", (request) => isSealed(request.url()) && (asked += 1) === files && done()));
}

const isPainted = (page: Page): Promise<unknown> => page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);

const tree = (name: string, ...more: unknown[]): unknown => ["div", ["h1", name], ...more];

/** A section with one page. */
function part(route: string, id: string, kind: string, title: string, ...more: unknown[]): SectionSource {
  return { id, kind, subject: route, pages: [{ route, slot: 10, kind: "portfolio", title, tree: tree(title, ...more) }] };
}

/** A lead with so many reports, each with a portfolio and what only the chain reads. */
async function leading(reports: number): Promise<{ readonly site: Served; readonly key: string }> {
  const key = await newIdentity();
  const people = Array.from({ length: reports }, (_, at) => [part(`people/p${at}`, `person/p${at}`, "person", `Person ${at}`), part(`people/p${at}`, `person/p${at}/chain`, "chain", "In confidence")]).flat();
  const links = Array.from({ length: reports }, (_, at) => ["p", ["a", { href: `/people/p${at}` }, `Person ${at}`]]);
  const common = { id: "org", kind: "org", subject: "org", pages: [{ route: "rubric", slot: 0, kind: "rubric", title: "Rubrics", tree: tree("Rubrics") }] };
  const sections = [common, part("people/grace", "person/grace", "person", "Grace"), part("team/grace", "team/grace", "team", "Team", ...links), ...people];
  const site = await servedMade(`leading-${reports}`, sections, [{ id: "grace", name: "Grace", identity: key, opens: sections.map(({ id }) => id) }]);
  return { site, key };
}

test("the lock page is painted before the script has come, and nothing of the site is asked for before a key is given", () =>
  inTab(async ({ page, requests, complaints }) => {
    const release = await held(page, "**/assets/*.js");
    await page.goto((await exampleSite()).url, { waitUntil: "commit" });
    await isPainted(page);
    await lockPage.key(page).waitFor();
    await release();
    await page.waitForLoadState("load");
    assert.deepEqual(requests.filter((url) => /site\.|index\/|keyring|sealed/.test(url)), []);
    assert.deepEqual(complaints, []);
  }));

test("while the host keeps site.json back the lock page stays, and opens once it comes", () =>
  inTab(async ({ page, requests, complaints }) => {
    const release = await held(page, "**/site.json");
    await page.goto((await exampleSite()).url);
    await isPainted(page);
    const signature = page.waitForRequest(/site\.sig$/); // which does not wait for the other
    await enter(page, bareKey(demoKey("ada")));
    await signature;
    await lockPage.key(page).waitFor();
    assert.deepEqual(requests.filter((url) => /index\/|keyring|sealed/.test(url)), []);
    await release();
    await lockNow(page).waitFor();
    await page.locator("main h1").waitFor();
    assert.deepEqual(complaints, []);
  }));

test("a lead of two hundred reads as few files to unlock as a lead of two, and opens one person's by a link", () =>
  inTab(async ({ page, requests }) => {
    for (const reports of [2, 200]) {
      const { site, key } = await leading(reports);
      requests.length = 0;
      const both = askedFor(page, 2);
      await unlock(page, site.url, key);
      await both; // their own portfolio, and after it what is about everyone
      const read = requests.filter((url) => url.startsWith(site.url) && /site\.|index\/|keyring|sealed/.test(url));
      assert.equal(read.length, 6, `${reports}: ${read.join(" ")}`);
      await page.getByRole("link", { name: "My team" }).click();
      await page.getByRole("link", { name: "Person 1", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: "Person 1", exact: true }).waitFor();
      assert.equal(requests.filter(isSealed).length, 5, "the team, the portfolio and what is said in confidence");
    }
  }));

test("the first page stands while what is about everyone is held back", () =>
  inTab(async ({ page, complaints }) => {
    const { site, key } = await leading(2);
    await page.goto(site.url);
    const back: Route[] = [];
    let asked = 0;
    await page.route("**/sealed/*", async (route) => {
      asked += 1;
      if (asked > 1) back.push(route);
      else await route.continue();
    });
    const both = askedFor(page, 2);
    await enter(page, key);
    await page.getByRole("heading", { level: 1, name: "Grace" }).waitFor();
    await both;
    await page.getByRole("link", { name: "Rubrics" }).click();
    assert.equal(await heading(page), "Grace");
    for (const route of back) await route.continue();
    await page.getByRole("heading", { level: 1, name: "Rubrics" }).waitFor();
    assert.deepEqual(complaints, []);
  }));

test("a link from elsewhere to one of many opens their page", () =>
  inTab(async ({ page }) => {
    const { site, key } = await leading(200);
    await unlock(page, site.url, key);
    await page.getByRole("link", { name: "My team" }).click();
    const address = await page.getByRole("link", { name: "Person 150", exact: true }).getAttribute("href");
    await lockNow(page).click();
    await page.goto("about:blank");
    await page.goto(`${site.url}${address}`);
    await enter(page, key);
    await page.getByRole("heading", { level: 1, name: "Person 150", exact: true }).waitFor();
    await goTo(page, address ?? "");
    assert.equal(await heading(page), "Person 150");
  }));

test("of more than a thousand people search finds the names, and does not offer to read them all", () =>
  inTab(async ({ page, requests }) => {
    const key = await newIdentity();
    const people = Array.from({ length: 1_001 }, (_, at) => part(`people/p${at}`, `person/p${at}`, "person", `Person ${at}`));
    const site = await servedMade("a-thousand", people, [{ id: "p0", name: "Person 0", identity: key, opens: people.map(({ id }) => id) }]);
    await unlock(page, site.url, key);
    await page.keyboard.press("/");
    await page.getByText("Finds all 1001 people by name").waitFor();
    assert.equal(await page.getByRole("button", { name: /^Search all/ }).count(), 0);
    await page.getByRole("combobox", { name: "Search", exact: true }).fill("p777");
    await page.getByRole("option", { name: /p777.*not opened yet/ }).click();
    await page.getByRole("heading", { level: 1, name: "Person 777", exact: true }).waitFor();
    assert.equal(requests.filter(isSealed).length, 2);
  }));
