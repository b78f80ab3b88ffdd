import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "../src/address";
import type { Library } from "../src/library";
import { unlock } from "../src/unlock";
import { makeSite, newHybridIdentity, newIdentity, type MadeSite, type Options } from "./maker";
import { refused } from "./refused";

const ada = await newHybridIdentity();
const SECTION = {
  id: "person/ada",
  kind: "person",
  subject: "people/ada",
  pages: [{ route: "people/ada", slot: 10, title: "own", kind: "portfolio", tree: ["p", "own"] }],
};

const make = (identity: string, options: Options): Promise<MadeSite> => makeSite([SECTION], [{ id: "ada", name: "Ada", identity, opens: [SECTION.id] }], options);

async function open(made: MadeSite, identity: string): Promise<Library> {
  const fetch = (path: string): Promise<Uint8Array | null> => Promise.resolve(made.files.get(path) ?? null);
  const memory = { build: null, signer: null };
  return (await unlock({ kind: "identity", text: identity }, { fetch, memory: () => memory, progress: () => undefined, now: 0 })).library;
}

async function titles(library: Library): Promise<string[]> {
  const address = parseAddress(library.addresses.of("people/ada"));
  assert.ok(address);
  const { parts, faults } = await library.visit(address);
  return [...parts.map((part) => part.page.title), ...faults];
}

test("a post-quantum site opens with a hybrid key, and says what it is", async () => {
  const library = await open(await make(ada, { hybrid: true }), ada);
  assert.deepEqual(await titles(library), ["own"]);
  assert.equal(library.manifest.keys, "mlkem768x25519");
});

test("a key of the other kind opens nothing, whichever way round", async () => {
  const classical = await newIdentity();
  const [post, before] = [await make(ada, { hybrid: true }), await make(classical, {})];
  await refused("no-match", async () => open(post, classical));
  await refused("no-match", async () => open(before, ada));
});

test("a site that mixes the kinds is refused", async () => {
  // Hybrid readers of sections that are not, and the other way round.
  const claims = { manifest: { keys: "mlkem768x25519" } };
  await refused("damaged", async () => open(await make(ada, claims), ada));
  const classical = await newIdentity();
  await refused("damaged", async () => open(await make(classical, { hybrid: true, manifest: { keys: "X25519" } }), classical));
  await refused("damaged", async () => open(await make(ada, { hybrid: true, manifest: { keys: "mceliece" } }), ada));
});
