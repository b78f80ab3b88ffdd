/** The site on web servers that people run, with the configuration that the program writes for them. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { launch, openTab } from "./harness";
import { alert, enter, goToRoute, heading, lockNow, lockPage } from "./reader";
import { exampleSite, inTab, libraryOf, once, served } from "./shared";
import { bareKey, demoKey, EXAMPLE, filesIn, gradus, scratchFolder } from "./sites";

/** A page with a picture in it. */
const ILLUSTRATED = { reader: "ada", route: "people/ada/2026-h1", picture: /^Drift between old and new ledger/ };

/** A site in its place on a running host. */
interface Hosted {
  /** Ends in `/`. */
  readonly url: string;
  readonly folder: string;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, "127.0.0.1", listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Builds example-org for an address, with what a host of that name needs, and gives its folder. */
function buildFor(host: string, url: string): string {
  const organisation = scratchFolder(`for-${host}-${new URL(url).port}`);
  cpSync(EXAMPLE, organisation, { recursive: true, filter: (path) => !path.endsWith("/public") });
  const settings = join(organisation, "gradus.toml");
  writeFileSync(settings, `base_url = "${url}"\n${readFileSync(settings, "utf8").replace(/^base_url.*\n/m, "")}`);
  gradus("build", organisation, "--deploy", host);
  return organisation;
}

/** A web server, and the words by which it says that it listens. */
interface Host {
  readonly program: string;
  readonly args: readonly string[];
  readonly listens: RegExp;
}

/** Runs a server until the work is done; its own words are shown where it does not come up. */
async function running({ program, args, listens }: Host, work: () => Promise<void>): Promise<void> {
  const home = scratchFolder("servers"); // for what Caddy keeps
  const server = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home } });
  try {
    await says(server, listens);
    await work();
  } finally {
    server.kill("SIGTERM");
    if (server.exitCode === null) await new Promise((ended) => server.once("exit", ended));
  }
}

function says(server: ChildProcess, words: RegExp): Promise<void> {
  let said = "";
  return new Promise((heard, failed) => {
    server.once("error", failed);
    server.once("exit", () => failed(new Error(`the server ended: ${said}`)));
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on("data", (part) => {
        said += String(part);
        if (words.test(said)) heard();
      });
    }
  });
}

/** nginx as Debian has it, with the written file in a server of its own. */
async function onNginx(work: (hosted: Hosted) => Promise<void>): Promise<void> {
  const port = await freePort();
  const url = `http://localhost:${port}/teams/growth/`;
  const organisation = buildFor("nginx", url);
  const home = scratchFolder(`nginx-${port}`);
  mkdirSync(home);
  const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${home}/${name};`);
  const asRoot = process.getuid?.() === 0 ? "user root;" : "";
  const server = `server { listen 127.0.0.1:${port}; include ${organisation}/deploy/nginx.conf; }`;
  const config = `${asRoot} daemon off; pid ${home}/pid; error_log stderr notice; events {} http { access_log off; ${places.join(" ")} ${server} }`;
  writeFileSync(join(home, "nginx.conf"), config);
  const nginx = ["-p", home, "-e", "stderr", "-c", join(home, "nginx.conf")];
  await running({ program: "nginx", args: nginx, listens: /start worker process/ }, () => work({ url, folder: join(organisation, "public") }));
}

/** Caddy, with the written file as it stands. */
async function onCaddy(work: (hosted: Hosted) => Promise<void>): Promise<void> {
  const port = await freePort();
  const url = `http://localhost:${port}/growth/`;
  const organisation = buildFor("caddy", url);
  const config = scratchFolder("caddy.config");
  writeFileSync(config, `{\n\tadmin off\n}\n\nimport ${organisation}/deploy/Caddyfile\n`);
  const caddy = ["run", "--adapter", "caddyfile", "--config", config];
  await running({ program: "caddy", args: caddy, listens: /serving initial configuration/ }, () => work({ url, folder: join(organisation, "public") }));
}

/** A deep link to a page with a picture; the lock page stands before it. */
async function followDeepLink(page: Page, url: string): Promise<void> {
  const { reader, route, picture } = ILLUSTRATED;
  const library = await libraryOf(reader);
  await page.goto(`${url}${library.addresses.of(route)}`);
  await enter(page, bareKey(demoKey(reader)));
  await lockNow(page).waitFor();
  await page.getByRole("heading", { level: 1, name: /2026/ }).waitFor();
  const image = page.getByRole("img", { name: picture });
  await image.scrollIntoViewIfNeeded();
  assert.ok((await image.evaluate(async (shown: HTMLImageElement) => (await shown.decode(), shown.naturalWidth))) > 100);
  await goToRoute(page, library, "rubric");
  assert.match(await heading(page), /rubric/i);
}

/** One file of each kind, by path, and whether it may be kept unasked. */
function oneOfEach(folder: string): [string, boolean][] {
  const first = (below: string): string => filesIn(folder, below)[0] ?? "";
  const assets = filesIn(folder, "assets").map((path): [string, boolean] => [path, true]);
  const others = ["", "index.html", "site.json", "site.sig", first("sealed"), first("keyring"), first("index"), "not-there"];
  return [...assets, ...others.map((path): [string, boolean] => [path, false])];
}

/** Every header that the program knows of, as written for nginx. */
const headers = once(async () => {
  const lines = readFileSync(join(buildFor("nginx", "https://growth.example/"), "deploy/nginx.conf"), "utf8");
  return [...lines.matchAll(/add_header (\S+) "([^"]+)" always;/g)].map(([, name, value]) => [name ?? "", value ?? ""] as const);
});

async function assertHeaders({ url, folder }: Hosted): Promise<void> {
  const wanted = (await headers()).filter(([name]) => name !== "Cache-Control");
  assert.ok(new Set(wanted.map(([name]) => name)).size >= 6);
  for (const [path, forEver] of oneOfEach(folder)) {
    const answer = await fetch(`${url}${path}`);
    assert.equal(answer.status, path === "not-there" ? 404 : 200, path);
    for (const [name, value] of wanted) assert.equal(answer.headers.get(name), value, `${name} of ${path}`);
    const cache = answer.headers.get("cache-control") ?? "";
    assert.equal(cache, forEver ? "public, max-age=31536000, immutable" : "no-cache", path);
  }
  const missing = await fetch(`${url}assets/viewer.0000000000000000.js`);
  assert.equal(missing.status, 404);
  assert.doesNotMatch(missing.headers.get("cache-control") ?? "", /immutable/);
}

/** A copy that a browser keeps is asked about, and a small answer says that it still holds. */
async function assertRevalidated({ url, folder }: Hosted): Promise<void> {
  const file = `${url}${filesIn(folder, "sealed")[0] ?? ""}`;
  const tag = (await fetch(file)).headers.get("etag") ?? "";
  assert.notEqual(tag, "");
  assert.equal((await fetch(file, { headers: { "if-none-match": tag } })).status, 304);
}

async function assertFoundWithoutSlash({ url }: Hosted): Promise<void> {
  const answer = await fetch(url.slice(0, -1), { redirect: "manual" });
  assert.equal(answer.status, 308);
  assert.equal(new URL(answer.headers.get("location") ?? "", url).href, url);
}

async function assertServedWell(hosted: Hosted): Promise<void> {
  await assertHeaders(hosted);
  await assertRevalidated(hosted);
  await assertFoundWithoutSlash(hosted);
  await inTab(async ({ page, complaints }) => {
    await followDeepLink(page, hosted.url);
    assert.deepEqual(complaints, []);
  });
}

test("nginx with the written configuration serves the site at a subpath, every header seen", () => onNginx(assertServedWell));

test("Caddy with the written configuration serves the site at a subpath, every header seen", () => onCaddy(assertServedWell));

/** What a page of another origin has in a frame of the site. */
async function framed(url: string): Promise<string> {
  const folder = scratchFolder(`framing-${new URL(url).port}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "index.html"), `<!doctype html><iframe src="${url}"></iframe>`);
  const outer = await served(folder);
  let shown = "";
  await inTab(async ({ page }) => {
    await page.goto(outer.url);
    shown = page.frames().find((frame) => frame !== page.mainFrame())?.url() ?? "";
  });
  return shown;
}

test("no page of another origin frames a site whose host sends the headers", async () => {
  await onNginx(async ({ url }) => assert.match(await framed(url), /^chrome-error:/));
  const { url } = await exampleSite();
  assert.equal(await framed(url), url, "without them it does, and the lock page refuses to unlock there");
});

test("the dumbest host there is, Python's, serves a deep link with its pictures", async () => {
  const port = await freePort();
  const url = `http://localhost:${port}/`;
  const folder = scratchFolder("for-python");
  gradus("build", EXAMPLE, "-o", folder);
  const args = ["-u", "-m", "http.server", String(port), "--bind", "127.0.0.1", "--directory", folder];
  await running({ program: "python3", args, listens: /Serving HTTP on/ }, () =>
    inTab(async ({ page, complaints }) => {
      await followDeepLink(page, url);
      assert.deepEqual(complaints, []);
    }),
  );
});

test("over plain http elsewhere than on this machine the page says what to do, and takes no key", () =>
  onNginx(async ({ url }) => {
    const browser = await launch("--host-resolver-rules=MAP growth.test 127.0.0.1");
    try {
      const { page } = await openTab(browser);
      await page.goto(url.replace("localhost", "growth.test"));
      assert.match(await alert(page).innerText(), /plain http.*open it over https/);
      for (const part of [lockPage.key(page), lockPage.unlock(page)]) assert.equal(await part.isDisabled(), true);
    } finally {
      await browser.close();
    }
  }));
