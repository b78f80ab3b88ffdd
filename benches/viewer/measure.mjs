#!/usr/bin/env node
// How long a reader waits, in Chromium: for the lock page, for the first page after it, for every page after that, and for
// the search to know all that is open.
//
//   npm --prefix viewer ci --ignore-scripts
//   node benches/viewer/measure.mjs --site DIR --key FILE [--rounds N] [--pages N] [--search WORD] [--rtt MS] [--slower N]
//                                   [--viewer FILE] [--json FILE]
//
// DIR is a built site, FILE one of its readers' keys, such as those in a corpus' `demo-keys/`. Each round is a browser
// profile of its own, so that nothing was stored before; what is told is the median of the rounds, and the worst.
// `--pages` is how many people of the reader's team are visited, each twice. `--search WORD` opens every portfolio, and
// then asks for the word. `--rtt` is added to each answer of the host; `--slower` makes the browser's CPU so many times
// slower. `--viewer` is a bundle to serve instead of the site's own script, so that two can be compared on one site.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    site: { type: "string" },
    key: { type: "string" },
    rounds: { type: "string", default: "5" },
    pages: { type: "string", default: "12" },
    search: { type: "string" },
    rtt: { type: "string", default: "0" },
    slower: { type: "string", default: "1" },
    viewer: { type: "string" },
    json: { type: "string" },
  },
});
if (!options.site || !options.key) {
  console.error("usage: measure.mjs --site DIR --key FILE, of an organisation made by `cargo run --release --example corpus -- OUT`");
  process.exit(2);
}

const { chromium } = createRequire(new URL("../../viewer/package.json", import.meta.url))("playwright-core");

/** What the browser is started with, as by the tests. */
const FLAGS = JSON.parse(readFileSync(new URL("../../viewer/browser/flags.json", import.meta.url), "utf8"));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The longest that anything is waited for. */
const PATIENCE_MS = 600_000;

/** Nobody types a key faster; by then the browser has drawn its own window, which costs as much as a page. */
const SETTLING_MS = 2_000;

/** A folder served on loopback, as any dumb host would; counts what was answered. */
function serve(folder, viewer) {
  const served = { answers: 0, bytes: 0 };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = path.join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const instead = pathname.endsWith(".js") && pathname.startsWith("/assets/") ? viewer : undefined;
    const body = file.startsWith(folder + path.sep) ? await readFile(instead ?? file).catch(() => null) : null;
    served.answers += 1;
    served.bytes += body?.length ?? 0;
    response.writeHead(body === null ? 404 : 200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" });
    response.end(body ?? "");
  });
  return new Promise((listening) => {
    server.listen(0, "127.0.0.1", () => listening(Object.assign(served, { url: `http://localhost:${server.address().port}/`, server })));
  });
}

/** Put into every page: what the browser itself can tell. */
function watch() {
  const seen = { tasks: [], frames: [] };
  let last = performance.now();
  const frame = (at) => {
    seen.frames.push(at - last);
    last = at;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: true });

  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
  /** Does something, and gives the milliseconds until what it leads to is painted. */
  const until = async (there, act) => {
    const since = performance.now();
    await new Promise((done) => {
      const observer = new MutationObserver(() => {
        if (!there()) return;
        observer.disconnect();
        done();
      });
      observer.observe(document, { childList: true, subtree: true, attributes: true });
      act();
    });
    return (await painted()) - since;
  };
  const headed = () => document.querySelector("#gradus-main h1") !== null || document.querySelector("#gradus-failure [role=alert]") !== null;

  globalThis.gradusMeasure = {
    /** Fresh counts: long tasks and gaps between frames from here on. */
    reset: () => {
      seen.tasks.length = 0;
      seen.frames.length = 0;
    },
    longest: () => ({ task: Math.max(0, ...seen.tasks), gap: Math.max(0, ...seen.frames) }),
    unlock: () => until(headed, () => document.getElementById("gradus-unlock").click()),
    visit: (address) => {
      if (location.hash === address) return 0;
      const main = document.querySelector("#gradus-main");
      const before = main.firstChild;
      return until(() => main.firstChild !== before && main.firstChild !== null, () => (location.hash = address));
    },
    /** Types a word into the open search field; waits for the list it leads to. */
    ask: async (word) => {
      const field = document.getElementById("gradus-search");
      const list = document.getElementById("gradus-found");
      const since = performance.now();
      field.value = word;
      field.dispatchEvent(new InputEvent("input"));
      while (list.getAttribute("aria-busy") === "true") await painted();
      return { ms: (await painted()) - since, found: list.querySelectorAll("[role=option]").length };
    },
    /** Addresses of whole pages that the shown one links to, each once. */
    links: () => [...new Set([...document.querySelectorAll("#gradus-main a[href^='#/']")].map((link) => link.getAttribute("href")))].filter((address) => /^#\/[^/]{16}$/.test(address)),
  };
}

const bareKey = (text) => text.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-")) ?? "";

/** What the page holds in memory, in MB, after what is garbage was collected. */
async function memory(devtools) {
  await devtools.send("HeapProfiler.enable");
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = await devtools.send("Runtime.getHeapUsage");
  return (usedSize + backingStorageSize) / 1e6;
}

/** One reader with an empty profile, from the lock page on. Gives `figures`: by name, milliseconds or what the name says. */
async function round(browser, served, key) {
  const figures = new Map();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(watch);
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  if (Number(options.slower) > 1) await devtools.send("Emulation.setCPUThrottlingRate", { rate: Number(options.slower) });
  const far = { offline: false, latency: Number(options.rtt), downloadThroughput: -1, uploadThroughput: -1 };
  if (far.latency > 0) await devtools.send("Network.emulateNetworkConditions", far);
  const of = (call, ...given) => page.evaluate(([name, args]) => globalThis.gradusMeasure[name](...args), [call, given]);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  /** Runs one step, and notes what it cost besides time. */
  const step = async (name, work) => {
    const { answers, bytes } = served;
    await of("reset");
    const before = await worked();
    figures.set(name, await work());
    figures.set(`${name}: CPU of the page's thread`, (await worked()) - before);
    const { task, gap } = await of("longest");
    figures.set(`${name}: longest task`, task);
    figures.set(`${name}: longest gap between frames`, gap);
    figures.set(`${name}: files`, served.answers - answers);
    figures.set(`${name}: MB read`, (served.bytes - bytes) / 1e6);
  };
  try {
    await page.goto(served.url);
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
    figures.set("lock page painted", await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
    await page.getByLabel("Your key or passphrase", { exact: true }).fill(key);
    await page.waitForTimeout(SETTLING_MS);
    await step("unlocked", () => of("unlock"));
    const failure = page.locator("#gradus-failure [role=alert]");
    if ((await failure.count()) > 0) throw new Error(await failure.innerText());
    figures.set("memory after unlocking, MB", await memory(devtools));
    await visits(page, of, figures, step);
    if (options.search !== undefined) await search(page, of, figures, step);
    figures.set("memory at the end, MB", await memory(devtools));
    return figures;
  } finally {
    await context.close();
  }
}

/** The reader's team, and the people in it: once while they are closed, once more when they are open. */
async function visits(page, of, figures, step) {
  const team = page.getByRole("navigation", { name: "Site" }).getByRole("link", { name: "My team", exact: true });
  if ((await team.count()) === 0) return;
  const home = await team.getAttribute("href");
  if ((await page.evaluate(() => location.hash)) !== home) await step("team", () => of("visit", home));
  const people = [];
  const again = new Map();
  for (const address of await of("links")) {
    if (people.length >= Number(options.pages)) break;
    await of("visit", home);
    const ms = await of("visit", address);
    if ((await page.locator("#gradus-main .who").count()) === 0) continue;
    people.push({ address, ms });
  }
  for (const { address } of people) {
    note(again, "team again", await of("visit", home));
    note(again, "portfolio again", await of("visit", address));
  }
  if (people.length === 0) return;
  figures.set("portfolio, first visit", median(people.map(({ ms }) => ms)));
  figures.set("portfolio, first visit: worst", Math.max(...people.map(({ ms }) => ms)));
  for (const [name, all] of again) figures.set(name, median(all));
}

const note = (map, name, value) => map.set(name, [...(map.get(name) ?? []), value]);

/** Opens all portfolios in the search dialog, and asks. */
async function search(page, of, figures, step) {
  await page.keyboard.press("/");
  const all = page.getByRole("button", { name: /^Search (all|the whole)/ });
  await step("all portfolios searched", async () => {
    const since = Date.now();
    if ((await all.count()) > 0) await all.click();
    await page.locator("#gradus-opening").waitFor({ state: "detached" });
    await page.locator('#gradus-found:not([aria-busy="true"])').waitFor({ state: "attached" });
    return Date.now() - since;
  });
  const asked = [];
  for (let end = 2; end <= options.search.length; end += 1) asked.push(await of("ask", options.search.slice(0, end)));
  figures.set("a letter typed", median(asked.map(({ ms }) => ms)));
  figures.set("a letter typed: worst", Math.max(...asked.map(({ ms }) => ms)));
  figures.set("results", asked.at(-1)?.found ?? 0);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const named = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
const served = await serve(path.resolve(options.site), options.viewer);
const browser = await chromium.launch({ executablePath: named, headless: true, args: FLAGS });
const rounds = [];
try {
  const key = bareKey(readFileSync(options.key, "utf8"));
  for (let number = 0; number < Number(options.rounds); number += 1) rounds.push(await round(browser, served, key));
} finally {
  await browser.close();
  served.server.close();
}

const names = [...new Set(rounds.flatMap((figures) => [...figures.keys()]))];
const table = names.map((name) => {
  const values = rounds.flatMap((figures) => (figures.has(name) ? [figures.get(name)] : []));
  return { name, median: median(values), worst: Math.max(...values) };
});
const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, load: os.loadavg()[0], browser: browser.version(), date: new Date().toISOString() };
const shown = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
console.log(`${options.site}, ${rounds.length} rounds; ms where nothing else is said\n`);
console.log("| | median | worst |\n|---|---|---|");
for (const { name, median: middle, worst } of table) console.log(`| ${name} | ${shown(middle)} | ${shown(worst)} |`);
console.log(`\n${machine.cores} × ${machine.cpu}, load ${machine.load.toFixed(1)}, Chromium ${machine.browser}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ options, machine, table }, null, 2)}\n`);
