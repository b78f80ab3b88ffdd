import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Addresses, parseAddress, subjectOf } from "../src/address";
import { info, loginLocator } from "../src/derive";
import { addressOf } from "../src/memory";

const key = new Uint8Array(32).fill(3);
const part = (text: string): string => createHmac("sha256", key).update(text).digest("base64url").slice(0, 8);

test("an address is keyed hashes of subject, route and anchor", () => {
  const addresses = new Addresses(key);
  assert.equal(addresses.of("people/ada/2026-h1"), `#/${part("people/ada")}${part("people/ada/2026-h1")}`);
  assert.equal(addresses.ofLink("/rubric/ic#next"), `#/${part("rubric")}${part("rubric/ic")}/${part("next")}`);
});

test("the subject of a person's page is the person", () => {
  assert.equal(subjectOf("people/ada/2026-h1"), "people/ada");
  assert.equal(subjectOf("team/grace"), "team/grace");
  assert.equal(subjectOf("rubric/ic"), "rubric");
  assert.equal(subjectOf("org"), "org");
});

test("an address reads back, and nothing else is one", () => {
  assert.deepEqual(parseAddress("#/aaaaaaaabbbbbbbb"), { subject: "aaaaaaaa", route: "bbbbbbbb", anchor: null });
  assert.deepEqual(parseAddress("#/aaaa-_aabbbbbbbb/cccccccc")?.anchor, "cccccccc");
  for (const hash of ["", "#", "#/", "#/aaaaaaaa", "#/people/ada", "#/aaaaaaaabbbbbbbb/", "#/aaaaaaaabbbbbbb="]) assert.equal(parseAddress(hash), null, hash);
});

test("what a link led to is known without asking anyone, and an address from elsewhere is looked for", () => {
  const addresses = new Addresses(key);
  assert.equal(addresses.textOf(part("people/bob"), ["people/ada", "people/bob"]), "people/bob");
  assert.equal(addresses.textOf(part("people/eve"), ["people/ada", "people/bob"]), undefined);
  addresses.of("rubric/ic");
  const nobody = {
    [Symbol.iterator]: (): Iterator<string> => {
      throw new Error("asked");
    },
  };
  assert.equal(addresses.textOf(part("rubric"), nobody), "rubric");
});

test("a derivation's context frames its parts", () => {
  const expected = [..."gradus/1 x"].map((c) => c.charCodeAt(0)).concat([0, 0, 0, 1, 97, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2]);
  assert.deepEqual([...info("x", "a", 258)], expected);
});

test("a login is found whatever its case and spaces", () => {
  const site = new Uint8Array(16);
  assert.equal(loginLocator(site, " Ada@Example.com "), loginLocator(site, "ada@example.com"));
  assert.equal(loginLocator(site, "a\u030a"), loginLocator(site, "\u00e5"));
  assert.match(loginLocator(site, "ada"), /^[0-9a-f]{24}$/);
});

test("an address by which a site is known is one folder's, however its name is written, and no other's", () => {
  const of = (url: string): string | null => addressOf(new URL(".", url));
  const same = ["/a/growth/", "/a/growth/index.html", "/a/growth/?b=/c/", "/a/growth/#/d/e", "/a/%67rowth/", "//a//growth/x", "/a/./growth/", "/a/b/../growth/", "/a/%2e/growth/", "/a\\growth\\"];
  for (const path of same) assert.equal(of(`https://x.example${path}`), "/a/growth/", path);
  for (const path of ["/", "/a/", "/a/growth", "/a/growth/b/", "/A/growth/", "/a/growth./", "/a/growth%20/", "/a/growth;x/", "/a/index.html/"]) assert.notEqual(of(`https://x.example${path}`), "/a/growth/", path);
  for (const path of ["/%", "/%ff/", "/%2f/"]) assert.match(of(`https://x.example${path}`) ?? "", /\/$/, path);
  assert.equal(of("file:///a/growth/index.html"), null);
});
