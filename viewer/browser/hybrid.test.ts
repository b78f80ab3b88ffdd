import assert from "node:assert/strict";
import { test } from "node:test";
import { SENTENCES } from "../src/outcome";
import { lockNow, lockPage, refusal } from "./reader";
import { exampleSite, hybridSite, inTab, served } from "./shared";
import { bareKey, demoKey } from "./sites";

test("a post-quantum site opens with its key file, and says in the help sheet what it is", () =>
  inTab(async ({ page, complaints }) => {
    const { folder, key } = await hybridSite();
    const { url } = await served(folder);
    await page.goto(url);
    await lockPage.file(page).setInputFiles({ name: "ada.txt", mimeType: "text/plain", buffer: Buffer.from(key) });
    await lockNow(page).waitFor();
    assert.equal(await page.locator("main h1").innerText(), "Ada Okafor");
    await page.keyboard.press("?");
    await page.getByText("sealed to post-quantum keys").waitFor();
    assert.equal(await refusal(page, url, bareKey(demoKey("ada"))), SENTENCES["no-match"]);
    assert.deepEqual(complaints, []);
  }));

test("a post-quantum key opens nothing of another site, and is told so", () =>
  inTab(async ({ page }) => {
    const { url } = await exampleSite();
    const hybrid = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"; // of the specification
    assert.equal(await refusal(page, url, hybrid), SENTENCES["no-match"]);
  }));
