/** Real Chromium over a folder that is served as any dumb host would. */

import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, resolve, sep } from "node:path";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";

import quiet from "./flags.json";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".woff2": "font/woff2",
};

const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A folder served on loopback. */
export interface Served {
  /** Ends in `/`; `localhost`, so that it is a secure context. */
  readonly url: string;
  /** May be changed while it is served, as by a deployment. */
  folder: string;
  /** Answers for single paths, instead of what the folder holds. */
  readonly instead: Map<string, Uint8Array>;
  readonly close: () => Promise<void>;
}

/** Serves the files of a folder, and nothing outside of it, under an optional subpath such as `growth/`. */
export async function serve(folder: string, subpath = ""): Promise<Served> {
  const server = createServer((request, response) => void answer(served, subpath, request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const url = `http://localhost:${port}/${subpath}`;
  const served: Served = { url, folder, instead: new Map(), close: () => closed(server) };
  return served;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

async function answer(served: Served, subpath: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const path = pathname.startsWith(`/${subpath}`) ? decodeURIComponent(pathname.slice(1 + subpath.length)) : null;
  const file = path === null ? null : await fileAt(served.folder, path);
  if (path === null || file === null) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  response.end(served.instead.get(path) ?? (await readFile(file)));
}

async function fileAt(folder: string, path: string): Promise<string | null> {
  const file = resolve(folder, path);
  if (file !== folder && !file.startsWith(folder + sep)) return null;
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory()) return fileAt(file, "index.html");
  return found?.isFile() ? file : null;
}

/** The same engine without a window around the page, as Debian packages it: it takes half the time. */
const WITHOUT_WINDOW = "/usr/bin/chromium-headless-shell";

function executable(...places: readonly string[]): string {
  const named = process.env["CHROMIUM"] ?? places.find((path) => existsSync(path));
  if (named !== undefined && existsSync(named)) return named;
  const looked = named ?? places.join(", ");
  throw new Error(`these tests want Chromium, and there is none at ${looked}: install it, or name it in CHROMIUM`);
}

/** Launches Chromium, perhaps with more flags: `CHROMIUM` names another than the usual ones. */
export async function launch(...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath: executable(WITHOUT_WINDOW, ...USUAL_PLACES), headless: true, args: [...quiet, ...flags] });
}

/** What the driver turns off, and readers' browsers do not. */
const AS_READERS_HAVE_IT = ["--disable-back-forward-cache", "--disable-breakpad"];

/** Launches Chromium with a profile on disk, as a reader's is. */
export async function launchProfile(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, { executablePath: executable(...USUAL_PLACES), headless: true, args: [...quiet], ignoreDefaultArgs: AS_READERS_HAVE_IT });
}

/** A tab in a profile of its own, and what went wrong in it. */
export interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors, exceptions, refused loads, dialogs: empty on honest pages. */
  readonly complaints: string[];
  /** Every address that was asked for. */
  readonly requests: string[];
}

/** Opens a tab in an empty profile. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(60_000);
  const tab: Tab = { context, page: await context.newPage(), complaints: [], requests: [] };
  listen(tab);
  return tab;
}

function listen({ page, complaints, requests }: Tab): void {
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    const silent = message.type() !== "error" || message.location().url.endsWith("/favicon.ico");
    if (!silent) complaints.push(message.text());
  });
}
