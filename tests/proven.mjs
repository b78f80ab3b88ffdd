// Holds SECURITY.md against the tests that passed: `node tests/proven.mjs LOG…`, where the logs are what cargo and Node said of their tests. Each
// test that the page names as a proof has to be among them: one that is renamed, left out or ignored proves nothing.
// `node --test tests/proven.mjs` tests the reading itself.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** The paragraphs that begin with "Proven by": each goes on until an empty line, a heading or the next item. */
export function proofs(page) {
  const paragraphs = page.split(/\n(?=\s*(?:- |#|Proven by |\n))/);
  return paragraphs.map((text) => text.trim()).filter((text) => text.startsWith("Proven by "));
}

/** The names in them: between backticks, or between two of them where the name holds some itself. */
export function named(page) {
  return proofs(page).flatMap((text) => [...text.matchAll(/(`+)(.+?)\1(?!`)/gs)].map(([, , name]) => name.trim().replace(/\s+/g, " ")));
}

/** The tests of a log, by name, and whether each passed: of cargo's with their modules. */
export function ran(log) {
  const plain = log.replace(/\x1b\[[0-9;]*m/g, "");
  const ofCargo = [...plain.matchAll(/^test (\S+)(?: - should panic)? \.\.\. (.*)$/gm)].map(([, name, how]) => [name, how === "ok"]);
  const ofNode = [...plain.matchAll(/^\s*([✔✖﹣]) (.*) \([\d.]+ms\)(.*)$/gm)].map(([, mark, name, more]) => [name, mark === "✔" && more === ""]);
  return [...ofCargo, ...ofNode];
}

/** What is wrong with a name, given all tests that ran. None if exactly one test has it, and passed. */
export function fault(name, tests) {
  const meant = tests.filter(([test]) => test === name || test.endsWith(`::${name}`));
  const paths = new Set(meant.map(([test]) => test));
  if (paths.size > 1) return `several tests have this name (${[...paths].join(", ")}): write the module before it`;
  if (!meant.some(([, passed]) => passed) || meant.some(([, passed]) => !passed)) return "it did not pass in this run";
  return null;
}

function main(logs) {
  const names = named(readFileSync(new URL("../SECURITY.md", import.meta.url), "utf8"));
  const tests = logs.flatMap((log) => ran(readFileSync(log, "utf8")));
  const faults = names.map((name) => [name, fault(name, tests)]).filter(([, why]) => why !== null);
  for (const [name, why] of faults) console.error(`SECURITY.md names \`${name}\`: ${why}`);
  if (names.length === 0) console.error("SECURITY.md names no test");
  else if (faults.length === 0) console.log(`${names.length} proofs of SECURITY.md have passed`);
  process.exitCode = faults.length === 0 && names.length > 0 ? 0 : 1;
}

const logs = process.argv.slice(2);
if (logs.length > 0) {
  main(logs);
} else {
  test("names are read to the end of a paragraph, and no further", () => {
    const page = "- A promise, `none`.\n  Proven by `a`,\n  `b`, ``c `d` e``,\n  `a name\n  that is broken`.\n- Another, `none`.\n  Proven by `f`.\n\n`none`\n";
    assert.deepEqual(named(page), ["a", "b", "c `d` e", "a name that is broken", "f"]);
  });

  test("a test that failed, was ignored or skipped, or is not there proves nothing", () => {
    const log = "test m::a ... ok\ntest m::b ... FAILED\ntest m::c ... ignored, too slow\n✔ d (1.5ms)\n✖ e (2ms)\n﹣ f (0.1ms) # SKIP\ntest m::g - should panic ... ok\n";
    const proves = (name) => fault(name, ran(log)) === null;
    assert.deepEqual(["a", "b", "c", "d", "e", "f", "g", "h"].filter(proves), ["a", "d", "g"]);
  });

  test("a name that two modules have is no proof until it says which", () => {
    const tests = ran("test m::a ... ok\ntest n::a ... FAILED\n");
    assert.match(fault("a", tests), /several tests/);
    assert.equal(fault("m::a", tests), null);
    assert.notEqual(fault("n::a", tests), null);
  });

  test("a test that ran twice has to pass twice", () => {
    const [passed, failed] = [["m::a", true], ["m::a", false]];
    assert.equal(fault("a", [passed, passed]), null);
    assert.notEqual(fault("a", [passed, failed]), null);
  });
}
