/** Text that wants to be more than text. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tab } from "./harness";
import { DRAWN, FOREIGN, REFUSED, VISIBLE } from "./hostile";
import { goToRoute, lockNow, unlock } from "./reader";
import { hostile, inTab, served } from "./shared";
import { filesIn, readLibrary, refusalOf, routesOf } from "./sites";

/** Runs `look` on every page that the hostile organisation's reader can open, then on its public ones. */
async function everyHostilePage(look: (tab: Tab, route: string) => Promise<void>): Promise<void> {
  const { folder, key } = await hostile();
  const { url } = await served(folder);
  const library = await readLibrary(folder, key);
  await inTab(async (tab) => {
    const { page, complaints, requests } = tab;
    await page.exposeFunction("canary", (what: string) => complaints.push(`ran: ${what}`));
    await unlock(page, url, key);
    for (const route of await routesOf(library)) {
      await goToRoute(page, library, route);
      await look(tab, route);
    }
    for (const path of filesIn(folder, "rubric")) {
      await page.goto(`${url}${path}`);
      await look(tab, path);
    }
    assert.deepEqual(complaints, []);
    const foreign = requests.filter((request) => !request.startsWith(url) && !request.startsWith(`blob:${new URL(url).origin}`) && !request.startsWith(DRAWN));
    assert.deepEqual(foreign, [], "nothing is asked of another host");
  });
}

test("nothing in a hostile organisation runs, is fetched from elsewhere, or breaks a policy", () =>
  everyHostilePage(async ({ page }, route) => {
    for (const details of await page.locator("main details:not([open])").all()) await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
    for (const link of await page.locator("main a").all()) await link.dispatchEvent("focus");
    const stuck = await page.evaluate(() => getComputedStyle(document.body).display);
    assert.notEqual(stuck, "none", route);
  }));

test("a page holds no field to type into, no frame, no event handler, and links only where a browser may go", () =>
  everyHostilePage(async ({ page }, route) => {
    const found = await page.locator("main").evaluate((main) => ({
      parts: [...main.querySelectorAll("form, input, textarea, select, button:not([class*=gradus-], .gradus-tools *), iframe, object, embed, script, style, link, meta, base, foreignObject, use, animate, video, audio")].map(
        (element) => element.outerHTML,
      ),
      handlers: [...main.querySelectorAll("*")].flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on") || name === "style")),
      links: [...main.querySelectorAll("[href]")].map((element) => element.getAttribute("href") ?? ""),
      sources: [...main.querySelectorAll("img")].map((image) => image.src),
    }));
    assert.deepEqual(found.parts, [], route);
    assert.deepEqual(found.handlers, [], route);
    assert.deepEqual(found.links.filter((href) => !/^(https?:\/\/|mailto:|#|\.\.\/|index\.html|[a-z0-9-]+\/)/.test(href)), [], route);
    assert.deepEqual(found.sources.filter((source) => source !== "" && !source.startsWith("blob:") && !source.startsWith(DRAWN)), [], route);
  }));

test("hostile text stands in the page as text, with the session still in sight", async () => {
  const { folder, key } = await hostile();
  const library = await readLibrary(folder, key);
  const { url } = await served(folder);
  await inTab(async ({ page }) => {
    await unlock(page, url, key);
    await goToRoute(page, library, "people/eve/2026-h1");
    const text = await page.locator("main").evaluate((main) => main.textContent);
    for (const said of [...VISIBLE, "<script>canary(\"script\")</script>", "<iframe src="]) assert.ok(text.includes(said), said);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, "a faked lock page is no page of its own");
    assert.ok(await lockNow(page).isVisible());
    assert.equal(await page.getByLabel("Your key or passphrase").count(), 0);
    const picture = page.getByRole("img", { name: "An attached drawing" });
    assert.equal(await picture.evaluate(async (image: HTMLImageElement) => (await image.decode(), image.naturalWidth)), 120);
    assert.equal(await page.title(), '</title><script>canary("title")</script>');
  });
});

test("a hostile file is saved and never opened", async () => {
  const { folder, key } = await hostile();
  const library = await readLibrary(folder, key);
  const { url } = await served(folder);
  await inTab(async ({ context, page }) => {
    await unlock(page, url, key);
    await goToRoute(page, library, "people/eve/2026-h1");
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "the file itself" }).click();
    assert.equal((await saving).suggestedFilename(), "page.html.txt", "a double click on it runs nothing");
    assert.equal(context.pages().length, 1);
    assert.ok(!page.url().includes(FOREIGN));
  });
});

test("the program refuses every link and picture that a browser should not follow", async () => {
  const { tree } = await hostile();
  for (const line of REFUSED) assert.match(refusalOf(tree, line) ?? "it builds", /error\[E05[45]\]/, line);
});
