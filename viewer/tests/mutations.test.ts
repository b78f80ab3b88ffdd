// Ten thousand ways to change a site without its key: each is refused, or what is shown is what was signed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { base64urlnopad, hex } from "@scure/base";
import { Refusal, outcomeOf } from "../src/outcome";
import { unseal } from "../src/sealed";
import type { Section } from "../src/section";
import { unlock } from "../src/unlock";
import { makeSite, newIdentity, pack, seal, sign, type MadeSite, type PageSource } from "./maker";

/** All of them, or a tenth unless everything is asked for, as `tests/run long` does. */
const MUTATIONS = process.env["GRADUS_LONG"] === undefined ? 1_000 : 10_000;
const BUILD = 200;

const ada = await newIdentity();
const page = (route: string, slot: number, word: string): PageSource => ({ route, slot, title: word, kind: "portfolio", tree: ["p", word] });
const edition = (word: string): Parameters<typeof makeSite>[0] => [
  { id: "org", kind: "org", subject: "org", pages: [page("rubric", 1, `rubric ${word}`)] },
  { id: "person/ada", kind: "person", subject: "people/ada", pages: [page("people/ada", 10, `own ${word}`)], files: { "g.png": { type: "image/png", name: "g.png", bytes: new Uint8Array([1, 2, 3]) } } },
];
const readers = [{ id: "ada", name: "Ada", identity: ada, opens: ["org", "person/ada"] }];
const shell = new Map([["index.html", new TextEncoder().encode("<!doctype html>")]]);

/** The site, and what someone who does harm has besides. */
interface Scene {
  readonly made: MadeSite;
  readonly older: MadeSite;
  /** Everything that Ada sees, as text. */
  readonly shown: Readonly<Record<string, string>>;
}

type Files = Map<string, Uint8Array>;
type Random = (below: number) => number;
/** One way to do harm: changes the files. */
type Harm = (files: Files, scene: Scene, random: Random) => void | Promise<void>;

/** Numbers that are the same in every run. */
function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(all: readonly T[], random: Random): T => all[random(all.length)] as T;
const anyPath = (files: Files, random: Random): string => pick([...files.keys()], random);
const bytesAt = (files: Files, path: string): Uint8Array => files.get(path) ?? new Uint8Array();

/** Changes some file. */
const bend =
  (how: (bytes: Uint8Array, random: Random) => Uint8Array): Harm =>
  (files, _, random) => {
    const path = anyPath(files, random);
    files.set(path, how(Uint8Array.from(bytesAt(files, path)), random));
  };

const vouches = (path: string): boolean => path.startsWith("index/") || path.startsWith("site.");
const json = (files: Files): Record<string, unknown> => JSON.parse(new TextDecoder().decode(bytesAt(files, "site.json"))) as Record<string, unknown>;
const written = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A section, sealed by someone who may read it: they know whom it is sealed to, and what is expected in it. */
async function forgeSection(files: Files, { made }: Scene, random: Random): Promise<void> {
  const keyring = JSON.parse(new TextDecoder().decode(await unseal(bytesAt(made.files, made.keyringOf("ada")), ada))) as {
    site: string;
    sections: { id: string; subject: string; file: string; identity: string }[];
  };
  const { id, subject, file, identity } = pick(keyring.sections, random);
  const document = { format: 1, site: keyring.site, section: id, pages: [page(subject, 10, "forged")], files: {} };
  files.set(file, await seal(pack(written(document)), identity));
}

/** A keyring for its reader, by someone who only knows their public key. */
async function forgeKeyring(files: Files, { made }: Scene): Promise<void> {
  const route_key = base64urlnopad.encode(new Uint8Array(32));
  const document = { format: 1, site: made.site, reader: { id: "ada", name: "Eve" }, route_key, sections: [] };
  files.set(made.keyringOf("ada"), await seal(pack(written(document)), ada));
}

/** Everything listed and signed anew: with their own key, in their own name or in the owner's. */
async function signAnew(files: Files, scene: Scene, random: Random, signer: (own: string) => string): Promise<void> {
  await forgeSection(files, scene, random);
  const seed = new Uint8Array(32).map(() => random(256));
  const own = `ed25519:${base64urlnopad.encode(ed25519.getPublicKey(seed))}`;
  sign(files, { site: scene.made.site, signer: signer(own), seed, agreement: new Uint8Array(32).fill(9) }, { build: BUILD + 1 });
}

const edits: readonly [string, unknown][] = [
  ["format", 2],
  ["site", "00112233445566778899aabbccddeeff"],
  ["title", "Phish"],
  ["build", BUILD + 99],
  ["expires", "2999-01-01T00:00:00Z"],
  ["epoch", 7],
  ["agreement", base64urlnopad.encode(new Uint8Array(32).fill(9))],
  ["signer", `ed25519:${base64urlnopad.encode(ed25519.getPublicKey(new Uint8Array(32).fill(5)))}`],
  ["index", [base64urlnopad.encode(new Uint8Array(32))]],
];

const HARMS: Readonly<Record<string, Harm>> = {
  "a bit is flipped": bend((bytes, random) => {
    const at = random(bytes.length);
    return bytes.map((byte, index) => (index === at ? byte ^ (1 << random(8)) : byte));
  }),
  "two bytes are swapped": bend((bytes, random) => {
    const [a, b] = [random(bytes.length), random(bytes.length)];
    [bytes[a], bytes[b]] = [bytes[b] ?? 0, bytes[a] ?? 0];
    return bytes;
  }),
  "a file ends early": bend((bytes, random) => bytes.subarray(0, random(bytes.length))),
  "a file goes on": bend((bytes, random) => Uint8Array.from([...bytes, random(256)])),
  "a file is empty": bend(() => new Uint8Array()),
  "a file is gone": (files, _, random) => void files.delete(anyPath(files, random)),
  "two files are swapped": (files, _, random) => {
    const [a, b] = [anyPath(files, random), anyPath(files, random)];
    const first = bytesAt(files, a);
    files.set(a, bytesAt(files, b));
    files.set(b, first);
  },
  "a file is of the older build": (files, { older }, random) => {
    const path = anyPath(older.files, random);
    files.set(path, bytesAt(older.files, path));
  },
  "the list is of the older build": (files, { older }) => {
    for (const path of [...files.keys()].filter(vouches)) files.delete(path);
    for (const [path, bytes] of older.files) if (vouches(path)) files.set(path, bytes);
  },
  "all is of the older build": (files, { older }) => {
    for (const [path, bytes] of older.files) files.set(path, bytes);
  },
  "a keyring is forged": (files, scene) => forgeKeyring(files, scene),
  "a section is forged": forgeSection,
  "a file is forged and the shard rewritten": async (files, scene, random) => {
    const [manifest, signature] = [bytesAt(files, "site.json"), bytesAt(files, "site.sig")];
    const [name = ""] = [...files.keys()].filter((path) => path.startsWith("index/"));
    await signAnew(files, scene, random, () => scene.made.signer);
    const [shard = ""] = [...files.keys()].filter((path) => path.startsWith("index/"));
    files.set(name, bytesAt(files, shard));
    files.set("site.json", manifest);
    files.set("site.sig", signature);
  },
  "all is signed anew by another": (files, scene, random) => signAnew(files, scene, random, (own) => own),
  "all is signed anew in the owner's name": (files, scene, random) => signAnew(files, scene, random, () => scene.made.signer),
  "the description is edited": (files, _, random) => {
    const [member, value] = pick(edits, random);
    files.set("site.json", written({ ...json(files), [member]: value }));
  },
  "the description is written differently": (files, _, random) => {
    files.set("site.json", new TextEncoder().encode(JSON.stringify(json(files), null, 1 + random(4))));
  },
};

/** All that Ada sees of a site whose signer she has pinned and whose build she has seen. What is refused is left out. */
async function shownOf(files: Files, made: MadeSite): Promise<Record<string, string>> {
  const { library } = await unlock(
    { kind: "identity", text: `# signer: ${made.signer}\n${ada}` },
    {
      fetch: (path) => Promise.resolve(files.get(path) ?? null),
      memory: () => ({ build: BUILD, signer: null }),
      progress: () => undefined,
      now: 0,
    },
  );
  const shown: Record<string, string> = {
    reader: JSON.stringify(library.reader),
    sections: JSON.stringify(library.sections),
    title: library.manifest.title,
    address: library.addresses.of("people/ada"),
  };
  for (const ref of library.sections) {
    const section = await library.section(ref);
    if (section.kind !== "ok") continue;
    shown[ref.id] = JSON.stringify(section.value.pages);
    Object.assign(shown, await attachmentsOf(library, section.value));
  }
  return shown;
}

async function attachmentsOf(library: Awaited<ReturnType<typeof unlock>>["library"], section: Section): Promise<Record<string, string>> {
  const attachments: Record<string, string> = {};
  for (const [key, file] of section.files) {
    const bytes = await outcomeOf(() => library.attachment(section, file));
    if (bytes.kind === "ok") attachments[`${section.id} ${key}`] = hex.encode(bytes.value);
  }
  return attachments;
}

test("of changed sites, nothing is shown but what was signed", async () => {
  const older = await makeSite(edition("before"), readers, { build: BUILD - 1, plain: shell });
  const made = await makeSite(edition("now"), readers, { build: BUILD, plain: shell, shards: 4 });
  const scene: Scene = { made, older, shown: await shownOf(made.files, made) };
  assert.equal(Object.keys(scene.shown).length, 7);
  const random = seeded(1_795_305_600);
  const done = new Map<string, number>();
  let refused = 0;
  for (let count = 0; count < MUTATIONS; count++) {
    const [name, harm] = pick(Object.entries(HARMS), random);
    const files = new Map(made.files);
    await harm(files, scene, random);
    done.set(name, (done.get(name) ?? 0) + 1);
    const shown = await shownOf(files, made).catch((error: unknown) => {
      assert.ok(error instanceof Refusal, `${count}: ${name}: ${String(error)}`);
      refused += 1;
      return {};
    });
    for (const [what, text] of Object.entries(shown)) assert.equal(text, scene.shown[what], `${count}: ${name}: ${what}`);
  }
  assert.equal(done.size, Object.keys(HARMS).length);
  assert.ok([...done.values()].every((times) => times > (MUTATIONS * 3) / 100), JSON.stringify([...done]));
  assert.ok(refused > MUTATIONS / 2, `${refused} of ${MUTATIONS} were refused as a whole`);
});
