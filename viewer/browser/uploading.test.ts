/** A site that is uploaded over an older one, at every moment of it. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Library } from "../src/library";
import { SENTENCES } from "../src/outcome";
import { alert, enter, goToRoute, heading, lockNow } from "./reader";
import { inTab, once, served } from "./shared";
import { bareKey, gradus, readLibrary, ROOT, routesOf, scratchFolder } from "./sites";

/** Enough to meet each kind of moment, and no minute of unlocking. */
const IN_THE_BROWSER = 12;
const OWN = "people/sam";

/** An organisation, and what its host held after each file that came or went. */
interface Upload {
  readonly key: string;
  readonly moments: readonly string[];
}

/** Puts the stand-in for rsync where the script finds it, and gives what it is to know. */
function standIn(place: string): NodeJS.ProcessEnv {
  const programs = join(place, "programs");
  mkdirSync(programs, { recursive: true });
  const scripts = ["moments.sh", "rsync.sh"].map((name) => readFileSync(join(ROOT, "tests/world/stand-ins", name), "utf8"));
  writeFileSync(join(programs, "rsync"), `#!/bin/sh\nset -eu\n${scripts.join("\n")}`);
  chmodSync(join(programs, "rsync"), 0o755);
  return { ...process.env, PATH: `${programs}:${process.env["PATH"] ?? ""}`, HOST: join(place, "host"), NOTES: join(place, "notes") };
}

/** Uploads a site, gives Sam another name, and uploads again. */
const upload = once(async (): Promise<Upload> => {
  const place = scratchFolder("uploaded");
  const org = join(place, "org");
  gradus("init", org);
  gradus("-C", org, "keys", "new", "sam", "-o", join(place, "sam.txt"));
  gradus("-C", org, "access", "--accept");
  const env = standIn(place);
  const bring = (extra: NodeJS.ProcessEnv): void => {
    gradus("-C", org, "build", "--fresh", "--deploy", "nginx");
    execFileSync(join(org, "deploy/upload.sh"), ["host:"], { env: { ...env, ...extra } });
  };
  bring({});
  const person = join(org, "people/sam/person.toml");
  writeFileSync(person, readFileSync(person, "utf8").replace(/^name = .*$/m, 'name = "Samira"'));
  const moments = join(place, "moments");
  bring({ MOMENTS: moments });
  return { key: bareKey(readFileSync(join(place, "sam.txt"), "utf8")), moments: readdirSync(moments).sort().map((name) => join(moments, name)) };
});

/** Titles of all pages that a library opens. */
async function titles(library: Library): Promise<string[]> {
  const pages = await Promise.all(library.sections.map((ref) => library.section(ref)));
  return pages.map((outcome) => (outcome.kind === "ok" ? (outcome.value.pages[0]?.title ?? "no page") : outcome.fault));
}

test("at every moment of an upload a reader who comes then opens all of their pages", async () => {
  const { key, moments } = await upload();
  assert.ok(moments.length > 40, `${moments.length}`);
  for (const moment of moments) {
    const read = await titles(await readLibrary(moment, key));
    for (const title of read) assert.ok(!(title in SENTENCES), `${moment}: ${title}`);
  }
});

test("at some moments of an upload, in the browser: who comes then, and who was there before", () =>
  inTab(async ({ page, context }) => {
    const { key, moments } = await upload();
    const early = await served(moments[0] ?? "");
    const library = await readLibrary(moments[0] ?? "", key);
    const routes = (await routesOf(library)).filter((route) => route !== OWN);
    await page.goto(early.url);
    await enter(page, key);
    await lockNow(page).waitFor();
    const names = new Set([await heading(page)]);
    for (let at = 1; at < IN_THE_BROWSER; at += 1) {
      early.folder = moments[Math.floor((at * moments.length) / IN_THE_BROWSER)] ?? "";
      await goToRoute(page, library, routes[at % routes.length] ?? OWN);
      assert.equal(await alert(page).count(), 0, early.folder);
      const late = await context.newPage();
      await late.goto(`${early.url}?${at}`);
      await enter(late, key);
      await lockNow(late).waitFor();
      assert.equal(await alert(late).count(), 0, early.folder);
      names.add(await heading(late));
      await late.close();
    }
    assert.equal(names.size, 2, [...names].join());
  }));

test("a file that fits no build can be tried again, with the key that was given and on the page that is open", () =>
  inTab(async ({ page }) => {
    const { key, moments } = await upload();
    const site = await served(moments[0] ?? "");
    const bend = (folder: string): void => {
      for (const path of readdirSync(join(site.folder, folder)).map((name) => `${folder}/${name}`)) {
        const bytes = Uint8Array.from(readFileSync(join(site.folder, path)));
        bytes.set([(bytes.at(-5) ?? 0) ^ 1], bytes.length - 5);
        site.instead.set(path, bytes);
      }
    };
    const again = page.getByRole("button", { name: "Try again" });
    bend("keyring");
    await page.goto(site.url);
    await enter(page, key);
    assert.equal((await alert(page).innerText()).trim(), SENTENCES.forged);
    site.instead.clear();
    bend("sealed");
    await again.click();
    await lockNow(page).waitFor();
    assert.match(await alert(page).first().innerText(), /not what its publisher signed/);
    assert.doesNotMatch(await page.getByRole("main").innerText(), /Sam\b/);
    site.instead.clear();
    await again.click();
    await page.getByRole("heading", { level: 1, name: "Sam" }).waitFor();
    assert.equal(await alert(page).count(), 0);
    assert.equal(await again.count(), 0);
    assert.ok(!existsSync(join(site.folder, "next/site.sig")));
  }));
