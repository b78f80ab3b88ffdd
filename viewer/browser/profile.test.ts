/** What a browser keeps on disk of a session: nothing that was read, typed or unlocked with. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { BrowserContext, Page } from "playwright-core";
import { parseIdentities } from "../src/identity";
import type { Library } from "../src/library";
import type { Tree } from "../src/tree";
import { canary, filesBelow, found, shapesOf, type Canary } from "./canaries";
import { launchProfile } from "./harness";
import { goToRoute, lockNow, lockPage, unlock } from "./reader";
import { exampleSite, libraryOf } from "./shared";
import { bareKey, demoKey, routesOf, scratchFolder } from "./sites";

const SEARCHED = "zanzibar ledger of mine";
const PASSPHRASE = "violet anchor drift seven moss";
const LOGIN = "somebody@meridian.example";

/** Runs `work` in a browser with a profile on disk, ends the browser, and gives the profile. */
async function profileAfter(name: string, work: (page: Page, context: BrowserContext) => Promise<void>): Promise<string> {
  const profile = scratchFolder(`profile-${name}`);
  const context = await launchProfile(profile);
  context.setDefaultTimeout(60_000);
  await work(await context.newPage(), context);
  await context.close();
  return profile;
}

/** Everything sealed that Ada's key opens: sentences, names, routes, and the keys themselves. */
async function canariesOf(library: Library): Promise<Canary[]> {
  const [key] = parseIdentities(bareKey(demoKey("ada")));
  const identities = library.sections.map(({ identity }) => canary(identity));
  const names = ["Okafor", "Whitfield", "Meridian Pay", "people/ada", SEARCHED, PASSPHRASE, LOGIN].map(canary);
  return [canary(key.text), { name: "the key's bytes", bytes: key.secret }, ...identities, ...names, ...(await sentences(library))];
}

/** Of every page a few of its longest texts. */
async function sentences(library: Library): Promise<Canary[]> {
  await routesOf(library);
  const pages = library.sections.filter((ref) => ref.id.startsWith("person/ada")).flatMap((ref) => library.openOf(ref.subject)).flatMap((section) => section.pages);
  const longest = pages.flatMap(({ tree }) => textsIn(tree).sort((a, b) => b.length - a.length).slice(0, 4));
  return [...new Set(longest)].map((text) => canary(text.slice(0, 48)));
}

const textsIn = (tree: Tree): string[] => (typeof tree === "string" ? [tree.trim()] : tree.children.flatMap(textsIn)).filter((text) => text.length > 24);

/** Unlocks, reads, searches, prints, keeps the key on the device, goes away and comes back. */
async function readMuch(page: Page): Promise<void> {
  const { url } = await exampleSite();
  const library = await libraryOf("ada");
  await page.goto(url);
  await lockPage.key(page).fill(PASSPHRASE);
  await lockPage.login(page).fill(LOGIN);
  await unlock(page, `${url}?1`, bareKey(demoKey("ada")));
  for (const route of ["people/ada/2026-h1", "people/ada/2025-h2", "rubric/ic", "people/ada"]) await goToRoute(page, library, route);
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Search", exact: true }).pressSequentially(SEARCHED);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Remember on this device", exact: true }).click();
  await page.getByLabel("Or a passphrase for this device").fill(PASSPHRASE);
  await page.getByRole("button", { name: "Stay unlocked on this device" }).click();
  await page.getByText("The lock page opens it with a passphrase.").waitFor();
  await page.keyboard.press("Escape");
  await page.pdf();
  await page.goBack();
  await page.goForward();
}

async function assertClean(profile: string): Promise<void> {
  const files = filesBelow(profile);
  assert.ok(files.some((path) => path.endsWith("History")) && files.length > 20, "it is a profile");
  const canaries = await canariesOf(await libraryOf("ada"));
  assert.ok(canaries.length > 40, `${canaries.length} canaries`);
  assert.deepEqual(found(profile, canaries), []);
}

test("after unlock, reading, search, print and lock, the browser's profile holds no word of it in any encoding", async () => {
  const profile = await profileAfter("locked", async (page) => {
    await readMuch(page);
    await lockNow(page).click();
    await lockPage.key(page).waitFor();
    await page.goto((await exampleSite()).url);
  });
  await assertClean(profile);
});

test("a browser that is closed over an open site holds no word of it either", async () => {
  const profile = await profileAfter("open", async (page) => {
    await readMuch(page);
    await lockNow(page).waitFor();
  });
  await assertClean(profile);
});

test("what a page would leave behind is found: in history, stores, and whatever else Chromium writes", async () => {
  const planted = ["planted in a title", "planted in an address", "planted in localStorage", "planted in sessionStorage", "planted in IndexedDB", "planted in a field"];
  const profile = await profileAfter("planted", async (page) => {
    await page.goto(`${(await exampleSite()).url}rubric/ic/`);
    await page.evaluate(async ([title = "", address = "", local = "", session = "", database = "", field = ""]) => {
      document.title = title;
      history.pushState(null, "", `?${address.replaceAll(" ", "-")}`);
      localStorage.setItem("x", local);
      sessionStorage.setItem("x", session);
      const input = document.createElement("input");
      document.body.append(input);
      input.value = field;
      await new Promise<void>((done) => {
        const opening = indexedDB.open("x");
        opening.onupgradeneeded = () => opening.result.createObjectStore("x").put(database, "x");
        opening.onsuccess = () => (opening.result.close(), done());
      });
    }, planted);
    await page.goto((await exampleSite()).url);
  });
  const seen = found(profile, planted.map((text) => canary(text === planted[1] ? text.replaceAll(" ", "-") : text)));
  for (const text of planted) assert.ok(seen.some((line) => line.includes(text) || line.includes(text.replaceAll(" ", "-"))), `${text}: ${seen.join(", ")}`);
});

test("the scan finds a canary in every encoding, at every offset", () => {
  const folder = scratchFolder("encodings");
  mkdirSync(folder);
  const text = canary("Ada's drift of 0.4 %");
  const written: Buffer[] = [Buffer.from(text.name), Buffer.from(text.name, "utf16le"), Buffer.from(Buffer.from(text.name).toString("hex"))];
  for (const before of ["", "x", "xy", "xyz"]) {
    const bytes = Buffer.from(`${before}${text.name} and more`);
    written.push(Buffer.from(bytes.toString("base64")), Buffer.from(bytes.toString("base64url")), Buffer.from(Buffer.from(`${before}${text.name}`, "utf16le").toString("base64")));
  }
  for (const [at, bytes] of written.entries()) {
    writeFileSync(join(folder, String(at)), Buffer.concat([Buffer.from("before "), bytes, Buffer.from(" after")]));
    assert.equal(found(folder, [text]).length, at + 1, bytes.toString("latin1"));
  }
  assert.ok(shapesOf(text).every((shape) => shape.length >= 18));
});
