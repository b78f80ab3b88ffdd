/** `gradus serve`, in real Chromium: whose eyes it borrows, how it follows changes, what it says of mistakes, and whom it tells nothing. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Locator, Page } from "playwright-core";
import { launch, openTab } from "./harness";
import { openPreview, shows, withPreview, type Previewed } from "./previewed";
import { assertFitsWidth, documentText, heading, lockPage } from "./reader";
import { inTab } from "./shared";
import { scratchFolder } from "./sites";

declare const VIEWER: string;

const bar = (page: Page): Locator => page.getByRole("complementary", { name: "Preview" });
const picker = (page: Page): Locator => page.getByLabel("Preview as");
const overlay = (page: Page): Locator => page.locator(".preview-overlay");

const PERSON = "people/ada/person.toml";
const REVIEW = "people/ada/2026-h1/review.md";

/** Resolves once a file is there. */
function appeared(file: string): Promise<void> {
  return new Promise((there) => {
    const look = (): void => {
      if (!existsSync(file)) return;
      watcher.close();
      there();
    };
    const watcher = watch(dirname(file), look);
    look();
  });
}

/** Goes where a link of the page leads. */
async function follow(page: Page, name: RegExp): Promise<void> {
  await page.locator("main").getByRole("link", { name }).first().click();
}

/** A mark that a loaded document loses. */
const leaveMark = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(globalThis, { untouched: true }));
const isUntouched = (page: Page): Promise<boolean> => page.evaluate(() => "untouched" in globalThis);

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(join(VIEWER, "node_modules/axe-core/axe.min.js"), "utf8"));
  return page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html.slice(0, 200) + nodes[0].failureSummary.slice(0, 200)))");
}

test("the link opens the site as whoever opens most, the picker as anyone, and nobody sees the locked page", () =>
  withPreview("picker", (preview) =>
    inTab(async ({ page, complaints, requests }) => {
      await openPreview(page, preview.link);
      assert.ok(!page.url().includes("token"), "the token does not stay in the address");
      assert.match(await bar(page).innerText(), /Preview as/);
      const names = await picker(page).locator("option").allInnerTexts();
      assert.ok(names.includes("Ada Okafor (ada)") && names.at(-1) === "nobody (locked page)", names.join());
      await picker(page).selectOption("grace");
      await page.waitForURL(/as=grace/);
      await page.getByRole("link", { name: "My team" }).click();
      await page.waitForFunction(() => /team/i.test(document.querySelector("main h1")?.textContent ?? ""));
      await follow(page, /Ada Okafor/);
      await page.waitForFunction(() => /Ada Okafor/.test(document.querySelector("main h1")?.textContent ?? ""));
      const address = new URL(page.url()).hash;
      assert.match(await page.locator("main").innerText(), /talent/i, "her lead sees what is noted of her");
      await picker(page).selectOption("ada");
      await page.waitForURL(/as=ada/);
      await page.locator(".gradus-session").waitFor();
      await page.waitForFunction(() => document.querySelector("main h1")?.textContent === "Ada Okafor");
      assert.equal(new URL(page.url()).hash, address, "the page stays");
      assert.equal(await heading(page), "Ada Okafor");
      assert.doesNotMatch(await documentText(page), /talent/i);
      await picker(page).selectOption("claire");
      await page.waitForURL(/as=claire/);
      await bar(page).getByText("once they have a key").waitFor();
      await picker(page).selectOption("nobody");
      await page.waitForURL(/as=nobody/);
      await lockPage.unlock(page).waitFor();
      assert.equal(await page.evaluate(() => document.querySelector("main")?.id), "gradus-lock");
      assert.ok(requests.every((url) => url.startsWith(preview.origin)));
      assert.deepEqual(complaints, []);
      assert.deepEqual(await page.evaluate(() => [document.cookie, sessionStorage.length, JSON.stringify(localStorage).includes("SECRET")]), ["", 0, false]);
    }),
  ));

/** Opens a card, scrolls to it and puts the focus on it. */
async function settle(page: Page): Promise<{ card: string; top: number }> {
  return page.evaluate(() => {
    const closed = [...document.querySelectorAll<HTMLDetailsElement>("main details:not([open])")].at(-1);
    if (closed === undefined) throw new Error("no card is closed");
    closed.open = true;
    const summary = closed.querySelector("summary");
    summary?.scrollIntoView({ block: "center", behavior: "instant" });
    summary?.focus();
    return { card: summary?.textContent ?? "", top: summary?.getBoundingClientRect().top ?? 0 };
  });
}

test("a saved file is seen without losing the page, the place in it, the open card or the focus", () =>
  withPreview("reload", (preview) =>
    inTab(async ({ page, complaints }) => {
      await openPreview(page, preview.as("ada"));
      await follow(page, /H1 2026/);
      await page.waitForFunction(() => /H1 2026/.test(document.querySelector("main h1")?.textContent ?? ""));
      const { card, top } = await settle(page);
      assert.ok(await page.evaluate(() => scrollY > 300), "it is scrolled");
      const address = page.url();
      await leaveMark(page);
      preview.write(REVIEW, `${preview.read(REVIEW)}\n\nWords that were not there before.\n`);
      await shows(page, "Words that were not there before.");
      await page.waitForFunction((label) => document.activeElement?.textContent === label, card);
      assert.ok(await isUntouched(page), "the document stays");
      assert.equal(page.url(), address);
      assert.ok(await page.evaluate(() => document.activeElement?.closest("details")?.open), "the card is open");
      const now = await page.evaluate(() => document.activeElement?.getBoundingClientRect().top ?? 0);
      assert.ok(Math.abs(now - top) < 40, `it stood at ${top} and stands at ${now}`);
      assert.ok(await page.locator(".top .brand > svg").count(), "the mark is there");
      assert.deepEqual(complaints, []);
    }),
  ));

test("a change of style alone changes the style alone", () =>
  withPreview("style", (preview) =>
    inTab(async ({ page, requests }) => {
      await openPreview(page, preview.as("ada"));
      await leaveMark(page);
      const heads = await page.locator("main h1").elementHandle();
      const before = requests.length;
      preview.write("themes/default/own.css", "main h1 { text-decoration: overline }\n");
      await page.waitForFunction(() => getComputedStyle(document.querySelector("main h1") ?? document.body).textDecorationLine === "overline");
      assert.ok(await isUntouched(page) && (await heads?.evaluate((element) => element.isConnected)), "the page was not drawn anew");
      // A section that is opened while the reader reads may still come; one that was opened is not asked for again.
      const paths = requests.map((url) => new URL(url).pathname);
      const again = paths.slice(before).filter((path) => !path.startsWith("/preview/") && paths.indexOf(path) < before);
      assert.deepEqual(again, []);
      assert.equal(await page.locator('link[href*="assets/theme"]').count(), 1);
    }),
  ));

const HOSTILE = '<img src=x onerror="document.title=1"><script>alert(1)</script>';

for (const [screen, options] of Object.entries({
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 } },
} as const)) {
  test(`mistakes are shown as text over the last good site, and go when they are mended: ${screen}`, () =>
    withPreview(`overlay-${screen}`, (preview) =>
      inTab(async ({ page, complaints }) => {
        await openPreview(page, preview.as("ada"));
        await leaveMark(page);
        const good = preview.read(PERSON);
        preview.write(PERSON, `${good}\nmanager = '${HOSTILE}'\n`);
        await overlay(page).waitFor();
        const text = await overlay(page).innerText();
        for (const part of [HOSTILE, "error E", `${PERSON}:`, "Behind this is the site"]) assert.ok(text.includes(part), `${part} in ${text}`);
        assert.equal(await overlay(page).locator("img, script").count(), 0);
        assert.ok((await overlay(page).locator("mark").count()) > 0, "the place is marked");
        await preview.says(/error\[E/);
        assert.equal(await heading(page), "Ada Okafor", "the last good site stays");
        assert.deepEqual(await violations(page), []);
        await assertFitsWidth(page, "the page with its overlay");
        await page.keyboard.press("Escape");
        await overlay(page).waitFor({ state: "hidden" });
        await bar(page).getByRole("button", { name: /^Show \d+ error/ }).click();
        await overlay(page).waitFor();
        preview.write(PERSON, good);
        await overlay(page).waitFor({ state: "hidden" });
        await preview.says(/mended/);
        assert.ok(await isUntouched(page));
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(complaints, []);
      }, options),
    ));
}

test("a theme that fails is told of like any mistake", () =>
  withPreview("theme", (preview) =>
    inTab(async ({ page }) => {
      await openPreview(page, preview.as("ada"));
      preview.write("themes/default/portfolio.html", "<p>{{ nothing_of_that_name }}</p>\n");
      await overlay(page).getByText("nothing_of_that_name").first().waitFor();
      assert.match(await overlay(page).innerText(), /themes\/default\/portfolio\.html:1/);
      await preview.says(/nothing_of_that_name/);
      preview.remove("themes");
      await overlay(page).waitFor({ state: "hidden" });
      assert.equal(await heading(page), "Ada Okafor");
    }),
  ));

test("a tree that is broken from the beginning shows why, and the site once it is mended", () => {
  let good = "";
  const breakIt = (tree: string): void => {
    good = readFileSync(join(tree, PERSON), "utf8");
    writeFileSync(join(tree, PERSON), `${good}\nbroken = [\n`);
  };
  return withPreview(
    "broken",
    (preview) =>
      inTab(async ({ page, complaints }) => {
        await page.goto(preview.link);
        await overlay(page).waitFor();
        assert.match(await overlay(page).innerText(), /unclosed array/);
        assert.deepEqual(await violations(page), []);
        preview.write(PERSON, good);
        await page.locator(".gradus-session").waitFor({ timeout: 60_000 });
        await page.locator("main h1").waitFor();
        await overlay(page).waitFor({ state: "hidden" });
        assert.deepEqual(complaints, []);
      }),
    { before: breakIt, args: ["--as", "ada"] },
  );
});

test("a preview that has ended says so", () =>
  withPreview("ended", (preview) =>
    inTab(async ({ page }) => {
      await openPreview(page, preview.as("ada"));
      await preview.end();
      await bar(page).getByText("does not answer").waitFor();
    }),
  ));

/** A page that tries every way of reading what is at the origin `?target=`, and says what it got. */
const ATTACK = `<!doctype html><title>attack</title><script>
const origin = new URLSearchParams(location.search).get("target");
const paths = ["/", "/index.html", "/site.json", "/preview/state.json", "/preview/identity/ada", "/preview/events"];
const got = [];
const settled = (what, promise) => promise.then((value) => got.push(what + ": " + value), () => {});
const element = (name, attribute, url) => new Promise((done, failed) => {
  const one = document.createElement(name);
  one.addEventListener("load", () => done("loaded " + (one.naturalWidth ?? "")));
  one.addEventListener("error", failed);
  if (name === "link") one.rel = "stylesheet";
  one[attribute] = url;
  document.body.append(one);
});
const framed = (url) => new Promise((done, failed) => {
  const frame = document.createElement("iframe");
  frame.addEventListener("load", () => { try { const text = frame.contentDocument.body.textContent; text ? done(text) : failed(); } catch { failed(); } });
  frame.src = url;
  document.body.append(frame);
});
const streamed = (url) => new Promise((done, failed) => {
  const source = new EventSource(url, { withCredentials: true });
  source.onmessage = ({ data }) => done(data);
  source.onerror = () => { source.close(); failed(); };
});
const socket = () => new Promise((done, failed) => {
  const one = new WebSocket(origin.replace("http", "ws") + "/preview/events");
  one.onopen = () => done("open"); one.onerror = failed;
});
addEventListener("load", async () => {
  // A frame of this page would put frames into itself without end.
  if (self !== top) return;
  await Promise.all(paths.flatMap((path) => {
    const url = origin + path;
    return [
      settled("fetch " + path, fetch(url, { credentials: "include" }).then((r) => r.text())),
      settled("plain " + path, fetch(url, { credentials: "include", mode: "no-cors" }).then((r) => r.text().then((t) => { if (!t) throw 0; return t; }))),
      settled("script " + path, element("script", "src", url)),
      settled("style " + path, element("link", "href", url)),
      settled("image " + path, element("img", "src", url)),
      settled("frame " + path, framed(url)),
    ];
  }).concat([settled("events", streamed(origin + "/preview/events")), settled("socket", socket())]));
  document.title = "done";
  document.body.replaceChildren(JSON.stringify(got));
});
</script><body></body>`;

async function served(html: string, work: (port: number) => Promise<void>, asked: (request: IncomingMessage) => void = () => {}): Promise<void> {
  const server = createServer((request, response) => {
    asked(request);
    response.writeHead(200, { "content-type": "text/html" }).end(html);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What a page at that address reads, in the browser that has the preview open. */
async function readBy(page: Page, url: string, target: string): Promise<string[]> {
  await page.goto(`${url}?target=${target}`);
  // It tries everything that a page can, which takes a while on a busy machine.
  await page.waitForFunction(() => document.title === "done", undefined, { timeout: 90_000 });
  return JSON.parse(await page.locator("body").innerText()) as string[];
}

/** How a preview is reached: by a name below localhost, or by its address and a path. */
type Way = "localhost" | "127.0.0.1";

const strangersReadNothing = (host: Way): Promise<void> =>
  withPreview(
    `strangers-${host}`,
    async (preview: Previewed) => {
      const browser = await launch("--host-resolver-rules=MAP evil.test 127.0.0.1");
      try {
        const { page, context } = await openTab(browser);
        await openPreview(page, preview.as("ada"));
        const base = new URL(preview.base);
        await served(ATTACK, async (other) => {
          const willing = await context.newPage();
          const own = `http://127.0.0.1:${other}`;
          assert.ok((await readBy(willing, `${own}/`, own)).length > 10, "it reads what can be read");
          for (const stranger of [`127.0.0.1:${other}`, `localhost:${other}`, `other.localhost:${other}`, `evil.test:${other}`]) {
            const tab = await context.newPage();
            // Though it knows the address, as no page does.
            assert.deepEqual(await readBy(tab, `http://${stranger}/`, base.href.slice(0, -1)), [], stranger);
            await tab.close();
          }
        });
        const rebound = await context.newPage();
        const token = new URL(await preview.anotherLink()).search;
        for (const path of ["", "site.json", "preview/state.json", token]) {
          const response = await rebound.goto(`http://evil.test:${base.port}${base.pathname}${path}`);
          assert.equal(response?.status(), 403, path);
          assert.doesNotMatch(await documentText(rebound), /Portfolios|Ada|generation/);
          assert.equal(response?.headers()["set-cookie"], undefined);
        }
        const opened = context.waitForEvent("page");
        await rebound.evaluate((url) => void window.open(url), preview.base);
        const popup = await opened;
        await popup.waitForLoadState();
        assert.doesNotMatch(await documentText(popup), /Ada Okafor/, "a window that a stranger opens shows nothing either");
        assert.equal(await heading(page), "Ada Okafor", "the preview itself goes on");
      } finally {
        await browser.close();
      }
    },
    { args: ["--host", host] },
  );

test("a page of another origin, and one whose name was turned to 127.0.0.1, read nothing", () => strangersReadNothing("localhost"));
test("they read nothing of a preview at 127.0.0.1 either, though they know its path", () => strangersReadNothing("127.0.0.1"));

const otherPortsHearNothing = (host: Way): Promise<void> =>
  withPreview(
    `ports-${host}`,
    (preview) =>
      inTab(async ({ page, context, complaints, requests }) => {
        await openPreview(page, preview.as("ada"));
        assert.equal(page.url().split("#")[0], `${preview.base}?as=ada`);
        await follow(page, /H1 2026/);
        await page.waitForFunction(() => /H1 2026/.test(document.querySelector("main h1")?.textContent ?? ""));
        assert.deepEqual(requests.filter((url) => !url.startsWith(preview.base) && !url.startsWith("blob:")), []);
        assert.deepEqual(complaints, []);
        assert.equal((await context.cookies()).length, 1, "there is something to keep");
        const heard: IncomingHttpHeaders[] = [];
        const listen = (request: IncomingMessage): void => void heard.push(request.headers);
        await served("<p>other</p>", async (port) => {
          for (const name of ["127.0.0.1", "localhost", "other.localhost"]) {
            for (const path of ["/", "/preview/", "/site.json"]) await page.goto(`http://${name}:${port}${path}`);
          }
        }, listen);
        assert.ok(heard.length >= 9);
        const [name = "", path = ""] = [new URL(preview.base).hostname, new URL(preview.base).pathname.slice(1)];
        const secret = host === "localhost" ? name : path;
        assert.ok(secret.length > 32);
        assert.ok(heard.every(({ cookie }) => cookie === undefined));
        assert.ok(!JSON.stringify(heard).includes(secret));
      }),
    { args: ["--host", host] },
  );

test("what a preview keeps in the browser goes to no other port of this machine", () => otherPortsHearNothing("localhost"));
test("what a preview at 127.0.0.1 keeps goes to no other port either", () => otherPortsHearNothing("127.0.0.1"));

test("a browser that is handed the file of `--open` is in, once, and the file is gone", () => {
  const place = scratchFolder("handed");
  for (const folder of ["home", "bin"]) mkdirSync(join(place, folder), { recursive: true });
  const handed = join(place, "handed");
  writeFileSync(join(place, "bin/xdg-open"), `#!/bin/sh\nprintf '%s' "$1" > '${handed}.part'\nmv '${handed}.part' '${handed}'\n`, { mode: 0o755 });
  const environment = { HOME: join(place, "home"), PATH: `${join(place, "bin")}:${process.env["PATH"] ?? ""}` };
  return withPreview(
    "handed",
    () =>
      inTab(async ({ page, complaints }) => {
        await appeared(handed);
        const file = readFileSync(handed, "utf8");
        const text = readFileSync(file, "utf8");
        await openPreview(page, pathToFileURL(file).href);
        assert.match(page.url(), /^http:\/\/[0-9a-f]{32}\.localhost:\d+\/(#.*)?$/);
        assert.ok(!existsSync(file), "it is gone");
        assert.deepEqual(complaints, []);
        await page.context().clearCookies();
        const copy = join(place, "copy.html");
        writeFileSync(copy, text);
        await page.goto(pathToFileURL(copy).href);
        await page.getByText("each works once").waitFor();
        assert.doesNotMatch(await documentText(page), /Okafor/);
      }),
    { args: ["--open", "--as", "ada"], environment },
  );
});
