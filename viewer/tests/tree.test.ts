import assert from "node:assert/strict";
import { test } from "node:test";
import rules from "../allowlist.json";
import { parseTree, type TreeElement } from "../src/tree";
import { refused } from "./refused";

const typeOf = (key: string): string | undefined => new Map([["a.png", "image/png"], ["a.pdf", "application/pdf"]]).get(key);
const parse = (tree: unknown): unknown => parseTree(tree, typeOf);
const refuse = (tree: unknown): Promise<void> => refused("damaged", () => parse(tree));
const nested = (depth: number): unknown => (depth === 0 ? "x" : ["div", nested(depth - 1)]);

test("a page's elements, attributes and texts come through", () => {
  const tree = parse(["section", { id: "goals", "aria-labelledby": "g h" }, ["h2", "Goals"], "text", ["br"]]) as TreeElement;
  assert.equal(tree.name, "section");
  assert.deepEqual(tree.attributes, [["id", "goals"], ["aria-labelledby", "g h"]]);
  assert.equal(tree.children.length, 3);
  assert.equal(parse("only a text"), "only a text");
});

test("what could run, load or submit is no element of a page", async () => {
  const never = ["script", "style", "iframe", "object", "embed", "form", "input", "button", "select", "textarea", "link", "meta", "base", "main", "video", "audio", "template", "dialog", "SCRIPT", "toString", "__proto__"];
  for (const name of never) await refuse([name, "x"]);
  for (const name of ["foreignObject", "use", "animate", "set", "image", "script", "style", "a", "filter", "div"]) await refuse(["svg", [name]]);
});

test("a drawing's elements live in a drawing only", async () => {
  const tree = parse(["p", ["svg", { viewBox: "0 0 16 16" }, ["path", { d: "M0 0h1", fill: "var(--done)" }]], ["b", "x"]]) as TreeElement;
  const [drawing, after] = tree.children as TreeElement[];
  assert.ok(drawing?.svg && !after?.svg && (drawing.children[0] as TreeElement).svg);
  await refuse(["path", { d: "M0 0" }]);
});

test("no attribute can carry code, style or a name", async () => {
  for (const name of ["onclick", "onload", "style", "srcset", "name", "target", "ping", "formaction", "xlink:href", "href", "contenteditable", "data-x", "constructor"]) {
    await refuse(["p", { [name]: "x" }]);
  }
});

test("links are of four forms", async () => {
  for (const href of ["https://a.example/x?y=1#z", "http://a.example", "mailto:a@b.example", "/people/ada", "/people/ada/2026-h1#auth", "#auth", "attachment:a.pdf"]) {
    parse(["a", { href }, "x"]);
  }
  const bad = ["javascript:alert(1)", "JAVASCRIPT:alert(1)", " https://a.example", "java\tscript:x", "https://a\n.example", "data:text/html,x", "//evil.example", "/people//ada", "/People/ada", "/people/ada#Auth", "/people/ada#a#b", "/", "#", "", "people/ada", "https:", "https://", "https:a", "mailto:", "blob:x", "attachment:missing", "attachment:", "/people/ada?x", "#gradus-main"];
  for (const href of bad) await refuse(["a", { href }, "x"]);
});

test("images are attachments of an image type", async () => {
  parse(["img", { src: "attachment:a.png", alt: "a graph" }]);
  for (const src of ["https://a.example/x.png", "attachment:a.pdf", "attachment:other.png", "a.png", "data:image/png;base64,x"]) await refuse(["img", { src }]);
});

test("nobody else's id is taken", async () => {
  for (const id of ["gradus-main", "Main", "1a", "a b", "", "ä", "a_b"]) await refuse(["p", { id }]);
  await refuse(["p", { class: "gradus-notice" }]);
  await refuse(["p", { class: "a  b" }]);
  await refuse(["p", { "aria-labelledby": "gradus-main" }]);
});

test("a drawing's values load nothing", async () => {
  for (const fill of ["url(https://a.example/x)", "URL(#a)", "u\\72l(#a)", "image('x')", "red;", "a:b"]) {
    await refuse(["svg", ["path", { fill }]]);
  }
});

test("numbers and words of closed sets are exact", async () => {
  parse(["td", { colspan: "2" }]);
  parse(["p", { tabindex: "0", role: "group", dir: "rtl", "aria-hidden": "true" }]);
  await refuse(["td", { colspan: "02" }]);
  await refuse(["td", { colspan: "10001" }]);
  await refuse(["p", { tabindex: "1" }]);
  await refuse(["p", { role: "alert" }]);
  await refuse(["details", { open: "open" }]);
  await refuse(["p", { id: 1 }]);
});

test("depth, nodes and text are bounded", async () => {
  parse(nested(rules.limits.depth));
  await refuse(nested(rules.limits.depth + 1));
  await refuse(nested(5000));
  await refuse(["p", ...Array.from({ length: rules.limits.nodes }, () => "")]);
  await refuse(["p", { title: "x".repeat(rules.limits.attribute + 1) }]);
  await refuse(["p", "x".repeat(rules.limits.text), "x"]);
});

test("what is no tree is refused", async () => {
  for (const tree of [null, 1, true, {}, [], [1], ["p", null], ["p", 1], ["p", "x", { class: "late" }], [["p"]], ["br", "x"], ["p", []]]) await refuse(tree);
});

test("every attribute of the list has a rule or is a drawing's", () => {
  const ruled = Object.values(rules.values).flatMap((names) => (Array.isArray(names) ? names : Object.keys(names)));
  const html = Object.values(rules.attributes.html).flat();
  const free = html.filter((name) => !ruled.includes(name));
  assert.deepEqual(free.sort(), ["height", "width"]);
});
