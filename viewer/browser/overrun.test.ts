/** Thousands of hostile inputs, drawn in Chromium: none runs, loads, submits, covers or pretends. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Page } from "playwright-core";
import { DRAWN } from "./hostile";
import { Overrun } from "./overrun";
import { goToRoute, unlock } from "./reader";
import { inTab, once, served } from "./shared";
import { buildSite, complaintsOf, filesIn, gradus, readLibrary, routesOf, scratchFolder } from "./sites";

const INPUTS_MIN = 2_000;

interface Built {
  readonly key: string;
  readonly folder: string;
  readonly overrun: Overrun;
  readonly refused: ReadonlySet<string>;
}

const built = once(async (): Promise<Built> => {
  const tree = scratchFolder("overrun");
  const key = await generateX25519Identity();
  const overrun = new Overrun(tree, await identityToRecipient(key));
  overrun.write();
  const errors = complaintsOf(tree).filter(({ severity }) => severity === "error");
  const refused = new Set(errors.map(({ file, line }) => overrun.refusedAt(file, line)));
  overrun.write(refused);
  gradus("-C", tree, "keys", "site");
  gradus("-C", tree, "access", "--accept", "--new");
  return { key, folder: buildSite(tree, "overrun-site"), overrun, refused };
});

/** What a page holds that it must not, one line each. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const main = document.querySelector("main");
    if (main === null) return ["no main"];
    const all = [...main.querySelectorAll("*")];
    const own = (element: Element): boolean => element.closest('[class*="gradus-"]') !== null;
    const said = (what: string, elements: readonly Element[]): string[] => elements.map((element) => `${what}: ${element.outerHTML.slice(0, 200)}`);
    const wrongLink = (link: Element): boolean => !/^(https?:\/\/|mailto:|#|\.\.\/|index\.html|[a-z0-9-]+\/)/.test(link.getAttribute("href") ?? "");
    const covers = (element: Element): boolean => ["fixed", "sticky"].includes(getComputedStyle(element).position) && element.closest("table") === null;
    const lock = document.querySelector(".gradus-lock-now");
    const { left = 0, top = 0, width = 0, height = 0 } = lock?.getBoundingClientRect() ?? {};
    const atLock = lock === null ? null : document.elementFromPoint(left + width / 2, top + height / 2);
    return [
      ...said("a part", all.filter((element) => element.matches("form, input, textarea, select, option, iframe, frame, object, embed, script, style, link, meta, base, template, slot, dialog, foreignObject, use, animate, set, video, audio, math, [contenteditable], [popover]") && !own(element))),
      ...said("a button", all.filter((element) => element.matches("button, [role=button], [role=textbox], [role=alert], [role=dialog]") && !own(element))),
      ...said("an attribute", all.filter((element) => element.getAttributeNames().some((name) => name.startsWith("on") || name === "style" || name.includes(":")))),
      ...said("a link", [...main.querySelectorAll("[href]")].filter(wrongLink)),
      ...said("a picture", [...main.querySelectorAll("img")].filter((image) => image.src !== "" && !image.src.startsWith("blob:") && !image.src.startsWith("data:image/svg+xml;base64,"))),
      ...said("an id", all.filter((element) => /^gradus-|^(__proto__|constructor|location|body)$/.test(element.id) && !own(element))),
      ...said("a class", all.filter((element) => /(^| )(gate|gradus-dialog|gradus-lock)/.test(element.getAttribute("class") ?? "") && !own(element))),
      ...said("a cover", all.filter((element) => covers(element) && !own(element))),
      ...(lock !== null && atLock?.closest(".gradus-lock-now") !== lock ? ["the lock button is covered"] : []),
      ...(/[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent) ? ["a character that turns the order of words"] : []),
      ...(document.querySelectorAll("h1").length === 1 ? [] : ["another h1"]),
      ...(document.scripts.length <= 1 ? [] : ["a script"]),
    ];
  });
}

/** Opens and touches everything, as a curious reader would. */
function touchAll(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const details of document.querySelectorAll("main details")) (details as HTMLDetailsElement).open = true;
    for (const element of document.querySelectorAll("main *")) {
      for (const kind of ["mouseover", "focus", "load", "error", "toggle", "begin"]) element.dispatchEvent(new Event(kind, { bubbles: false }));
    }
    scrollTo(0, document.documentElement.scrollHeight / 2);
  });
}

test("what no page may hold is seen where a page holds it", () =>
  inTab(async ({ page }) => {
    const parts = ['<input type="password">', "<form></form>", "<iframe></iframe>", "<button>Unlock</button>", '<p style="color:red">x</p>', '<p onclick="x">x</p>', '<a href="javascript:x">x</a>', '<img src="https://docs.example/x">', '<p id="gradus-form">x</p>', '<p class="gate">x</p>', "<p>a\u202eb</p>", "<h1>x</h1>", "<script></script>"];
    await page.setContent(`<main><h1>x</h1></main><script></script>`);
    assert.deepEqual(await faults(page), []);
    for (const part of parts) {
      await page.setContent(`<main><h1>x</h1>${part}</main><script></script>`);
      assert.notDeepEqual(await faults(page), [], part);
    }
    await page.setContent(`<style>.cover{position:fixed;inset:0}</style><main><h1>x</h1><p class="cover">x</p></main><div><button class="gradus-lock-now">Lock now</button></div>`);
    assert.deepEqual((await faults(page)).map((fault) => fault.slice(0, 12)), ["a cover: <p ", "the lock but"]);
  }));

test("of thousands of hostile inputs the program refuses those that lead where no browser should go, and takes the others for text", async () => {
  const { overrun, refused } = await built();
  const families = new Set(overrun.inputs.map(({ family }) => family.split(" ")[0]));
  assert.ok(overrun.written.length >= INPUTS_MIN, `${overrun.written.length} inputs are drawn`);
  assert.ok(overrun.inputs.length >= INPUTS_MIN && families.size >= 5);
  assert.ok(refused.size > 200, `${refused.size} inputs are refused`);
});

test("nothing in thousands of hostile inputs runs, loads, submits, covers the page or pretends to be the lock page", async () => {
  const { key, folder, overrun } = await built();
  const { url } = await served(folder);
  const library = await readLibrary(folder, key);
  await inTab(async ({ page, complaints, requests }) => {
    await page.exposeFunction("canary", (what: string) => complaints.push(`ran: ${what}`));
    await unlock(page, url, key);
    const seen = new Set<string>();
    const wrong: string[] = [];
    const look = async (where: string): Promise<void> => {
      await touchAll(page);
      wrong.push(...(await faults(page)).map((fault) => `${where}: ${fault}`));
      for (const [mark] of (await page.locator("main").innerText()).matchAll(/mark-\d+/g)) seen.add(mark);
    };
    for (const route of await routesOf(library)) {
      await goToRoute(page, library, route);
      await look(route);
    }
    for (const path of filesIn(folder, "rubric")) {
      await page.goto(`${url}${path}`);
      await look(path);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(complaints, []);
    const foreign = requests.filter((request) => !request.startsWith(url) && !request.startsWith(`blob:${new URL(url).origin}`) && !request.startsWith(DRAWN));
    assert.deepEqual(foreign, [], "nothing is asked of another host");
    assert.deepEqual(overrun.written.map(({ mark }) => mark).filter((mark) => !seen.has(mark)), [], "every input was on screen");
  });
});
