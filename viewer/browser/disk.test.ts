/** The site as a folder on disk, opened by a double click. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { alert, documentText, enter, goToRoute, heading, lockNow, lockPage, refusal, unlock } from "./reader";
import { example, hybridSite, inTab, libraryOf, once, served } from "./shared";
import { bareKey, buildSite, demoKey, EXAMPLE, filesIn, gradus, routesOf, scratchFolder } from "./sites";

const key = bareKey(demoKey("ada"));

/** example-org with Ada's login, built to be opened from disk. */
const portable = once(async () => {
  const organisation = scratchFolder("portable-org");
  cpSync(EXAMPLE, organisation, { recursive: true, filter: (path) => !path.endsWith("/public") });
  rmSync(join(organisation, "people/ada/login.age"), { force: true }); // the demo's own
  const passphrase = gradus("-C", organisation, "keys", "login", "ada", "-i", join(EXAMPLE, "demo-keys/ada.txt")).trim();
  gradus("build", organisation, "--portable");
  return { organisation, passphrase, folder: join(organisation, "public") };
});

/** Where a double click on the shell leads. */
const opened = (folder: string): string => pathToFileURL(join(folder, "index.html")).href;

let copies = 0;
/** A copy of the portable folder that a test may change. */
async function copied(): Promise<string> {
  const copy = scratchFolder(`portable-copy-${(copies += 1)}`);
  cpSync((await portable()).folder, copy, { recursive: true });
  return copy;
}

async function assertEveryPage(page: Page, url: string, person: string): Promise<void> {
  const library = await libraryOf(person);
  await unlock(page, url, bareKey(demoKey(person)));
  for (const route of await routesOf(library)) {
    await goToRoute(page, library, route);
    assert.notEqual(await heading(page), "", route);
    assert.equal(await alert(page).count(), 0, route);
  }
}

test("a portable site opens from disk: every page, pictures, and nothing asked of anywhere else", () =>
  inTab(async ({ page, complaints, requests }) => {
    const { folder } = await portable();
    await assertEveryPage(page, opened(folder), "ada");
    await goToRoute(page, await libraryOf("ada"), "people/ada/2026-h1");
    const picture = page.getByRole("img", { name: /^Drift between old and new ledger/ });
    await picture.scrollIntoViewIfNeeded();
    assert.ok((await picture.evaluate(async (image: HTMLImageElement) => (await image.decode(), image.naturalWidth))) > 100);
    assert.deepEqual(complaints, []);
    const elsewhere = requests.filter((url) => !url.startsWith(pathToFileURL(folder).href) && !url.startsWith("blob:"));
    assert.deepEqual(elsewhere, []);
  }));

test("from disk a login opens with its passphrase, search finds, a copy can be taken, and this device keeps a key", () =>
  inTab(async ({ page, complaints }) => {
    const { folder, passphrase } = await portable();
    await page.goto(opened(folder));
    await lockPage.key(page).fill(passphrase);
    await lockPage.login(page).fill("ada@meridian.example");
    await lockPage.unlock(page).click();
    await lockNow(page).waitFor({ timeout: 60_000 });
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download my portfolio" }).click();
    assert.ok(readFileSync(await (await saving).path(), "utf8").includes("Okafor"));
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("combobox", { name: "Search", exact: true }).fill("ledger");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remember on this device", exact: true }).click();
    await page.getByText("A page opened from disk has no passkeys").waitFor();
    await page.getByLabel("Or a passphrase for this device").fill("correct horse battery staple again");
    await page.getByRole("button", { name: "Stay unlocked on this device" }).click();
    await page.getByText("This device keeps a key, encrypted").waitFor({ timeout: 60_000 });
    await page.reload();
    await page.getByLabel("Passphrase for this device").fill("correct horse battery staple again");
    await page.getByRole("button", { name: "Unlock on this device" }).click();
    await lockNow(page).waitFor({ timeout: 60_000 });
    assert.deepEqual(complaints, []);
  }));

test("from disk no publisher is remembered, and none that some file left behind is believed", () =>
  inTab(async ({ page }) => {
    const url = opened((await portable()).folder);
    await unlock(page, url, key);
    await page.getByRole("status").getByText("remembers no publisher").waitFor();
    assert.doesNotMatch((await page.evaluate(() => localStorage.getItem("gradus"))) ?? "", /ed25519/);
    await page.evaluate(() => {
      const shown = { site: "0".repeat(32), build: 1, signer: "ed25519:x" };
      localStorage.setItem("gradus", JSON.stringify({ sites: { [new URL(".", document.baseURI).pathname]: shown } }));
    });
    await unlock(page, `${url}?again`, key);
    assert.equal(await heading(page), "Ada Okafor");
  }));

test("locking empties every tab of a site on disk", () =>
  inTab(async ({ context, page }) => {
    const url = opened((await portable()).folder);
    const other = await context.newPage();
    await unlock(other, url, key);
    await unlock(page, url, key);
    await lockNow(page).click();
    for (const tab of [page, other]) {
      await lockPage.key(tab).waitFor();
      assert.doesNotMatch(await documentText(tab), /Okafor/);
    }
  }));

test("what a twin hands over is held against the signature, and a file without one is missing", () =>
  inTab(async ({ page }) => {
    const folder = await copied();
    for (const twin of filesIn(folder, "portable/sealed")) {
      const text = readFileSync(join(folder, twin), "utf8");
      writeFileSync(join(folder, twin), text.replace(/"([A-Za-z0-9+/]+)(.)(=*)"\);/, (_, start: string, last: string, end: string) => `"${start}${last === "A" ? "Q" : "A"}${end}");`));
    }
    await page.goto(opened(folder));
    await enter(page, key);
    await alert(page).first().waitFor();
    assert.match(await alert(page).first().innerText(), /not what its publisher signed/);
    assert.doesNotMatch(await documentText(page), /Calm incident|Meridian Ledger/);
    const without = await copied();
    rmSync(join(without, "portable/site.json.js"));
    assert.match(await refusal(page, opened(without), key), /incomplete or unreadable/);
  }));

test("a script from elsewhere than a twin cannot be made, not even by the page's own scripts", () =>
  inTab(async ({ page }) => {
    const folder = await copied();
    mkdirSync(join(folder, "portable/sealed/deep"), { recursive: true });
    await page.goto(opened(folder));
    const tried = await page.evaluate(async () => {
      const attempts = ["https://evil.example/x.js", "../x", "sealed/../../x", "portable/x", "site.json.js", "data:text/javascript,1"];
      const refused = await Promise.all(attempts.map((path) => globalThis.gradusFiles?.(path).then(() => "loaded", () => "refused")));
      const plain = (() => {
        try {
          document.createElement("script").src = "portable/site.json.js";
          return "made";
        } catch {
          return "refused";
        }
      })();
      return [...refused, plain];
    });
    assert.deepEqual(new Set(tried), new Set(["refused"]));
  }));

test("a portable site opens from a host like any other, by fetching, and needs none of its twins", () =>
  inTab(async ({ page, complaints, requests }) => {
    const { url } = await served((await portable()).folder);
    await assertEveryPage(page, url, "ada");
    assert.deepEqual(requests.filter((asked) => asked.includes("/portable/")), []);
    assert.deepEqual(complaints, []);
  }));

test("a site that is not portable says from disk what would help", () =>
  inTab(async ({ page }) => {
    await page.goto(opened(await example()));
    assert.match(await alert(page).innerText(), /opened from disk.*--portable/);
    assert.equal(await lockPage.unlock(page).isDisabled(), true);
  }));

test("a post-quantum site opens from disk like any other", () =>
  inTab(async ({ page, complaints }) => {
    const { portable: folder, key: identity } = await hybridSite();
    await page.goto(opened(folder));
    await lockPage.file(page).setInputFiles({ name: "ada.txt", mimeType: "text/plain", buffer: Buffer.from(identity) });
    await lockNow(page).waitFor();
    assert.equal(await heading(page), "Ada Okafor");
    assert.deepEqual(complaints, []);
  }));

test("what is built again without twins leaves none", async () => {
  const { organisation } = await portable();
  const out = scratchFolder("portable-again");
  gradus("build", organisation, "-o", out, "--portable");
  assert.ok(filesIn(out, "portable").length > 10);
  gradus("verify", out);
  buildSite(organisation, "portable-again");
  assert.throws(() => filesIn(out, "portable"));
  gradus("verify", out);
});
