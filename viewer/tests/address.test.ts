import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Addresses, parseAddress, subjectOf } from "../src/address";
import { info, loginLocator } from "../src/derive";

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
