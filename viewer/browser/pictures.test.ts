/** SVG that would run as a document: refused where a tree holds it, and no document of the site's origin where one is published. */

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { newIdentity, type SectionSource } from "../tests/maker";
import type { Tab } from "./harness";
import { DRAWN, FOREIGN } from "./hostile";
import { madeFolder } from "./made";
import { active, disguised, type Active } from "./pictures";
import { withPreview } from "./previewed";
import { goToRoute, unlock } from "./reader";
import { example, inTab, once, served } from "./shared";
import { buildSite, complaintsOf, demoKey, EXAMPLE, filesIn, gradus, readLibrary, scratchFolder } from "./sites";

const FILES = "people/ada/2026-h1/files";
const HONEST = '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"><title>Chart</title><defs><linearGradient id="Fade_1"><stop offset="0" stop-color="teal"/></linearGradient></defs><rect width="120" height="80" fill="url(#Fade_1)"/></svg>';

/** Puts files into the demo organisation's tree, each shown by Ada's own text. */
function putIn(tree: string, files: readonly Active[]): void {
  for (const { name, bytes } of files) writeFileSync(join(tree, FILES, name), bytes);
  const own = join(tree, "people/ada/2026-h1/self.md");
  const shown = files.map(({ name }) => `![${name}](files/${name}) [${name}](files/${name})`);
  writeFileSync(own, `${readFileSync(own, "utf8")}\n\n${shown.join("\n\n")}\n`);
}

/** A copy of the demo organisation with files in it. */
function treeWith(name: string, files: readonly Active[]): string {
  const tree = scratchFolder(name);
  cpSync(EXAMPLE, tree, { recursive: true, filter: (path) => !path.endsWith("/public") });
  putIn(tree, files);
  return tree;
}

/** Files that nobody's check would have let through, in a site that shows each of them. */
const published = (files: readonly Active[], type: (name: string) => string): readonly SectionSource[] => {
  const key = (at: number): string => `h1/${at}`;
  const shown = files.flatMap((_, at) => [["img", { src: `attachment:${key(at)}`, alt: `picture ${at}` }], ["a", { href: `attachment:${key(at)}` }, `file ${at}`]]);
  const entries = files.map(({ name, bytes }, at) => [key(at), { type: type(name), name, bytes }] as const);
  const page = { route: "people/ada", slot: 0, title: "Ada", kind: "portfolio", tree: ["div", ["h1", "Ada"], ...shown] };
  return [{ id: "person/ada", kind: "person", subject: "people/ada", pages: [page], files: Object.fromEntries(entries) }];
};

const key = once(async () => newIdentity());

/** A site of all of them, around the shell of a built one. */
async function madeOf(name: string, built: string, files: readonly Active[], type: (name: string) => string): Promise<string> {
  return madeFolder(name, built, published(files, type), [{ id: "ada", name: "Ada", identity: await key(), opens: ["person/ada"] }]);
}

const svgType = (): string => "image/svg+xml";

/** What ran, as whose document; and what was asked of another host. */
async function watched(tab: Tab): Promise<string[]> {
  const seen: string[] = [];
  await tab.context.exposeFunction("canary", (origin: string) => seen.push(`ran as ${origin}`));
  await tab.context.route(({ hostname }) => hostname === FOREIGN, (route) => {
    seen.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  return seen;
}

/** Waits until every picture has loaded or failed, and gives their addresses. */
async function addressesOfPictures(page: Page): Promise<string[]> {
  await page.locator("main img").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>("main img")].every(({ src, complete }) => src !== "" && complete));
  return page.locator("main img").evaluateAll((images) => images.map((image) => (image as HTMLImageElement).src));
}

/** Opens a page in a tab of its own and touches everything in it, as a curious reader would. */
async function opensAlone(tab: Tab, address: string): Promise<void> {
  const own = await tab.context.newPage();
  await own.goto(address).catch(() => undefined); // a download, or nothing that can be shown
  await own
    .evaluate(() => {
      for (const element of document.querySelectorAll("*")) {
        for (const kind of ["mouseover", "focus", "load", "error", "click"]) element.dispatchEvent(new Event(kind));
      }
    })
    .catch(() => undefined);
  await own.close();
}

test("more than a hundred pictures that run, load or pretend are refused, each by name, wherever they stand", () => {
  const files = active();
  assert.ok(files.length >= 100, `${files.length} pictures`);
  const tree = treeWith("active-pictures", files);
  const told = complaintsOf(tree).filter(({ severity, file }) => severity === "error" && file.startsWith(FILES));
  const codes = new Set(told.map(({ code }) => code));
  assert.deepEqual([...codes].sort(), ["E002", "E065"]);
  const named = new Set(told.map(({ file }) => file));
  assert.deepEqual(files.map(({ name }) => `${FILES}/${name}`).filter((file) => !named.has(file)), []);
  for (const args of [["build", tree], ["build", tree, "--portable"]]) {
    assert.throws(() => gradus(...args, "-o", scratchFolder("active-site")), /E065/);
  }
  assert.ok(!existsSync(scratchFolder("active-site")));
});

test("the preview shows no picture that runs: it names each, and nothing of them is served", () =>
  withPreview(
    "active-pictures",
    (preview) =>
      inTab(async (tab) => {
        const seen = await watched(tab);
        await tab.page.goto(preview.as("ada"));
        await tab.page.getByText("may not stand in a picture").first().waitFor();
        assert.equal(await tab.page.locator("main img").count(), 0);
        assert.deepEqual(seen, []);
      }),
    { before: (tree) => putIn(tree, active()) },
  ));

test("a drawing in the preview is no document that could ask for an identity", () =>
  withPreview(
    "honest-picture",
    (preview) =>
      inTab(async (tab) => {
        const { page, context } = tab;
        await page.goto(preview.as("ada"));
        await page.locator('a[href^="#/"]').filter({ hasText: "H1 2026" }).first().click();
        const picture = page.locator('main img[alt="chart.SVG"][src]').first();
        await picture.waitFor({ state: "attached" });
        const address = await picture.evaluate(async (image: HTMLImageElement): Promise<string> => {
          await image.decode();
          return image.src;
        });
        assert.equal(address.slice(0, DRAWN.length), DRAWN);
        const own = await context.newPage();
        await own.goto(address);
        const asked = await own.evaluate((url) => fetch(url, { credentials: "include" }).then(() => "answered", () => "refused"), `${preview.origin}/preview/identity/ada`);
        assert.deepEqual([await own.evaluate(() => self.origin), asked], ["null", "refused"]);
      }),
    { before: (tree) => putIn(tree, [{ name: "chart.SVG", bytes: new TextEncoder().encode(HONEST) }]) },
  ));

test("an active picture that was published all the same runs nowhere on the page, and in a tab of its own is nobody's document", () =>
  inTab(async (tab) => {
    const folder = await madeOf("published-pictures", await example(), active(), svgType);
    const { url } = await served(folder);
    await assertNobodys(tab, folder, url);
  }));

test("an active picture that was published all the same runs nowhere from a site on disk either", () =>
  inTab(async (tab) => {
    const built = scratchFolder("pictures-portable");
    gradus("build", EXAMPLE, "--portable", "-o", built);
    const folder = await madeOf("portable-pictures", built, active(), svgType);
    await assertNobodys(tab, folder, pathToFileURL(join(folder, "index.html")).href);
  }));

async function assertNobodys(tab: Tab, folder: string, url: string): Promise<void> {
  const seen = await watched(tab);
  await unlock(tab.page, url, await key());
  await goToRoute(tab.page, await readLibrary(folder, await key()), "people/ada");
  const addresses = await addressesOfPictures(tab.page);
  assert.equal(addresses.length, active().length);
  assert.deepEqual(addresses.filter((address) => !address.startsWith(DRAWN)), []);
  assert.deepEqual([...seen], [], "an `img` runs and loads nothing");
  for (const address of addresses) await opensAlone(tab, address);
  assert.deepEqual(seen.filter((one) => one.startsWith("ran") && one !== "ran as null"), []);
}

test("what is SVG or a page under another ending is no document either", () =>
  inTab(async (tab) => {
    const files = disguised();
    const folder = buildSite(treeWith("disguised", files), "disguised-site");
    const { url } = await served(folder);
    const seen = await watched(tab);
    await unlock(tab.page, url, demoKey("ada").match(/AGE-SECRET-KEY-1\S+/)?.[0] ?? "");
    await goToRoute(tab.page, await readLibrary(folder, demoKey("ada")), "people/ada/2026-h1");
    const addresses = await addressesOfPictures(tab.page);
    assert.ok(addresses.length > 0);
    for (const address of addresses) await opensAlone(tab, address);
    const saved = (await namesIn(folder, demoKey("ada"))).filter((name) => /^d\d/.test(name));
    assert.equal(saved.length, files.length);
    assert.deepEqual(saved.filter((name) => !/\.(png|jpg|gif|webp|avif|txt|pdf|md)$/.test(name)), []);
    assert.deepEqual(seen, []);
  }));

/** The names that files are saved under, of everything that a key opens. */
async function namesIn(folder: string, identity: string): Promise<string[]> {
  const library = await readLibrary(folder, identity);
  const sections = await Promise.all(library.sections.map((ref) => library.section(ref)));
  return sections.flatMap((section) => (section.kind === "ok" ? [...section.value.files.values()].map(({ name }) => name) : []));
}

test("what `gradus open` writes runs nothing, page by page and file by file, whatever was published", () =>
  inTab(async (tab) => {
    const seen = await watched(tab);
    const files = [...active(), ...disguised()];
    const folder = await madeOf("opened-pictures", await example(), files, (name) => (/svg$/i.test(name) ? "image/svg+xml" : "image/png"));
    const { signer } = JSON.parse(readFileSync(join(folder, "site.json"), "utf8")) as { signer: string };
    const identity = scratchFolder("opened-key.txt");
    writeFileSync(identity, `${await key()}\n`);
    const out = scratchFolder("opened-folder");
    gradus("open", folder, "-i", identity, "--signer", signer, "-o", out);
    const written = filesIn(out, ".");
    assert.deepEqual(written.filter((path) => !/\.(png|jpg|gif|webp|avif|txt|pdf)$/.test(path) && !/^(index|pages\/.*)\.html$|^style\.css$/.test(path)), []);
    assert.ok(written.length > files.length);
    for (const path of written) await opensAlone(tab, pathToFileURL(join(out, path)).href);
    assert.deepEqual(seen, []);
  }));
