import assert from "node:assert/strict";
import { test } from "node:test";
import { Finder } from "../src/finder";
import { ownLevelIn } from "../src/mine";
import { passagesOf } from "../src/passages";
import type { Section } from "../src/section";
import { parseTree } from "../src/tree";
import { excerpt, folded, marked, wordsIn } from "../src/words";

const section = (id: string, route: string, ...tree: unknown[]): Section => ({
  id,
  pages: [{ route, slot: 10, title: "Ada Okafor", kind: "portfolio", tree: parseTree(["div", ...tree], () => undefined) }],
  files: new Map(),
});

const card = (id: string, title: string, ...body: unknown[]): unknown => ["details", { class: "card", id }, ["summary", ["h3", title]], ["div", ...body]];

test("a page is cut where something has a place of its own, and each passage knows the heading above it", () => {
  const page = section("s", "people/ada", ["h1", "Ada"], ["p", "On top."], ["section", { id: "goals" }, ["h2", "Goals"], card("e-books", "Close the books", ["p", "By ", ["b", "June"], "."])]);
  assert.deepEqual(
    [...passagesOf(page)].map(({ topic, anchor, heading, text }) => [topic, anchor, heading, text]),
    [
      ["elsewhere", null, "Ada", "On top."],
      ["elsewhere", "goals", "Goals", ""],
      ["expectations", "e-books", "Close the books", "By June."],
    ],
  );
});

test("lines are told apart, drawings and what is hidden from screen readers are not text", () => {
  const page = section("s", "people/ada", ["p", "one"], ["p", "two"], ["svg", ["text", "axis"]], ["span", { "aria-hidden": "true" }, "AO"]);
  assert.equal([...passagesOf(page)][0]?.text, "one · two");
});

test("a competency is found at its row of the matrix", () => {
  const page = section("org", "rubric/ic", ["table", ["tbody", ["tr", ["th", { id: "delivery" }, "Delivery"], ["td", "Ships alone"]]]]);
  const row = [...passagesOf(page)].find(({ anchor }) => anchor === "delivery");
  assert.deepEqual([row?.topic, row?.heading, row?.text], ["rubric", "Delivery", "Ships alone"]);
});

test("an expectation that stands on two pages is one result", () => {
  const [page] = section("s", "people/ada", card("e-books", "Close the books", ["p", "By June."])).pages;
  assert.ok(page);
  const twice: Section = { id: "s", files: new Map(), pages: [page, { ...page, route: "people/ada/2026-h1" }] };
  assert.deepEqual([...passagesOf(twice)].filter(({ topic }) => topic === "expectations").map(({ route }) => route), ["people/ada"]);
});

test("words are compared without case and marks, and marked as they are written", () => {
  assert.deepEqual(["Kovářová", "ZIELIŃSKI", "Paweł", "Straße"].map(folded), ["kovarova", "zielinski", "pawel", "strasse"]);
  const pieces = marked("Paweł and pawel.", new Set(["pawel"]));
  assert.deepEqual(pieces.map(({ text, marked: is }) => (is ? `[${text}]` : text)).join(""), "[Paweł] and [pawel].");
});

test("words of scripts without spaces are found inside a sentence, marked and cut around", () => {
  const sentence = "這一段中文沒有空格，我把一千九百個商家移到了新的帳本。";
  assert.deepEqual(wordsIn("新的帳本"), ["新的", "的帳", "帳本", "本"]);
  assert.deepEqual(wordsIn("ที่นี่ v2"), ["ที่นี่", "นี่", "v2"]);
  const pieces = marked(sentence, new Set(["商家", "家移"]));
  assert.equal(pieces.map(({ text, marked: is }) => (is ? `[${text}]` : text)).join(""), sentence.replace("商家移", "[商家][移]"));
  const long = `${"空格".repeat(100)}商家${"中文".repeat(100)}`;
  const short = excerpt(long, new Set(["商家"]), 60);
  assert.match(short, /^… .*商家.* …$/);
  assert.ok(short.length < 70, short);
});

test("an excerpt holds the word that was found, and says where it leaves something out", () => {
  const text = `${"before ".repeat(60)}needle ${"after ".repeat(60)}`;
  const short = excerpt(text, new Set(["needle"]), 80);
  assert.match(short, /^… .*needle.* …$/);
  assert.ok(short.length < 90, short);
  assert.equal(excerpt("short", new Set(), 80), "short");
  assert.ok(excerpt("x".repeat(500), new Set(["y"]), 80).length < 90);
});

const atOnce = (): Promise<void> => Promise.resolve();

test("search finds by the start of a word, by a slip of a finger, and only where all words are", async () => {
  const finder = new Finder(atOnce);
  await finder.add(section("a", "people/ada", card("e-books", "Close the books", ["p", "with Kovářová"]), card("e-night", "Calm nights")));
  const titles = (question: string): string[] => finder.find(question).map(({ passage }) => passage.heading);
  assert.deepEqual(titles("boo"), ["Close the books"]);
  assert.deepEqual(titles("kovarova"), ["Close the books"]);
  assert.deepEqual(titles("nihts"), ["Calm nights"]);
  assert.deepEqual(titles("books night"), []);
  assert.deepEqual(titles(" ?"), []);
  await finder.add(section("b", "people/li", card("e-move", "帳本", ["p", "我把一千九百個商家移到了新的帳本。"])));
  for (const part of ["商家", "家", "帳本 商家", "本"]) assert.deepEqual(titles(part), ["帳本"], part);
  assert.deepEqual(titles("商本"), []);
});

test("indexing stops to let the page breathe, and a section is taken in once", async () => {
  let pauses = 0;
  let clock = 0;
  const finder = new Finder(() => (pauses++, Promise.resolve()), () => (clock += 100));
  const cards = Array.from({ length: 20 }, (_, at) => card(`e-${at}`, `Books ${at}`));
  const big = section("a", "people/ada", ...cards);
  await Promise.all([finder.add(big), finder.add(big)]);
  assert.ok(pauses >= 20, String(pauses));
  assert.equal(finder.find("books").length, 20);
});

test("no stretch of work takes in more of 800 pages than it has time for, and small sections share one", async () => {
  const stretches: number[] = [];
  let clock = 0;
  let taken = 0;
  const pause = (): Promise<void> => (stretches.push(taken), (taken = 0), Promise.resolve());
  const finder = new Finder(pause, () => (taken++, (clock += 1))); // a passage takes a millisecond
  const people = Array.from({ length: 160 }, (_, person) => ({
    ...section(`s${person}`, `people/p${person}`),
    pages: Array.from({ length: 5 }, (_, at) => section("", `people/p${person}/c${at}`, card("e-books", `Books ${person} ${at}`)).pages).flat(),
  }));
  await Promise.all(people.map((one) => finder.add(one)));
  assert.equal(finder.find("books").length, 800);
  assert.ok(Math.max(...stretches) <= 10, `one stretch looked at the clock ${Math.max(...stretches)} times`);
  assert.ok(stretches.length >= 80 && stretches.length < 400, `${stretches.length} stretches for 160 sections of 5 pages`);
});

test("a closed finder finds nothing, whatever was under way", async () => {
  const finder = new Finder(atOnce);
  const adding = finder.add(section("a", "people/ada", card("e-books", "Close the books")));
  finder.close();
  await adding;
  await finder.add(section("b", "people/bob", card("e-books", "Open the books")));
  assert.deepEqual(finder.find("books"), []);
});

test("the own level is what the own portfolio names, and nothing else is taken for one", () => {
  const who = (level: string): Section => section("s", "people/ada", ["div", { class: "part who", "data-level": level }]);
  assert.deepEqual(ownLevelIn([who("ic/l4")], "people/ada"), { track: "ic", level: "l4" });
  assert.equal(ownLevelIn([who("ic/l4")], "people/bob"), null);
  for (const odd of ["l4", "", "/l4", "ic/l4/x"]) assert.equal(ownLevelIn([who(odd)], "people/ada"), null, odd);
  assert.equal(ownLevelIn([section("s", "people/ada", ["td", { "data-level": "ic/l4" }])], "people/ada"), null);
});
