/** From the lock page to an open site: every way in, and every refusal. */

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { armor, Encrypter, generateX25519Identity } from "age-encryption";
import type { Page } from "playwright-core";
import { utf8 } from "../src/bytes";
import { NO_KEYS, REPLACED, SENTENCES, WRAPPED } from "../src/outcome";
import { signedByAnother } from "./forged";
import { alert, documentText, enter, goTo, goToRoute, heading, lockNow, lockPage, refusal, unlock } from "./reader";
import { example, exampleSite, hostile, inTab, libraryOf, served, twoBuilds } from "./shared";
import { bareKey, demoKey, readLibrary, routesOf, scratchFolder } from "./sites";

const ADA = "Ada Okafor";
const keyFile = (text: string): { name: string; mimeType: string; buffer: Buffer } => ({
  name: "ada.txt",
  mimeType: "text/plain",
  buffer: Buffer.from(text),
});

test("the lock page names no person, keeps a neutral title, and has the promised names", () =>
  inTab(async ({ page, complaints }) => {
    await page.goto((await exampleSite()).url);
    for (const part of [lockPage.key, lockPage.file, lockPage.unlock]) assert.equal(await part(page).count(), 1);
    assert.equal(await lockPage.login(page).isVisible(), false, "a login is asked for only with a passphrase");
    assert.equal(await page.getByRole("main").getByRole("heading", { level: 1 }).count(), 1);
    assert.equal(await page.title(), "Portfolios");
    assert.doesNotMatch(await documentText(page), /Okafor|Meridian|Grace/);
    assert.deepEqual(complaints, []);
  }));

test("a key file that is chosen opens the reader's own portfolio, and the focus is on its heading", () =>
  inTab(async ({ page, complaints }) => {
    await page.goto((await exampleSite()).url);
    await lockPage.file(page).setInputFiles(keyFile(demoKey("ada")));
    await lockNow(page).waitFor();
    assert.equal(await heading(page), ADA);
    assert.equal(await page.evaluate(() => document.activeElement?.localName), "h1");
    assert.deepEqual(complaints, []);
  }));

test("a key file that is dropped opens it too", () =>
  inTab(async ({ page }) => {
    await page.goto((await exampleSite()).url);
    const dataTransfer = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "ada.txt"));
      return transfer;
    }, demoKey("ada"));
    await page.getByText("or drop it here").dispatchEvent("drop", { dataTransfer });
    await lockNow(page).waitFor();
    assert.equal(await heading(page), ADA);
  }));

test("a pasted key opens it too, and says whom the browser trusts from now on, but once", () =>
  inTab(async ({ page }) => {
    const { url } = await exampleSite();
    await unlock(page, url, bareKey(demoKey("ada")));
    assert.equal(await heading(page), ADA);
    await page.getByRole("status").getByText("First visit with a bare key").waitFor();
    await lockNow(page).click();
    await enter(page, bareKey(demoKey("ada")));
    await lockNow(page).waitFor();
    assert.equal(await page.getByText("First visit with a bare key").count(), 0);
  }));

test("a login with its passphrase opens it; a wrong one says that it is being checked, then which two things to look at", () =>
  inTab(async ({ page }) => {
    const { newer, passphrase } = await twoBuilds();
    await page.goto((await served(newer)).url);
    await lockPage.key(page).fill("not the passphrase");
    const told = page.evaluate(
      () =>
        new Promise<string>((tell) => {
          const status = document.querySelector<HTMLElement>('[role="status"]');
          if (status !== null) new MutationObserver(() => !status.hidden && tell(status.innerText)).observe(status, { attributes: true });
        }),
    );
    await lockPage.login(page).fill("ada@meridian.example");
    await lockPage.unlock(page).click();
    assert.match(await told, /Checking your passphrase/);
    assert.equal((await alert(page).innerText()).trim(), SENTENCES["wrong-passphrase"]);
    await enter(page, passphrase);
    await lockNow(page).waitFor();
    assert.equal(await heading(page), ADA);
  }));

test("six failures have six sentences", () => {
  const six = ["wrong-key", "no-match", "damaged", "forged", "older", "newer"] as const;
  assert.equal(new Set(six.map((fault) => SENTENCES[fault])).size, 6);
});

test("half a key, a public key and others are each called what they are", () =>
  inTab(async ({ page }) => {
    const key = bareKey(demoKey("ada"));
    for (const [text, sentence] of [
      [key.slice(0, 40), NO_KEYS.mistyped],
      [`# age1xyz\nage1${"q".repeat(58)}`, NO_KEYS.public],
      ["# mine\nssh-ed25519 AAAA", NO_KEYS.ssh],
      ["# mine\nAGE-PLUGIN-YUBIKEY-1QQQQ", NO_KEYS.plugin],
    ] as const) {
      await page.goto((await exampleSite()).url);
      await lockPage.file(page).setInputFiles({ name: "key.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
      assert.equal((await alert(page).innerText()).trim(), sentence);
    }
  }));

test("a key file opens as Windows writes it, with a spare key before the one that counts, and protected by a passphrase", () =>
  inTab(async ({ page }) => {
    const spare = `${await generateX25519Identity()}\r\n${bareKey(demoKey("ada")).toLowerCase()}\r\n`;
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(12);
    encrypter.setPassphrase("correct-horse");
    const wrapped = await encrypter.encrypt(demoKey("ada"));
    const choose = async (buffer: Buffer): Promise<void> => {
      await page.goto((await exampleSite()).url);
      await lockPage.file(page).setInputFiles({ name: "key.txt", mimeType: "", buffer });
    };
    await choose(Buffer.from(`\ufeff${spare}`, "utf16le"));
    await lockNow(page).waitFor();
    for (const buffer of [Buffer.from(wrapped), Buffer.from(armor.encode(wrapped))]) {
      await page.goto("about:blank");
      await choose(buffer);
      await page.getByRole("status").getByText(WRAPPED).waitFor();
      await lockPage.key(page).fill("wrong");
      assert.equal(await lockPage.login(page).isVisible(), false, "no login goes with it");
      await lockPage.unlock(page).click();
      assert.equal((await alert(page).innerText()).trim(), SENTENCES["wrong-passphrase"]);
      await lockPage.key(page).fill(" correct horse ");
      await lockPage.unlock(page).click();
      await lockNow(page).waitFor();
    }
  }));

test("what is typed is shown on request, and hidden again when the page locks", () =>
  inTab(async ({ page }) => {
    await page.goto((await exampleSite()).url);
    await lockPage.key(page).fill(bareKey(demoKey("ada")));
    assert.equal(await lockPage.key(page).getAttribute("type"), "password");
    await page.getByRole("button", { name: "Show" }).click();
    assert.equal(await lockPage.key(page).getAttribute("type"), "text");
    await lockPage.unlock(page).click();
    await lockNow(page).click();
    await lockPage.unlock(page).waitFor();
    assert.equal(await lockPage.key(page).getAttribute("type"), "password");
  }));

test("a lock page whose script does not come says that it is not whole, and takes no key", () =>
  inTab(async ({ page }) => {
    const site = await served(await example());
    const script = readdirSync(join(await example(), "assets")).find((name) => name.startsWith("viewer.") && name.endsWith(".js"));
    await page.route(`**/${script}`, (route) => route.abort());
    await page.goto(site.url);
    await page.getByText("has not loaded whole").waitFor();
    for (const field of [lockPage.key(page), lockPage.unlock(page), lockPage.file(page)]) assert.ok(await field.isDisabled());
    await page.unroute(`**/${script}`);
    await page.reload();
    await lockPage.key(page).fill("x");
    assert.equal(await page.getByText("has not loaded whole").count(), 0);
  }));

test("a stranger's key, a leaver's and a retired one open nothing, and are told so", () =>
  inTab(async ({ page }) => {
    const { url } = await exampleSite();
    for (const key of [await generateX25519Identity(), bareKey(demoKey("kwame")), bareKey(demoKey("teo-old"))]) {
      assert.equal(await refusal(page, url, key), SENTENCES["no-match"]);
    }
  }));

test("a damaged page says so where it is missed, and everything else still opens", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const library = await libraryOf("ada");
    const own = library.sections.find((ref) => ref.id === "person/ada");
    assert.ok(own);
    const site = await served(folder);
    site.instead.set(own.file, readFileSync(join(folder, own.file)).subarray(0, -100));
    await unlock(page, site.url, bareKey(demoKey("ada")));
    assert.match(await alert(page).innerText(), new RegExp(SENTENCES.damaged));
    await goToRoute(page, library, "rubric/ic");
    assert.equal(await heading(page), "Engineering");
    assert.equal(await alert(page).count(), 0);
  }));

test("a sealed file with other bytes of the same length is called forged, and is not shown", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const own = (await libraryOf("ada")).sections.find((ref) => ref.id === "person/ada");
    assert.ok(own);
    const bytes = Uint8Array.from(readFileSync(join(folder, own.file)));
    bytes.set([(bytes.at(-5) ?? 0) ^ 1], bytes.length - 5);
    const site = await served(folder);
    site.instead.set(own.file, bytes);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    assert.match(await alert(page).innerText(), new RegExp(SENTENCES.forged));
  }));

test("a site that another publisher signed is refused by whoever knows the right one", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder);
    const { signer } = (await libraryOf("ada")).manifest;
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    await page.goto(site.url);
    await lockPage.file(page).setInputFiles(keyFile(`# signer: ${signer}\n${bareKey(demoKey("ada"))}\n`));
    assert.equal((await alert(page).innerText()).trim(), SENTENCES.forged);
  }));

test("a publisher that changes between two visits is refused at the second", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    assert.equal(await refusal(page, `${site.url}?again`, bareKey(demoKey("ada"))), REPLACED);
  }));

/** What the lock page says, and asks, about a site in another one's place. */
const replaced = (page: Page): Promise<string> => page.locator("#gradus-failure").innerText();
const takeAsNew = (page: Page): Promise<void> => page.getByRole("button", { name: "This is a new site", exact: true }).click();

test("an address is the folder of its page: another signer is refused there however the address is written", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder, "a/growth/");
    await unlock(page, `${site.url}index.html?first#here`, bareKey(demoKey("ada")));
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    for (const more of ["?a", "index.html", "index.html?b#/c", "#d", "?e=/x/"]) {
      await page.goto("about:blank");
      assert.equal(await refusal(page, `${site.url}${more}`, bareKey(demoKey("ada"))), REPLACED, more);
    }
  }));

test("another site at an address that this browser knows is forged, until the reader takes it for a new one", () =>
  inTab(async ({ page }) => {
    const [ours, theirs] = [await example(), await hostile()];
    const site = await served(ours);
    const [before, now] = [ours, theirs.folder].map((folder) => JSON.parse(readFileSync(join(folder, "site.json"), "utf8")) as Record<string, string>);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    site.folder = theirs.folder;
    assert.equal(await refusal(page, `${site.url}?second`, theirs.key), REPLACED);
    for (const known of [before, now]) for (const part of ["signer", "site"]) assert.ok((await replaced(page)).includes(known?.[part] ?? "?"), part);
    assert.ok((await replaced(page)).indexOf(before?.["signer"] ?? "?") < (await replaced(page)).indexOf(now?.["signer"] ?? "?"), "what was stands before what is");
    // Nothing is believed for having been asked about.
    assert.equal(await refusal(page, `${site.url}?third`, theirs.key), REPLACED);
    await takeAsNew(page);
    await lockNow(page).waitFor();
    await unlock(page, `${site.url}?fourth`, theirs.key);
    assert.equal(await page.getByText("First visit with a bare key").count(), 0);
    site.folder = ours;
    assert.equal(await refusal(page, `${site.url}?fifth`, bareKey(demoKey("ada"))), REPLACED);
  }));

test("another signer of the same site can be taken for a new one, and then the old one is refused", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    assert.equal(await refusal(page, `${site.url}?second`, bareKey(demoKey("ada"))), REPLACED);
    await takeAsNew(page);
    await lockNow(page).waitFor();
    await unlock(page, `${site.url}?third`, bareKey(demoKey("ada")));
    site.instead.clear();
    assert.equal(await refusal(page, `${site.url}?fourth`, bareKey(demoKey("ada"))), REPLACED);
  }));

test("what is taken for a new site is the one that was shown, and no third one that comes after the question", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    assert.equal(await refusal(page, `${site.url}?second`, bareKey(demoKey("ada"))), REPLACED);
    for (const [path, bytes] of signedByAnother(folder, 7)) site.instead.set(path, bytes);
    await takeAsNew(page);
    await alert(page).first().waitFor();
    assert.equal((await alert(page).first().innerText()).trim(), REPLACED);
    assert.equal(await lockNow(page).count(), 0);
  }));

test("a site whose signature does not hold is forged without a question", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    for (const [path, bytes] of signedByAnother(folder)) if (path === "site.json") site.instead.set(path, bytes);
    assert.equal(await refusal(page, `${site.url}?second`, bareKey(demoKey("ada"))), SENTENCES.forged);
    assert.equal(await page.getByRole("button", { name: "This is a new site" }).count(), 0);
  }));

/** Opens the lock page and chooses a key file. */
async function unlockByFile(page: Page, url: string, text: string): Promise<void> {
  await page.goto(url);
  await lockPage.file(page).setInputFiles(keyFile(text));
  await lockNow(page).waitFor();
}

test("a key file opens the site that it names, and leaves the one that this browser knows for every other key", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const [site, key] = [await served(folder), bareKey(demoKey("ada"))];
    const named = (signer: string): string => `# signer: ${signer}\n${key}\n`;
    const signerIn = (bytes: Uint8Array | undefined): string => (JSON.parse(new TextDecoder().decode(bytes)) as { signer: string }).signer;
    await unlock(page, site.url, key);
    const others = signedByAnother(folder);
    for (const [path, bytes] of others) site.instead.set(path, bytes);
    const their = named(signerIn(others[0]?.[1]));
    const beside = page.getByText("knows another site at this address");
    for (const [visit, notices] of [["second", 1], ["third", 0]] as const) {
      await unlockByFile(page, `${site.url}?${visit}`, their);
      assert.equal(await beside.count(), notices, "it is said once");
      assert.equal(await refusal(page, `${site.url}?${visit}-bare`, key), REPLACED);
    }
    site.instead.clear();
    await unlock(page, `${site.url}?ours`, key);
    assert.equal(await page.getByText("First visit with a bare key").count(), 0);
    for (const [path, bytes] of others) site.instead.set(path, bytes);
    assert.equal(await refusal(page, `${site.url}?asked`, key), REPLACED);
    await takeAsNew(page);
    await lockNow(page).waitFor();
    await unlockByFile(page, `${site.url}?taken`, their);
    assert.equal(await beside.count(), 0);
    await unlock(page, `${site.url}?taken-bare`, key);
  }));

test("of a site that a key file names beside the known one, an older build is refused too", () =>
  inTab(async ({ page }) => {
    const { older, newer } = await twoBuilds();
    const [site, key] = [await served(await hostile().then(({ folder }) => folder)), demoKey("ada")];
    await unlock(page, site.url, (await hostile()).key);
    const { signer } = (await readLibrary(newer, key)).manifest;
    const text = `# signer: ${signer}\n${bareKey(key)}\n`;
    site.folder = newer;
    await unlockByFile(page, `${site.url}?newer`, text);
    site.folder = older;
    await page.goto(`${site.url}?older`);
    await lockPage.file(page).setInputFiles(keyFile(text));
    assert.equal((await alert(page).innerText()).trim(), SENTENCES.older);
  }));

/** What a store may hold that the viewer did not write, or of which a part is lost. */
const BROKEN = ["", "null", "1", '"x"', "[]", "{", "{}", '{"sites":null}', '{"sites":1}', '{"sites":[]}', '{"sites":{"/":null}}', '{"sites":{"/":{"site":1}}}', '{"sites":{"/":{"site":"a","signer":"b","build":"9"}}}', '{"sites":{"/x/":null},"named":null,"wrapped":null}', '{"sites":{},"named":{"a":null},"wrapped":{"/":null},"theme":1,"keys":"x"}', '{"wrapped":{"/":{"by":"passkey","file":1}}}'];

test("whatever the browser's store holds, the site opens, and what it shows is known from then on", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const [site, key] = [await served(folder), bareKey(demoKey("ada"))];
    for (const [at, text] of BROKEN.entries()) {
      await page.goto(`${site.url}?${at}`);
      await page.evaluate((kept) => localStorage.setItem("gradus", kept), text);
      await unlock(page, `${site.url}?${at}-first`, key);
      for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
      assert.equal(await refusal(page, `${site.url}?${at}-second`, key), REPLACED, text);
      site.instead.clear();
    }
  }));

test("a store that is full or off leaves what it holds, and the site opens", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const [site, key] = [await served(folder), bareKey(demoKey("ada"))];
    await unlock(page, site.url, key);
    await page.evaluate(() => {
      for (let size = 1 << 22; size >= 1; size >>= 1) {
        try {
          for (let at = 0; ; at += 1) localStorage.setItem(`filler-${size}-${at}`, "x".repeat(size));
        } catch {
          // no room for a piece of that size
        }
      }
    });
    await unlock(page, `${site.url}?full`, key);
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    assert.equal(await refusal(page, `${site.url}?full-second`, key), REPLACED);
    site.instead.clear();
    await page.addInitScript(() => Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("off", "SecurityError"); } }));
    await unlock(page, `${site.url}?off`, key);
  }));

test("where a site was replaced, the focus is on the question and then in the page, never nowhere", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const [site, key] = [await served(folder), bareKey(demoKey("ada"))];
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.className || document.activeElement?.id || document.activeElement?.tagName || "");
    await unlock(page, site.url, key);
    for (const [path, bytes] of signedByAnother(folder)) site.instead.set(path, bytes);
    await page.goto(`${site.url}?second`);
    await lockPage.key(page).fill(key);
    await lockPage.unlock(page).focus();
    await page.keyboard.press("Enter");
    await page.locator(".gradus-replaced").waitFor();
    assert.equal(await focused(), "gradus-replaced");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "This is a new site");
    for (const [path, bytes] of signedByAnother(folder, 7)) site.instead.set(path, bytes);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.className === "gradus-replaced");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await lockNow(page).waitFor();
  }));

test("two sites at two addresses of one origin know nothing of each other", () =>
  inTab(async ({ page }) => {
    const [ours, theirs] = [await example(), await hostile()];
    const root = scratchFolder("two-sites");
    cpSync(ours, join(root, "one"), { recursive: true });
    cpSync(theirs.folder, join(root, "two"), { recursive: true });
    const { url } = await served(root);
    for (const visit of ["first", "second"]) {
      await unlock(page, `${url}one/?${visit}`, bareKey(demoKey("ada")));
      await unlock(page, `${url}two/?${visit}`, theirs.key);
    }
    // A copy of a site that the origin knows has to be signed as that one is, at whatever address.
    cpSync(ours, join(root, "three"), { recursive: true });
    for (const [path, bytes] of signedByAnother(ours)) writeFileSync(join(root, "three", path), bytes);
    assert.equal(await refusal(page, `${url}three/`, bareKey(demoKey("ada"))), REPLACED);
  }));

test("a newer build that is met while a page is open is remembered: the older one is refused from then on", () =>
  inTab(async ({ page }) => {
    const { older, newer } = await twoBuilds();
    const site = await served(older);
    const library = await readLibrary(older, demoKey("grace"));
    await unlock(page, site.url, bareKey(demoKey("grace")));
    site.folder = newer;
    // What a manager may read of somebody else is fetched when they go there.
    await goToRoute(page, library, "people/ada");
    assert.equal(await alert(page).count(), 0);
    await lockNow(page).click();
    await lockPage.key(page).waitFor();
    site.folder = older;
    await enter(page, bareKey(demoKey("grace")));
    assert.equal((await alert(page).innerText()).trim(), SENTENCES.older);
  }));

test("a changed word in the signed file is called forged, even at a first visit", () =>
  inTab(async ({ page }) => {
    const folder = await example();
    const site = await served(folder);
    const text = readFileSync(join(folder, "site.json"), "utf8");
    site.instead.set("site.json", utf8(text.replace("Portfolios", "Portfolioz")));
    assert.equal(await refusal(page, site.url, bareKey(demoKey("ada"))), SENTENCES.forged);
  }));

test("an older build is refused after a newer one was opened; the newer opens after the older", () =>
  inTab(async ({ page }) => {
    const { older, newer } = await twoBuilds();
    const site = await served(older);
    await unlock(page, site.url, bareKey(demoKey("ada")));
    site.folder = newer;
    await unlock(page, `${site.url}?second`, bareKey(demoKey("ada")));
    site.folder = older;
    assert.equal(await refusal(page, `${site.url}?third`, bareKey(demoKey("ada"))), SENTENCES.older);
  }));

test("a link to a place in a page is kept through unlock, at any subpath", () =>
  inTab(async ({ page, complaints }) => {
    const folder = await example();
    const address = (await readLibrary(folder, demoKey("ada"))).addresses.of("people/ada/2026-h1");
    await unlock(page, `${(await served(folder, "a/growth/")).url}${address}`, bareKey(demoKey("ada")));
    assert.match(await heading(page), /2026/);
    assert.equal(await page.evaluate(() => location.hash), address);
    assert.deepEqual(complaints, []);
  }));

test("an address that is not the reader's says neither whose it is nor whether it exists", () =>
  inTab(async ({ page }) => {
    const { addresses } = await libraryOf("grace");
    await unlock(page, (await exampleSite()).url, bareKey(demoKey("ada")));
    const texts: string[] = [];
    const own = await routesOf(await libraryOf("ada"));
    const others = (await routesOf(await libraryOf("barbara"))).filter((route) => !own.includes(route) && /^(people|team)\//.test(route));
    assert.ok(others.length > 3, "there are pages that she does not open");
    for (const route of [...others.slice(0, 3), "team/grace", "people/nobody"]) {
      await goTo(page, addresses.of(route));
      await page.getByRole("heading", { name: "Not here, or not yours" }).waitFor();
      texts.push(await page.locator("main").innerText());
    }
    assert.equal(new Set(texts).size, 1);
  }));

test("without scripts the lock page gives the commands, and hides nothing behind a form that cannot work", () =>
  inTab(
    async ({ page }) => {
      await page.goto((await exampleSite()).url);
      assert.match(await noscriptText(page), /age -d -i key\.txt/);
    },
    { javaScriptEnabled: false },
  ));

const noscriptText = (page: Page): Promise<string> => page.locator("noscript").innerText();
