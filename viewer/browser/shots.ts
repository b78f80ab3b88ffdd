/** Pictures of every kind of page, into `shots/`: light, dark, on a phone, on paper. */

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launch, openTab, serve } from "./harness";
import { KINDS, PUBLIC } from "./kinds";
import { goToRoute, refusal, unlock } from "./reader";
import { bareKey, buildSite, demoKey, EXAMPLE, readLibrary, removeSites, ROOT } from "./sites";

declare const VIEWER: string;

const OUT = join(VIEWER, "shots");
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};

/** Shows every kind of page, and calls `take` on each. */
async function everyPage(page: Page, url: string, folder: string, take: (name: string) => Promise<unknown>): Promise<void> {
  await page.goto(url);
  await take("lock");
  await refusal(page, `${url}?refused`, "AGE-SECRET-KEY-1");
  await take("lock-refused");
  for (const [name, path] of PUBLIC) {
    await page.goto(`${url}${path}`);
    await take(name);
  }
  for (const { name, reader, route } of KINDS) {
    await unlock(page, `${url}?${name}`, bareKey(demoKey(reader)));
    await page.getByRole("button", { name: "Dismiss" }).click({ timeout: 100 }).catch(() => undefined); // only at a first visit
    await goToRoute(page, await readLibrary(folder, demoKey(reader)), route);
    await page.waitForLoadState("networkidle");
    await take(name);
  }
}

async function takeLook(browser: Browser, look: string, url: string, folder: string): Promise<void> {
  const { context, page } = await openTab(browser, LOOKS[look] ?? {});
  await everyPage(page, url, folder, (name) => page.screenshot({ path: join(OUT, `${name}-${look}.png`), fullPage: true }));
  await context.close();
}

async function print(browser: Browser, url: string, folder: string): Promise<void> {
  const { context, page } = await openTab(browser);
  await everyPage(page, url, folder, async (name) => {
    const file = join(OUT, `${name}-print`);
    await page.pdf({ path: `${file}.pdf`, format: "A4", printBackground: true });
    draw(file);
  });
  await context.close();
}

/** Draws the first pages of a PDF where poppler is there to do it. */
function draw(file: string): void {
  try {
    execFileSync("pdftoppm", ["-r", "60", "-l", "3", "-png", `${file}.pdf`, file], { stdio: "ignore" });
  } catch {
    // without poppler the PDF itself is there to be looked at
  }
}

/** The picture in the README: the upper part of a portfolio. */
async function takeReadmePicture(browser: Browser, url: string, folder: string): Promise<void> {
  const { context, page } = await openTab(browser, { viewport: { width: 1200, height: 860 }, colorScheme: "light" });
  await unlock(page, url, bareKey(demoKey("ada")));
  await page.getByRole("button", { name: "Dismiss" }).click();
  await goToRoute(page, await readLibrary(folder, demoKey("ada")), "people/ada");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.screenshot({ path: join(OUT, "readme.png") });
  await context.close();
}

const folder = buildSite(EXAMPLE, "example");
const server = await serve(folder);
const browser = await launch();
try {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const look of Object.keys(LOOKS)) await takeLook(browser, look, server.url, folder);
  await takeReadmePicture(browser, server.url, folder);
  await print(browser, server.url, folder);
  console.log(`pictures of ${KINDS.length + PUBLIC.length + 2} kinds of page are in ${OUT.slice(ROOT.length + 1)}/`);
} finally {
  await browser.close();
  await server.close();
  removeSites();
}
