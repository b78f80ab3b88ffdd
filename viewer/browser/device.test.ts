/** A device that keeps a reader's key: by a passkey or a passphrase, as ciphertext alone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { SENTENCES } from "../src/outcome";
import { violations } from "./axe";
import { signedByAnother } from "./forged";
import type { Tab } from "./harness";
import { alert, assertFitsWidth, enter, heading, lockNow, lockPage, unlock } from "./reader";
import { example, inTab, served } from "./shared";
import { bareKey, demoKey } from "./sites";

const ada = bareKey(demoKey("ada"));
const PASSPHRASE = "five random words or so";
/** Of a device's memory: nothing that opens anything, and nobody's name. */
const SECRET = /AGE-SECRET|# signer|Okafor|five random/i;

const sheet = (page: Page) => page.getByRole("dialog", { name: "This device" });
const openSheet = (page: Page): Promise<void> => page.getByRole("button", { name: "Remember on this device", exact: true }).click();
const withPasskey = (page: Page) => page.getByRole("button", { name: "Remember on this device with a passkey" });
const byPasskey = (page: Page) => page.getByRole("button", { name: "Unlock with your passkey" });
const byPassphrase = (page: Page) => page.getByRole("button", { name: "Unlock on this device" });
const forget = (page: Page) => page.getByRole("button", { name: "Forget on this device" });
const stored = (page: Page): Promise<string> => page.evaluate(() => JSON.stringify(localStorage));

/** An authenticator without a device, as Chromium's own tools make it. */
interface Authenticator {
  /** Whether its owner says yes. */
  readonly consent: (to: boolean) => Promise<void>;
}

async function authenticator({ context, page }: Tab, hasPrf = true): Promise<Authenticator> {
  const chromium = await context.newCDPSession(page);
  await chromium.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasPrf, hasResidentKey: true, hasUserVerification: true, isUserVerified: true } as const;
  const { authenticatorId } = await chromium.send("WebAuthn.addVirtualAuthenticator", { options: { ...options, automaticPresenceSimulation: true } });
  return { consent: async (isUserVerified) => void (await chromium.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })) };
}

async function rememberByPasskey(page: Page): Promise<void> {
  await openSheet(page);
  await withPasskey(page).click();
  await sheet(page).getByText("The lock page opens it with a passkey.").waitFor();
  await page.keyboard.press("Escape");
}

async function rememberByPassphrase(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await openSheet(page);
  await page.getByLabel("Or a passphrase for this device").fill(passphrase);
  await page.getByRole("button", { name: "Stay unlocked on this device" }).click();
  await sheet(page).getByText("The lock page opens it with a passphrase.").waitFor();
  await page.keyboard.press("Escape");
}

async function opensAgain(page: Page): Promise<void> {
  await lockNow(page).waitFor();
  await page.locator("main h1").waitFor();
  assert.equal(await heading(page), "Ada Okafor");
}

test("a passkey that was made after a first unlock opens the site from then on, and only ciphertext is kept", () =>
  inTab(async (tab) => {
    const { page, complaints } = tab;
    await authenticator(tab);
    const { url } = await served(await example());
    await unlock(page, url, ada);
    await rememberByPasskey(page);
    await lockNow(page).click();
    await byPasskey(page).click();
    await opensAgain(page);
    await page.reload();
    await byPasskey(page).click();
    await opensAgain(page);
    assert.match(await stored(page), /passkey/);
    assert.doesNotMatch(atobAll(await stored(page)), SECRET);
    assert.deepEqual(complaints, []);
  }));

/** The store with every base64 in it read. */
function atobAll(text: string): string {
  const decoded = [...text.matchAll(/[\w-]{40,}/g)].map(([word]) => Buffer.from(word, "base64url").toString("latin1"));
  return `${text}\n${decoded.join("\n")}`;
}

test("a reader who declines, or whose passkey is gone, is told what else opens the site, and loses nothing", () =>
  inTab(async (tab) => {
    const { page } = tab;
    const passkeys = await authenticator(tab);
    await unlock(page, (await served(await example())).url, ada);
    await rememberByPasskey(page);
    await passkeys.consent(false);
    await lockNow(page).click();
    await byPasskey(page).click();
    await alert(page).waitFor();
    assert.equal((await alert(page).innerText()).trim(), SENTENCES.passkey);
    await enter(page, ada);
    await opensAgain(page);
    assert.match(await stored(page), /wrapped/);
  }));

test("what a reader declines to make is not kept", () =>
  inTab(async (tab) => {
    const { page } = tab;
    const passkeys = await authenticator(tab);
    await unlock(page, (await served(await example())).url, ada);
    await passkeys.consent(false);
    await openSheet(page);
    await withPasskey(page).click();
    await sheet(page).getByRole("alert").waitFor();
    assert.doesNotMatch(await stored(page), /wrapped/);
  }));

test("an authenticator without PRF is named as the reason, and a passphrase offered instead", () =>
  inTab(async (tab) => {
    const { page } = tab;
    await authenticator(tab, false);
    await unlock(page, (await served(await example())).url, ada);
    await openSheet(page);
    await withPasskey(page).click();
    assert.match(await sheet(page).getByRole("alert").innerText(), /lacks PRF.*passphrase/);
    assert.doesNotMatch(await stored(page), /wrapped/);
  }));

test("a browser that has no PRF, or no passkeys, says so and shows no button that cannot work", async () => {
  const without = [
    () => Reflect.deleteProperty(globalThis, "PublicKeyCredential"),
    () => Object.defineProperty(PublicKeyCredential, "getClientCapabilities", { value: async () => ({ "extension:prf": false }) }),
  ];
  for (const take of without) {
    await inTab(async ({ page }) => {
      await page.addInitScript(take);
      await unlock(page, (await served(await example())).url, ada);
      await openSheet(page);
      await sheet(page).getByText(/lacks PRF/).waitFor();
      assert.equal(await withPasskey(page).count(), 0);
    });
  }
});

test("a passphrase opens what the device keeps; another one does not, and a weak one is never taken", () =>
  inTab(async ({ page, complaints }) => {
    await unlock(page, (await served(await example())).url, ada);
    await openSheet(page);
    for (const weak of ["short", "aaaaaaaaaaaaaaaaaaaa", "  padded word   "]) {
      await page.getByLabel("Or a passphrase for this device").fill(weak);
      await page.getByRole("button", { name: "Stay unlocked on this device" }).click();
      await sheet(page).getByText(/Too easy to guess/).waitFor();
    }
    assert.doesNotMatch(await stored(page), /wrapped/);
    await page.keyboard.press("Escape");
    await rememberByPassphrase(page);
    assert.doesNotMatch(atobAll(await stored(page)), SECRET);
    await lockNow(page).click();
    await page.getByLabel("Passphrase for this device").fill("five other words or so");
    await byPassphrase(page).click();
    await alert(page).waitFor();
    assert.equal((await alert(page).innerText()).trim(), SENTENCES["wrong-device-passphrase"]);
    await page.getByLabel("Passphrase for this device").fill(` ${PASSPHRASE} `);
    await byPassphrase(page).click();
    await opensAgain(page);
    await lockNow(page).click();
    assert.equal(await page.getByLabel("Passphrase for this device").inputValue(), "");
    assert.deepEqual(complaints, []);
  }));

test("the publisher is pinned in what the device keeps: another one's site is refused without the browser's own memory", () =>
  inTab(async ({ page }) => {
    const site = await served(await example());
    await unlock(page, site.url, ada);
    await rememberByPassphrase(page);
    await page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem("gradus") ?? "{}") as { sites: unknown };
      localStorage.setItem("gradus", JSON.stringify({ ...kept, sites: {} }));
    });
    for (const [path, bytes] of signedByAnother(site.folder)) site.instead.set(path, bytes);
    await page.goto(`${site.url}?again`);
    await page.getByLabel("Passphrase for this device").fill(PASSPHRASE);
    await byPassphrase(page).click();
    await alert(page).waitFor();
    assert.equal((await alert(page).innerText()).trim(), SENTENCES.forged);
  }));

test("a device forgets on both sides of the lock", () =>
  inTab(async ({ page }) => {
    const { url } = await served(await example());
    for (const where of ["open", "locked"]) {
      await unlock(page, `${url}?${where}`, ada);
      await rememberByPassphrase(page);
      if (where === "open") await openSheet(page);
      else await lockNow(page).click();
      await forget(page).click();
      assert.doesNotMatch(await stored(page), /age-encryption|YWdlLWVuY3J5cHRpb24/);
      await page.reload();
      await lockPage.key(page).waitFor();
      assert.equal(await byPassphrase(page).count(), 0);
    }
  }));

test("what is damaged in the store is said to be so, or is as if it were not there", () =>
  inTab(async ({ page }) => {
    const { url } = await served(await example());
    await page.goto(url);
    const path = new URL(url).pathname;
    const keep = (wrapped: unknown): Promise<void> =>
      page.evaluate(([at, kept]) => localStorage.setItem("gradus", JSON.stringify({ sites: {}, wrapped: { [at]: kept } })), [path, wrapped] as const);
    for (const nonsense of [null, 7, {}, { by: "passkey", file: "x" }, { by: "eval", file: "x" }, { by: "passphrase", file: 1 }]) {
      await keep(nonsense);
      await page.reload();
      assert.equal(await page.locator(".gradus-door").count(), 0, JSON.stringify(nonsense));
    }
    for (const file of ["", "AAAA", "not base64!", Buffer.from("age-encryption.org/v1\n").toString("base64url")]) {
      await keep({ by: "passphrase", file });
      await page.reload();
      await page.getByLabel("Passphrase for this device").fill(PASSPHRASE);
      await byPassphrase(page).click();
      await alert(page).waitFor();
      assert.equal((await alert(page).innerText()).trim(), SENTENCES.device);
    }
  }));

test("the sheet and the lock page of a device that keeps a key pass axe and fit a phone", () =>
  inTab(
    async ({ page }) => {
      await unlock(page, (await served(await example())).url, ada);
      await openSheet(page);
      await sheet(page).waitFor();
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press("Escape");
      await rememberByPassphrase(page);
      await assertFitsWidth(page, "an open page");
      await lockNow(page).click();
      await byPassphrase(page).waitFor();
      assert.deepEqual(await violations(page), []);
      await assertFitsWidth(page, "the lock page");
    },
    { viewport: { width: 390, height: 844 } },
  ));
