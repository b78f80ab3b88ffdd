import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { escaped, markup, type Setting } from "../src/markup";
import { orderedRoutes } from "../src/owncopy";
import { makeOwnCopy } from "../src/saving";
import { parseTree } from "../src/tree";
import { unlock } from "../src/unlock";
import { makeSite, newIdentity, type MadeSite, type PageSource, type SectionSource } from "./maker";
import { refused } from "./refused";

const KEYS = new Map([["drift.csv", "text/csv"], ["graph.png", "image/png"]]);
const tree = (value: unknown) => parseTree(value, (key) => KEYS.get(key));
const setting: Setting = {
  prefix: "p1-",
  place: (link) => (link.startsWith("/people/ada") ? "#p2-page" : null),
  attachment: (key) => ({ url: `data:,${key}`, name: key }),
};

test("text and attributes cannot become markup", () => {
  const hostile = `</p><script>alert("1")</script>&'`;
  assert.equal(markup(tree(["p", { title: hostile }, hostile]), setting), `<p title="${escaped(hostile)}">${escaped(hostile)}</p>`);
  assert.doesNotMatch(escaped(hostile), /[<>"']/);
});

test("ids and what names them stay together, apart from other pages'", () => {
  const html = markup(tree(["section", { id: "a", "aria-labelledby": "b c" }, ["a", { href: "#b" }, "go"]]), setting);
  assert.equal(html, '<section id="p1-a" aria-labelledby="p1-b p1-c"><a href="#p1-b">go</a></section>');
});

test("links within the file work, links to what is not in it are words, other links stay", () => {
  const links = ["/people/ada/2026-h1", "/rubric/ic", "https://example.org/", "attachment:drift.csv"];
  const html = links.map((href) => markup(tree(["a", { href }, "x"]), setting));
  assert.deepEqual(html, [
    '<a href="#p2-page">x</a>',
    "<span>x</span>",
    '<a href="https://example.org/" rel="noopener noreferrer">x</a>',
    '<a href="data:,drift.csv" download="drift.csv">x</a>',
  ]);
});

test("images carry their data, cards are open, void elements have no end", () => {
  assert.equal(markup(tree(["img", { src: "attachment:graph.png", alt: "G" }]), setting), '<img src="data:,graph.png" alt="G">');
  assert.equal(markup(tree(["details", ["br"]]), setting), '<details open=""><br></details>');
  assert.equal(markup(tree(["details", { open: "" }]), setting), '<details open=""></details>');
});

const ada = await newIdentity();
const page = (route: string, kind: string, slot: number, ...content: unknown[]): PageSource => ({ route, slot, kind, title: `Title of ${route}`, tree: ["div", ["h1", route], ...content] });
const picture = new Uint8Array([137, 80, 78, 71, 1, 2, 3]);
const SECTIONS: readonly SectionSource[] = [
  {
    id: "person/ada",
    kind: "person",
    subject: "people/ada",
    pages: [
      page("people/ada/2025-h2", "cycle", 10, ["p", "older"]),
      page("people/ada/2026-h1", "cycle", 10, ["img", { src: "attachment:g.png", alt: "G" }]),
      page("people/ada/next", "next", 10, ["p", "next level"]),
      page("people/ada", "portfolio", 10, ["a", { href: "/people/ada/2026-h1#x" }, "cycle"]),
    ],
    files: { "g.png": { type: "image/png", name: "g.png", bytes: picture } },
  },
  { id: "person/ada/pair", kind: "pair", subject: "people/ada", pages: [page("people/ada", "portfolio", 20, ["p", "pair"])] },
  { id: "person/bob", kind: "person", subject: "people/bob", pages: [page("people/bob", "portfolio", 10, ["p", "of Bob"])] },
];
const STYLE = "body{color:red}\r\n/* </style><script>alert(1)</script> */";
const plain = new Map([["assets/theme.css", new TextEncoder().encode(STYLE)]]);

async function copyOf(made: MadeSite): Promise<{ name: string; text: string }> {
  const fetch = (path: string): Promise<Uint8Array | null> => Promise.resolve(made.files.get(path) ?? null);
  const around = { fetch, memory: () => ({ build: null, signer: null }), progress: () => undefined, now: 0 };
  const { library } = await unlock({ kind: "identity", text: ada }, around);
  return makeOwnCopy(library, { language: "en", style: "assets/theme.css", today: new Date(2026, 10, 2) });
}

const make = (): Promise<MadeSite> => makeSite(SECTIONS, [{ id: "ada", name: "Ada <O>", identity: ada, opens: SECTIONS.map(({ id }) => id) }], { plain });

test("a copy holds all pages of its reader, whole and in order, and nobody else's", async () => {
  const { name, text } = await copyOf(await make());
  assert.equal(name, "portfolio-ada-2026-11-02.html");
  const order = ["people/ada", "people/ada/2026-h1", "people/ada/2025-h2", "people/ada/next"].map((route) => text.indexOf(`<h1>${route}</h1>`));
  assert.ok(order.every((at, place) => at > (order[place - 1] ?? 0)), String(order));
  assert.match(text, /<p>pair<\/p>/);
  assert.doesNotMatch(text, /of Bob/);
  assert.match(text, /<a href="#p2-x">cycle<\/a>/);
  assert.ok(text.includes(`data:image/png;base64,${Buffer.from(picture).toString("base64")}`));
  assert.match(text, /Ada &lt;O&gt;/);
  assert.match(text, /Saved on 2 November 2026/);
  assert.match(text, /no longer protected/);
});

test("a copy has no script, and its policy allows its own style alone", async () => {
  const { text } = await copyOf(await make());
  assert.equal(text.match(/<script/g)?.length ?? 0, 1, "the one in the style's comment");
  const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? "";
  assert.ok(style.includes("<script>") && style.includes(".copy{"), "the style ends where it should");
  assert.ok(text.includes(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`));
  assert.doesNotMatch(style, /\r/);
});

test("a copy that would not be whole is refused", async () => {
  for (const path of [(made: MadeSite) => made.pathOf("person/ada/pair"), () => "assets/theme.css"]) {
    const made = await make();
    made.files.delete(path(made));
    await refused("damaged", () => copyOf(made));
  }
});

test("a person without a portfolio page has the others in order", () => {
  const part = (kind: string) => [{ page: { kind } }] as never;
  assert.deepEqual(orderedRoutes(new Map([["a/1", part("cycle")], ["a/next", part("next")], ["a/2", part("cycle")]]), "a"), ["a/2", "a/1", "a/next"]);
});

test("a copy holds the levels that its pages name, and no other part of the rubric", async () => {
  const held = (route: string, kind: string, level: string): PageSource => page(route, kind, 10, ["div", { class: "who", "data-level": level }, "who"]);
  const org: SectionSource = { id: "org", kind: "org", subject: "org", pages: ["rubric/ic", "rubric/ic/l3", "rubric/ic/l4", "rubric/ic/l5"].map((route) => page(route, "rubric", 0, ["p", `words of ${route}`])) };
  const own: SectionSource = { id: "person/ada", kind: "person", subject: "people/ada", pages: [held("people/ada", "portfolio", "ic/l4"), held("people/ada/2025-h2", "cycle", "ic/l3")] };
  const { text } = await copyOf(await makeSite([org, own], [{ id: "ada", name: "Ada", identity: ada, opens: ["org", "person/ada"] }], { plain }));
  assert.deepEqual([...text.matchAll(/words of ([a-z0-9/]+)/g)].map(([, route]) => route), ["rubric/ic/l3", "rubric/ic/l4"]);
});
