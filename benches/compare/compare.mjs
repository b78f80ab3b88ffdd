#!/usr/bin/env node
// What it costs to build a site: gradus, which seals everything, beside programs that write plain pages of the same text,
// and StatiCrypt, which encrypts such pages. In turns, in one run.
//
//   npm --prefix benches/peers ci
//   node benches/compare/compare.mjs --corpus DIR [--gradus FILE] [--hugo FILE] [--rounds N] [--only NAME,…] [--json FILE]
//
// The corpus is made by `cargo run --release --example corpus -- OUT`; with `--fences`, every text has a block of code, and
// everyone highlights. gradus reads the TOML files beside the texts, too, and draws its pages from both. Each program begins
// with an empty output; `gradus, unchanged` builds the same again, and then once more after an edit. Wants GNU time (Debian: apt-get install time).

import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { writeHugo } from "../peers/hugo.mjs";
import { markdownOf } from "../peers/text.mjs";

const { values: options } = parseArgs({
  options: {
    corpus: { type: "string" },
    gradus: { type: "string", default: "target/release/gradus" },
    hugo: { type: "string", default: "hugo" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    json: { type: "string" },
  },
});
if (!options.corpus) {
  console.error("usage: compare.mjs --corpus DIR, made by `cargo run --release --example corpus -- [--fences] DIR`");
  process.exit(2);
}

const bin = (name) => fileURLToPath(new URL(`../peers/node_modules/.bin/${name}`, import.meta.url));

/** Runs a program to its end; wall and CPU in seconds, the peak of its largest process in MB. */
function timed(program, args, cwd) {
  const notes = path.join(folder, "time.txt");
  const all = ["-o", notes, "-f", "%e %U %S %M", program, ...args];
  const ended = spawnSync("/usr/bin/time", all, { cwd, encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: "1" } });
  if (ended.error) throw ended.error;
  if (ended.status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${ended.status}: ${ended.stderr.slice(-2_000)}`);
  const [wall, user, system, kilobytes] = readFileSync(notes, "utf8").trim().split("\n").at(-1).split(" ").map(Number);
  return { wall, cpu: user + system, memory: kilobytes / 1000 };
}

/** Files of a folder, and their bytes. */
function weighed(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.map((entry) => statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size);
  return { files: files.length, megabytes: bytes.reduce((sum, size) => sum + size, 0) / 1e6 };
}

/** The first person's first review. */
function reviewIn(organisation) {
  const people = path.join(organisation, "people");
  const reviews = readdirSync(people, { recursive: true }).filter((file) => path.basename(file) === "review.md");
  return path.join(people, reviews.sort()[0]);
}

/** What is measured: how each prepares its input once, what is taken away before each turn, and what is run. */
function contenders(corpus) {
  const place = (name) => path.join(folder, name);
  const organisation = place("organisation");
  const gradus = path.resolve(options.gradus);
  const build = () => timed(gradus, ["build", "--quiet", "-o", place("gradus-site")], organisation);
  const hugo = () => timed(options.hugo, ["--quiet", "--source", place("hugo"), "--destination", place("hugo-site")], folder);
  return [
    {
      name: "gradus",
      prepare() {
        cpSync(corpus, organisation, { recursive: true });
        if (!existsSync(path.join(organisation, ".gradus", "site.key"))) timed(gradus, ["keys", "site"], organisation);
        timed(gradus, ["access", "--accept", "--new"], organisation);
      },
      clear: [place("gradus-site"), path.join(organisation, ".gradus", "ledger.json")],
      run: build,
      output: place("gradus-site"),
    },
    { name: "gradus, unchanged", clear: [], run: build, output: place("gradus-site") },
    {
      name: "gradus, one review edited",
      clear: [],
      run() {
        appendFileSync(reviewIn(organisation), "\nAnd one sentence more.\n");
        return build();
      },
      output: place("gradus-site"),
    },
    { name: "hugo", prepare: () => writeHugo(corpus, place("hugo")), clear: [place("hugo-site")], run: hugo, output: place("hugo-site") },
    {
      name: "staticrypt, of what hugo wrote",
      clear: [place("crypt-site")],
      run: () =>
        timed(bin("staticrypt"), ["hugo-site", "-r", "-d", "crypt-site", "-p", "a passphrase of some length", "--short", "-c", "false"], folder),
      output: place("crypt-site"),
    },
    {
      name: "eleventy",
      prepare: async () => (await import("../peers/eleventy.mjs")).writeEleventy(corpus, place("eleventy")),
      clear: [place("eleventy-site")],
      run: () => timed(bin("eleventy"), ["--quiet", `--output=${place("eleventy-site")}`], place("eleventy")),
      output: place("eleventy-site"),
    },
  ];
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[Math.ceil(sorted.length / 2) - 1] + sorted[Math.floor(sorted.length / 2)]) / 2;
};

async function run(corpus) {
  const only = options.only?.split(",");
  const all = contenders(corpus).filter(({ name }) => !only || only.some((part) => name.startsWith(part)));
  const measured = new Map();
  const leftOut = [];
  for (const one of all) {
    try {
      await one.prepare?.();
      measured.set(one, []);
    } catch (error) {
      leftOut.push({ name: one.name, why: error.message });
    }
  }
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [one, turns] of measured) {
      for (const old of one.clear) setAside(old, round);
      try {
        turns.push({ ...one.run(), ...weighed(one.output) });
        console.error(`${one.name}: ${turns.at(-1).wall} s`);
      } catch (error) {
        leftOut.push({ name: one.name, why: error.message });
        measured.delete(one);
      }
    }
  }
  const figures = [...measured].map(([{ name }, turns]) => {
    const of = (what) => median(turns.map((turn) => turn[what]));
    return { name, rounds: turns.length, wall: of("wall"), cpu: of("cpu"), memory: of("memory"), files: of("files"), megabytes: of("megabytes") };
  });
  return { figures, leftOut };
}

/** Nothing is deleted before all is measured: ext4 looks long for inodes that were not deleted just now, and the next one would pay. */
function setAside(old, round) {
  if (existsSync(old)) renameSync(old, path.join(folder, `before-${round}-${path.basename(old)}`));
}

function table({ figures, leftOut }) {
  const lines = ["| | wall s | CPU s | peak MB | files | MB written |", "|---|---|---|---|---|---|"];
  for (const { name, wall, cpu, memory, files, megabytes } of figures) {
    lines.push(`| ${name} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} | ${memory.toFixed(0)} | ${files} | ${megabytes.toFixed(1)} |`);
  }
  for (const { name, why } of leftOut) lines.push("", `left out: ${name}, ${why}`);
  return lines.join("\n");
}

const folder = mkdtempSync(path.join(os.tmpdir(), "compare-"));
try {
  const corpus = path.resolve(options.corpus);
  if (!existsSync(path.join(corpus, "gradus.toml"))) throw new Error(`${corpus} is no organisation`);
  const outcome = await run(corpus);
  const markdown = markdownOf(corpus).length;
  const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, load: os.loadavg()[0] };
  console.log(`${markdown} markdown files, ${machine.cores} cores, load ${machine.load.toFixed(2)}, ${options.rounds} rounds\n\n${table(outcome)}`);
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify({ corpus: path.basename(corpus), markdown, machine, ...outcome }, null, 2)}\n`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
