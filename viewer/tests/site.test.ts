import assert from "node:assert/strict";
import { test } from "node:test";
import { Encrypter, identityToRecipient } from "age-encryption";
import { parseAddress } from "../src/address";
import type { Fault } from "../src/outcome";
import { unseal } from "../src/sealed";
import type { Fetch, Memory } from "../src/site";
import { unlock, type Secret, type Unlocked } from "../src/unlock";
import { makeSite, newIdentity, seal, pack, type MadeSite, type Options, type PageSource } from "./maker";
import { refused } from "./refused";

const ada = await newIdentity();
const grace = await newIdentity();

const page = (route: string, slot: number, word: string): PageSource => ({ route, slot, title: word, kind: "portfolio", tree: ["p", word] });

const SECTIONS = [
  { id: "org", kind: "org", subject: "org", pages: [page("rubric", 1, "rubric")] },
  { id: "person/ada", kind: "person", subject: "people/ada", pages: [page("people/ada", 10, "own"), page("people/ada", 30, "last")], files: { "g.png": { type: "image/png", name: "g.png", bytes: new Uint8Array([1, 2, 3]) } } },
  { id: "person/ada/chain", kind: "chain", subject: "people/ada", pages: [page("people/ada", 20, "chain")] },
  { id: "team/grace", kind: "team", subject: "team/grace", pages: [page("team/grace", 1, "team")] },
];
const READERS = [
  { id: "ada", name: "Ada", identity: ada, opens: ["org", "person/ada"] },
  { id: "grace", name: "Grace", identity: grace, opens: SECTIONS.map(({ id }) => id) },
];

const make = (options?: Options): Promise<MadeSite> => makeSite(SECTIONS, READERS, options);
const fetchFrom = (made: MadeSite): Fetch => (path) => Promise.resolve(made.files.get(path) ?? null);

interface Given {
  readonly identity?: string;
  readonly memory?: Partial<Memory>;
  readonly fetch?: Fetch;
  readonly secret?: Secret;
}

function open(made: MadeSite, given: Given = {}): Promise<Unlocked> {
  const memory = { build: null, signer: null, ...given.memory };
  const secret = given.secret ?? { kind: "identity", text: given.identity ?? ada };
  return unlock(secret, { fetch: given.fetch ?? fetchFrom(made), memory: () => memory, progress: () => undefined, now: 0 });
}

async function words({ library }: Unlocked, route: string): Promise<string[]> {
  const address = parseAddress(library.addresses.of(route));
  assert.ok(address);
  const { parts, faults } = await library.visit(address);
  return [...parts.map((part) => part.page.title), ...faults];
}

function change(made: MadeSite, path: string, bend: (bytes: Uint8Array) => Uint8Array): void {
  const file = made.files.get(path);
  assert.ok(file, path);
  made.files.set(path, bend(Uint8Array.from(file)));
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte));
const cut = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 1);

test("a reader sees the parts that their key opens, in slot order", async () => {
  const made = await make();
  assert.deepEqual(await words(await open(made), "people/ada"), ["own", "last"]);
  assert.deepEqual(await words(await open(made, { identity: grace }), "people/ada"), ["own", "chain", "last"]);
  assert.deepEqual(await words(await open(made), "rubric"), ["rubric"]);
  assert.deepEqual(await words(await open(made), "team/grace"), []);
});

test("a reader lands on their own page, a manager without one on their team's", async () => {
  const made = await make();
  assert.equal((await open(made)).library.landing, "people/ada");
  assert.equal((await open(made, { identity: grace })).library.landing, "team/grace");
});

test("many shards list the same files", async () => {
  const made = await make({ shards: 16 });
  assert.deepEqual(await words(await open(made, { identity: grace }), "people/ada"), ["own", "chain", "last"]);
});

test("an attachment is opened with its section's identity", async () => {
  const { library } = await open(await make());
  const address = parseAddress(library.addresses.of("people/ada"));
  assert.ok(address);
  const [part] = (await library.visit(address)).parts;
  const file = part?.section.files.get("g.png");
  assert.ok(part && file);
  assert.deepEqual([...(await library.attachment(part.section, file))], [1, 2, 3]);
});

test("an attachment that lies within its section is there without another file", async () => {
  const within = { "g.png": { data: "AQID", type: "image/png", name: "g.png", bytes: 3 } };
  const made = await make({ section: { files: within } });
  const { library } = await open(made);
  const address = parseAddress(library.addresses.of("people/ada"));
  assert.ok(address);
  const [part] = (await library.visit(address)).parts;
  const file = part?.section.files.get("g.png");
  assert.ok(part && file);
  for (const path of made.files.keys()) if (path.startsWith("sealed/")) made.files.delete(path);
  assert.deepEqual([...(await library.attachment(part.section, file))], [1, 2, 3]);
});

test("a valid key that opens nothing is told from no key at all", async () => {
  const made = await make();
  await refused("no-match", async () => open(made, { identity: await newIdentity() }));
  await refused("wrong-key", () => open(made, { identity: "AGE-SECRET-KEY-1NO" }));
});

test("a signature that does not fit is a forgery", async () => {
  const made = await make();
  change(made, "site.json", (bytes) => bytes.map((byte, at) => (at === bytes.indexOf(0x50) ? 0x51 : byte)));
  await refused("forged", () => open(made));
});

test("another signer than the pinned one is a forgery", async () => {
  const made = await make();
  const other = "ed25519:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
  await refused("forged", () => open(made, { identity: `# signer: ${other}\n${ada}` }));
  await refused("forged", () => open(made, { memory: { signer: other } }));
});

test("a bare key says that it trusts at first use, a pinned one does not", async () => {
  const made = await make();
  assert.equal((await open(made)).firstUse, true);
  assert.equal((await open(made, { memory: { signer: made.signer } })).firstUse, false);
  assert.equal((await open(made, { identity: `# signer: ${made.signer}\n${ada}` })).firstUse, false);
});

test("an older build than the highest seen is refused, the same one is not", async () => {
  const made = await make({ build: 100 });
  await refused("older", () => open(made, { memory: { build: 101 } }));
  assert.ok(await open(made, { memory: { build: 100 } }));
});

test("a site past its promise opens, and says so", async () => {
  assert.equal((await open(await make({ expires: "1969-01-01T00:00:00Z" }))).expired, true);
});

test("newer formats are told from damage", async () => {
  await refused("newer", async () => open(await make({ manifest: { format: 2 } })));
  const made = await make({ section: { format: 2 } });
  assert.deepEqual(await words(await open(made), "people/ada"), ["newer"]);
  await refused("damaged", async () => open(await make({ manifest: { format: "1" } })));
});

test("a file that is missing or cut is damaged, a changed one is forged", async () => {
  const cases: [(made: MadeSite) => void, Fault][] = [
    [(made) => made.files.delete(made.pathOf("person/ada")), "damaged"],
    [(made) => change(made, made.pathOf("person/ada"), cut), "damaged"],
    [(made) => change(made, made.pathOf("person/ada"), flip), "forged"],
    [(made) => made.files.set(made.pathOf("person/ada"), made.files.get(made.pathOf("person/ada/chain")) ?? new Uint8Array()), "forged"],
  ];
  for (const [bend, fault] of cases) {
    const made = await make();
    bend(made);
    assert.deepEqual(await words(await open(made), "people/ada"), [fault]);
  }
});

test("a page about someone waits for nothing about everyone, and unlocking opens no section", async () => {
  const made = await make();
  const asked: string[] = [];
  const never = new Promise<null>(() => undefined);
  const fetch: Fetch = (path) => (asked.push(path), path === made.pathOf("org") ? never : fetchFrom(made)(path));
  const unlocked = await open(made, { fetch });
  assert.deepEqual(asked.filter((path) => path.startsWith("sealed/")), []);
  assert.deepEqual(await words(unlocked, "people/ada"), ["own", "last"]);
  assert.equal(asked.includes(made.pathOf("org")), false);
});

test("as many files are read to unlock and show a page, however much a key opens", async () => {
  const reports = Array.from({ length: 200 }, (_, at) => ({ id: `person/p${at}`, kind: "person", subject: `people/p${at}`, pages: [page(`people/p${at}`, 1, "report")] }));
  const counts = [2, 200].map(async (number) => {
    const sections = [...SECTIONS, ...reports.slice(0, number)];
    const made = await makeSite(sections, [{ id: "grace", name: "Grace", identity: grace, opens: sections.map(({ id }) => id) }]);
    const asked: string[] = [];
    const unlocked = await open(made, { identity: grace, fetch: (path) => (asked.push(path), fetchFrom(made)(path)) });
    assert.deepEqual(await words(unlocked, "team/grace"), ["team"]);
    return asked.length;
  });
  assert.deepEqual(await Promise.all(counts), [5, 5]); // site.json, site.sig, a shard, the keyring, the team
});

test("a damaged section does not take the others down", async () => {
  const made = await make();
  made.files.delete(made.pathOf("person/ada/chain"));
  const unlocked = await open(made, { identity: grace });
  assert.deepEqual(await words(unlocked, "people/ada"), ["own", "last", "damaged"]);
  assert.deepEqual(await words(unlocked, "team/grace"), ["team"]);
});

test("a section sealed for another place is refused though its hash is signed", async () => {
  const made = await make();
  made.files.set(made.pathOf("person/ada"), made.files.get(made.pathOf("person/ada/chain")) ?? new Uint8Array());
  made.resign();
  assert.deepEqual(await words(await open(made), "people/ada"), ["damaged"]);
  const inside = await make({ section: { section: "person/bob" } });
  assert.deepEqual(await words(await open(inside), "people/ada"), ["damaged"]);
});

test("a file with two recipients is refused though its hash is signed", async () => {
  const made = await make();
  const keyring = await unseal(made.files.get(made.keyringOf("ada")) ?? new Uint8Array(), ada);
  const both = new Encrypter();
  for (const identity of [ada, grace]) both.addRecipient(await identityToRecipient(identity));
  made.files.set(made.keyringOf("ada"), await both.encrypt(pack(keyring)));
  made.resign();
  await refused("damaged", () => open(made));
});

test("a keyring of another form is refused though its hash is signed", async () => {
  const made = await make();
  made.files.set(made.keyringOf("ada"), await seal(pack(new TextEncoder().encode('{"format":1}')), ada));
  made.resign();
  await refused("damaged", () => open(made));
});

test("a login opens with its passphrase, in any case of the login", async () => {
  const logins = [{ login: "ada@example.com", passphrase: "correct horse", text: `# login of Ada\n${ada}\n` }];
  const made = await make({ logins });
  const secret = (login: string, passphrase: string): Secret => ({ kind: "login", login, passphrase });
  assert.equal((await open(made, { secret: secret(" Ada@Example.com", "correct horse") })).library.reader.id, "ada");
  await refused("wrong-passphrase", () => open(made, { secret: secret("ada@example.com", "wrong") }));
  await refused("wrong-passphrase", () => open(made, { secret: secret("bob", "correct horse") }));
});

test("of several keys in a file the first that opens anything is taken", async () => {
  const made = await make();
  const stranger = await newIdentity();
  assert.equal((await open(made, { identity: `${stranger}\n${ada}\n${grace}\n` })).library.reader.id, "ada");
  await refused("no-match", () => open(made, { identity: `${stranger}\n${stranger}\n` }));
});

test("a passphrase is tried as typed, then without spaces around it, then with hyphens between its words", async () => {
  const text = `${ada}\n`;
  for (const [passphrase, typed] of [
    ["one two", "one two"],
    ["one two", "\tone two "],
    ["one-two", "one  two"],
    ["caf\u00e9", "cafe\u0301"],
  ] as const) {
    const made = await make({ logins: [{ login: "ada", passphrase, text }] });
    assert.equal((await open(made, { secret: { kind: "login", login: "ada", passphrase: typed } })).library.reader.id, "ada");
  }
  const made = await make({ logins: [{ login: "ada", passphrase: "one two", text }] });
  await refused("wrong-passphrase", () => open(made, { secret: { kind: "login", login: "ada", passphrase: "one-two" } }));
});

test("a login's own pin is held against the site", async () => {
  const other = "ed25519:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE";
  const made = await make({ logins: [{ login: "ada", passphrase: "p", text: `# signer: ${other}\n${ada}\n` }] });
  await refused("forged", () => open(made, { secret: { kind: "login", login: "ada", passphrase: "p" } }));
});

test("a site that is published while it is read is not called forged", async () => {
  const before = await make({ build: 100 });
  const after = await make({ build: 200 });
  let now = before;
  const unlocked = await open(before, { fetch: (path) => fetchFrom(now)(path), identity: grace });
  now = after;
  assert.deepEqual(await words(unlocked, "people/ada"), ["own", "chain", "last"]);
  assert.equal(unlocked.library.manifest.build, 200);
});

test("a signature fetched between two builds is fetched once more", async () => {
  const before = await make({ build: 100 });
  const after = await make({ build: 200 });
  let asked = 0;
  const torn: Fetch = (path) => fetchFrom(path === "site.json" && asked++ === 0 ? before : after)(path);
  assert.equal((await open(after, { fetch: torn })).library.manifest.build, 200);
});

/** A host in the middle of an upload: the new files that are in their places already, and those that wait to be. */
function during(before: MadeSite, after: MadeSite, placed: readonly string[], waiting: readonly string[]): Fetch {
  const files = new Map(before.files);
  const take = (path: string, place: string): void => void files.set(place, after.files.get(path) ?? new Uint8Array());
  for (const path of placed) take(path, path);
  for (const path of waiting) take(path, `next/${path}`);
  return (path) => Promise.resolve(files.get(path) ?? null);
}

const other = SECTIONS.map((section) => ({ ...section, pages: section.pages.map((one) => ({ ...one, title: `new ${one.title}` })) }));
const twoBuilds = async (): Promise<[MadeSite, MadeSite]> => [await make({ build: 100 }), await makeSite(other, READERS, { build: 200 })];

test("while files are replaced, nothing is missing from a page: whichever have come, and whether the old build was open", async () => {
  const [before, after] = await twoBuilds();
  const paths = [...after.files.keys()];
  for (let come = 0; come <= paths.length; come += 1) {
    let now = fetchFrom(before);
    const early = await open(before, { fetch: (path) => now(path), identity: grace });
    now = during(before, after, paths.slice(0, come), paths);
    for (const unlocked of [early, await open(before, { fetch: now, identity: grace })]) {
      const seen = [...(await words(unlocked, "people/ada")), ...(await words(unlocked, "team/grace"))];
      assert.deepEqual(seen.map((word) => word.replace("new ", "")), ["own", "chain", "last", "team"], `${come}: ${seen.join()}`);
    }
  }
});

test("a file that fits no build is being published where the publisher's own signature says so", async () => {
  const [before, after] = await twoBuilds();
  const own = [after.pathOf("person/ada")];
  let now = fetchFrom(before);
  const unlocked = await open(before, { fetch: (path) => now(path) });
  now = during(before, after, own, ["site.json", "site.sig"]);
  assert.deepEqual(await words(unlocked, "people/ada"), ["publishing"]);
  await refused("publishing", () => open(before, { fetch: during(before, after, [after.keyringOf("ada")], ["site.json", "site.sig"]) }));
});

test("what waits to be published is held against the same signer, build and hashes", async () => {
  const [before, after] = await twoBuilds();
  const own = after.pathOf("person/ada");
  const everything = [...after.files.keys()];
  const forged = during(before, after, [own], everything.filter((path) => path !== "site.sig"));
  assert.deepEqual(await words(await open(before, { fetch: forged }), "people/ada"), ["forged"]);
  const bent: Fetch = async (path) => (path.endsWith(own) ? flip((await during(before, after, [], everything)(own)) ?? new Uint8Array()) : during(before, after, [], everything)(path));
  assert.deepEqual(await words(await open(before, { fetch: bent }), "people/ada"), ["publishing"], "a changed file is shown of neither build");
  const older = during(after, before, [before.pathOf("person/ada")], [...before.files.keys()]);
  assert.deepEqual(await words(await open(after, { fetch: older }), "people/ada"), ["forged"], "no way leads back to an older build");
});

test("a login opens in the middle of an upload", async () => {
  const logins = (word: string) => [{ login: "ada", passphrase: word, text: `${ada}\n` }];
  const before = await make({ build: 100, logins: logins("old") });
  const after = await make({ build: 200, logins: logins("new") });
  const paths = [...after.files.keys()];
  const fetch = during(before, after, paths.filter((path) => path.startsWith("login/")), paths);
  const secret = (passphrase: string): Secret => ({ kind: "login", login: "ada", passphrase });
  assert.equal((await open(before, { fetch, secret: secret("new") })).library.reader.id, "ada");
  await refused("wrong-passphrase", () => open(before, { fetch, secret: secret("old") }));
});

test("a style that a newer build has not got is not promised to come", async () => {
  const before = await make({ build: 100, plain: new Map([["assets/theme.css", new Uint8Array([1])]]) });
  const after = await make({ build: 200 });
  let now = fetchFrom(before);
  const { library } = await open(before, { fetch: (path) => now(path) });
  now = fetchFrom(after);
  await refused("damaged", () => library.plain("assets/theme.css"));
});
