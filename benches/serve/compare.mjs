#!/usr/bin/env node
// How long a writer waits: from closing a saved file to the new page answered, by `gradus serve` and by `hugo server`,
// on the same text, in the same run, in turns.
//
//   node benches/serve/compare.mjs --corpus DIR [--gradus FILE] [--hugo FILE | --no-hugo] [--edits N] [--warm-ups N]
//                                  [--patience SECONDS] [--one-person] [--json FILE]
//
// `gradus serve` draws what each reader gets and seals it; its clock stops when the event of the next generation has
// come, and the signed list and every file that is different in it have been answered in full. `hugo server`
// renders the same markdown, in memory, by one small template; its clock stops when the page, asked for again and
// again without a pause, holds the new word. Both work on copies.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, openSync, closeSync, writeSync } from "node:fs";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { hugoPage, writeHugo } from "../peers/hugo.mjs";
import { markdownOf } from "../peers/text.mjs";

const { values: options } = parseArgs({
  options: {
    corpus: { type: "string" },
    gradus: { type: "string", default: "target/release/gradus" },
    hugo: { type: "string", default: "hugo" },
    "no-hugo": { type: "boolean", default: false },
    edits: { type: "string", default: "20" },
    "warm-ups": { type: "string", default: "2" },
    patience: { type: "string", default: "300" },
    "one-person": { type: "boolean", default: false },
    json: { type: "string" },
  },
});
if (!options.corpus) {
  console.error("usage: compare.mjs --corpus DIR, made by `cargo run --release --example corpus -- --fences DIR`");
  process.exit(2);
}

/** The longest that anything is waited for, in milliseconds. */
const PATIENCE_MS = Number(options.patience) * 1000;

const now = () => performance.now();

const keeping = new http.Agent({ keepAlive: true });

/** A whole answer, on a connection of its own unless an agent keeps one. */
function get(url, headers = {}, agent = false) {
  return new Promise((resolve, reject) => {
    const asked = http.get(url, { agent, headers }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }));
      answer.on("error", reject);
    });
    asked.on("error", (error) => reject(new Error(`${url}: ${error.message}`)));
  });
}

async function body(url, headers) {
  const answer = await get(url, headers);
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
  return answer.body;
}

/** A promise that gives up. */
function within(promise, what) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${what}: not within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS).unref();
  });
  return Promise.race([promise, late]);
}

/** Every server that was started. */
const children = [];
process.on("exit", stopAll);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Starts a server in a process group of its own: `hugo` may be a launcher of the real one. */
function start(program, args) {
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const server = { said: "", failed: null };
  child.on("error", (error) => (server.failed = error));
  child.on("exit", (code) => (server.failed ??= new Error(`${program} ended with ${code}: ${server.said}`)));
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (server.said += piece));
  return server;
}

function stopAll() {
  for (const { pid } of children.splice(0)) {
    try {
      process.kill(-pid, "SIGTERM");
    } catch {} // it has ended
  }
}

/** Saves as editors do that write in place. Gives the moment of closing. */
function save(file, text) {
  const open = openSync(file, "w");
  writeSync(open, text);
  const closing = now();
  closeSync(open);
  return closing;
}

// --- gradus

class Gradus {
  name = "gradus serve";

  /** Copies the organisation and waits for the whole first site. */
  static async started(corpus, folder) {
    const self = new Gradus();
    self.content = path.join(folder, "organisation");
    cpSync(corpus, self.content, { recursive: true });
    const began = now();
    self.server = start(options.gradus, ["serve", self.content, "--port", "0", "--host", "127.0.0.1"]);
    await within(self.#unlock(), "gradus serve");
    self.first = now() - began;
    self.#listen();
    await within(self.#told(0), "the event stream");
    return self;
  }

  async #unlock() {
    let link;
    while (!(link = /http:\/\/\S+\?token=\S+/.exec(this.server.said))) {
      if (this.server.failed) throw this.server.failed;
      await sleep(5);
    }
    this.base = new URL(".", link[0]);
    const [cookie] = (await get(link[0])).headers["set-cookie"];
    this.headers = { Cookie: cookie.split(";")[0] };
    this.shards = new Map();
    this.files = new Map();
    await this.#changed();
  }

  #listen() {
    this.generation = 0;
    let rest = "";
    const asked = http.get(new URL("preview/events", this.base), { headers: this.headers, agent: false }, (answer) => {
      answer.on("data", (piece) => {
        const events = (rest + piece).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event);
          if (data) this.#hear(JSON.parse(data[1]));
        }
      });
    });
    asked.on("error", () => {}); // it ends with the server
  }

  #hear(word) {
    if (word.broken) this.fail?.(new Error("the organisation is broken"));
    this.generation = word.generation;
    this.heard?.();
  }

  #told(after) {
    return new Promise((resolve, reject) => {
      this.fail = reject;
      this.heard = () => this.generation > after && resolve();
      this.heard();
    });
  }

  /** Asks for `site.json`, the shards of the signed list that are new, and every file that is different in them. */
  async #changed() {
    const ask = (file) => body(new URL(file, this.base), this.headers);
    const site = JSON.parse(await ask("site.json"));
    const shards = new Map();
    await Promise.all(
      site.index.map(async (hash) => {
        const name = Buffer.from(hash, "base64").subarray(0, 12).toString("hex");
        shards.set(name, this.shards.get(name) ?? JSON.parse(await ask(`index/${name}.json`)).files);
      }),
    );
    const different = [];
    for (const [name, folders] of shards) {
      if (this.shards.has(name)) continue;
      for (const [folder, names] of Object.entries(folders)) {
        for (const [file, [hash]] of Object.entries(names)) {
          const whole = folder ? `${folder}/${file}` : file;
          if (this.files.get(whole) !== hash) different.push(whole);
          this.files.set(whole, hash);
        }
      }
    }
    if (this.shards.size) await Promise.all(different.map(ask)); // the first time, everything is
    this.shards = shards;
    return different.filter((file) => file.startsWith("sealed/"));
  }

  async edit(page, word) {
    const before = this.generation;
    const told = this.#told(before);
    const closed = save(path.join(this.content, page.file), page.with(word));
    await within(told, `the generation after ${before}`);
    const sealed = await this.#changed();
    if (!sealed.length) throw new Error(`no sealed file is different after ${page.file} was saved`);
    return now() - closed;
  }
}

// --- hugo

/** A free port of loopback, at the moment. */
function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

class Hugo {
  name = "hugo server";

  /** Makes a site of the same markdown and waits for one of its pages. */
  static async started(corpus, folder, page) {
    const self = new Hugo();
    const site = path.join(folder, "hugo");
    self.content = path.join(site, "content");
    writeHugo(corpus, site);
    const port = await freePort();
    self.base = `http://127.0.0.1:${port}/`;
    const began = now();
    self.server = start(options.hugo, [
      ...["server", "--source", site, "--bind", "127.0.0.1", "--port", String(port)],
      ...["--renderToMemory", "--buildDrafts", "--buildFuture"],
    ]);
    await self.#holds(page, "</main>", 5);
    self.first = now() - began;
    return self;
  }

  async edit(page, word) {
    const closed = save(path.join(this.content, page.file), hugoPage(page.file, page.with(word)));
    await this.#holds(page, word, 0);
    return now() - closed;
  }

  /** Asks for a page again and again until it holds a word. */
  async #holds(page, word, pause) {
    const url = new URL(page.file.replace(/\.md$/, "/"), this.base);
    const until = now() + PATIENCE_MS;
    while (now() < until) {
      if (this.server.failed) throw this.server.failed;
      const answer = await get(url, {}, keeping).catch(() => null); // nobody may be listening yet
      if (answer?.status === 200 && answer.body.includes(word)) return;
      if (pause) await sleep(pause);
    }
    throw new Error(`hugo server: no \`${word}\` within ${PATIENCE_MS / 1000} s`);
  }
}

// --- what is edited

/**
 * Reviews of as many different people, from all over the organisation; of each the latest. With `--one-person` the same
 * review again and again, as somebody writes it.
 */
function pagesToEdit(corpus, count) {
  const latest = new Map();
  for (const file of markdownOf(corpus)) {
    const [area, person, , name] = file.split(path.sep);
    if (area === "people" && name === "review.md") latest.set(person, file);
  }
  const reviews = [...latest.values()].slice(0, options["one-person"] ? 1 : undefined);
  if (!reviews.length) throw new Error(`${corpus} holds no people/ID/CYCLE/review.md`);
  return Array.from({ length: count }, (_, at) => {
    const file = reviews[Math.floor(((at + 0.5) * reviews.length) / count)];
    const text = readFileSync(path.join(corpus, file), "utf8").trimEnd();
    return { file, with: (word) => `${text}\n\nThe word of this minute is ${word}.\n` };
  });
}

// --- the run

async function run(corpus, folder) {
  const warmUps = Number(options["warm-ups"]);
  const pages = pagesToEdit(corpus, warmUps + Number(options.edits));
  const servers = [await Gradus.started(corpus, folder)];
  const leftOut = [];
  if (!options["no-hugo"]) {
    await Hugo.started(corpus, folder, pages[0]).then(
      (hugo) => servers.push(hugo),
      (error) => leftOut.push({ name: "hugo server", why: error.message }),
    );
  }
  const times = servers.map(() => []);
  for (const [turn, page] of pages.entries()) {
    for (const [at, server] of servers.entries()) {
      const took = await server.edit(page, `quartz${turn}`);
      if (turn >= warmUps) times[at].push(took);
    }
  }
  return { servers: servers.map((server, at) => figures(server, times[at])), leftOut };
}

function figures(server, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  const inMs = (time) => Math.round(time * 10) / 10;
  return {
    name: server.name,
    first_ms: inMs(server.first),
    edits: times.length,
    median_ms: inMs(median),
    min_ms: inMs(sorted[0]),
    max_ms: inMs(sorted.at(-1)),
    times_ms: times.map(inMs),
  };
}

function table({ servers, leftOut }) {
  const columns = ["first_ms", "edits", "median_ms", "min_ms", "max_ms"];
  const lines = [`| ms | first start | edits | median | least | most |`, `|---|---|---|---|---|---|`];
  for (const server of servers) lines.push(`| \`${server.name}\` | ${columns.map((of) => server[of]).join(" | ")} |`);
  const [gradus, hugo] = servers;
  if (hugo) lines.push("", `median of \`hugo server\` / \`gradus serve\`: ${(hugo.median_ms / gradus.median_ms).toFixed(1)}`);
  for (const { name, why } of leftOut) lines.push("", `left out: \`${name}\`, ${why}`);
  return lines.join("\n");
}

const folder = mkdtempSync(path.join(os.tmpdir(), "compare-"));
try {
  const corpus = path.resolve(options.corpus);
  const outcome = await run(corpus, folder);
  const markdown = markdownOf(corpus).length;
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, load: os.loadavg()[0] };
  console.log(`${markdown} markdown files, ${machine.cores} cores, load ${machine.load.toFixed(2)}\n\n${table(outcome)}`);
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify({ corpus: path.basename(corpus), markdown, machine, ...outcome }, null, 2)}\n`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  stopAll();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit();
