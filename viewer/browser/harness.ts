/** Real Chromium over a folder that is served as any dumb host would. */

import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize, sep } from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright-core";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".woff2": "font/woff2",
};

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A folder served on loopback. */
export interface Served {
  /** Ends in `/`; `localhost`, so that it is a secure context. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Serves the files of a folder, and nothing outside of it, under an optional subpath such as `growth/`. */
export async function serve(folder: string, subpath = ""): Promise<Served> {
  const server = createServer((request, response) => void answer(folder, subpath, request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/${subpath}`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

async function answer(folder: string, subpath: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const file = pathname.startsWith(`/${subpath}`) ? await fileAt(folder, pathname.slice(1 + subpath.length)) : null;
  if (file === null) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
  createReadStream(file).pipe(response);
}

async function fileAt(folder: string, path: string): Promise<string | null> {
  const file = normalize(join(folder, decodeURIComponent(path)));
  if (file !== folder && !file.startsWith(folder + sep)) return null;
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory()) return fileAt(file, "index.html");
  return found?.isFile() ? file : null;
}

/** A browser with an empty profile. */
export interface Launched {
  readonly context: BrowserContext;
  /** A page whose console errors and failed scripts are kept; `complaints` must stay empty on honest pages. */
  readonly newPage: () => Promise<{ page: Page; complaints: string[] }>;
  readonly close: () => Promise<void>;
}

/** Launches Chromium: `CHROMIUM` names another than Debian's. */
export async function launch(options: { dark?: boolean; width?: number; height?: number } = {}): Promise<Launched> {
  const profile = await mkdtemp(join(tmpdir(), "gradus-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
    acceptDownloads: true,
    colorScheme: options.dark === true ? "dark" : "light",
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
  });
  return { context, newPage: () => listenedPage(context), close: () => close(context, profile) };
}

async function listenedPage(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    const silent = message.type() !== "error" || message.location().url.endsWith("/favicon.ico");
    if (!silent) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints };
}

async function close(context: BrowserContext, profile: string): Promise<void> {
  await context.close();
  await rm(profile, { recursive: true, force: true });
}
