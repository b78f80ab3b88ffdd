import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { base64 } from "@scure/base";
import { outcomeOf } from "../src/outcome";
import type { Section } from "../src/section";
import type { Tree } from "../src/tree";
import { unlock, type Unlocked } from "../src/unlock";

/** The folder of vectors, set by the bundler. */
declare const VECTORS: string;

/** See `tests/vectors/README.md`. */
interface Vector {
  readonly name: string;
  readonly why: string;
  readonly site_files: Readonly<Record<string, string>>;
  readonly identity: string;
  readonly pinned_signer: string | null;
  readonly seen_build: number | null;
  readonly now?: number;
  readonly open: string | null;
  readonly expect: Expected;
}

interface Expected {
  readonly verdict: string;
  readonly reader?: string;
  readonly sections?: readonly string[];
  readonly expired?: boolean;
  readonly pages?: readonly unknown[];
  readonly files?: Readonly<Record<string, string>>;
  readonly addresses?: Readonly<Record<string, string>>;
}

const FILES = existsSync(VECTORS) ? readdirSync(VECTORS).filter((name) => name.endsWith(".json")) : [];
const vectors = FILES.flatMap((name) => JSON.parse(readFileSync(join(VECTORS, name), "utf8")) as Vector[]);

function unlockVector(vector: Vector): Promise<Unlocked> {
  const files = new Map(Object.entries(vector.site_files));
  return unlock(
    { kind: "identity", text: vector.identity },
    {
      fetch: (path) => Promise.resolve(files.has(path) ? base64.decode(files.get(path) ?? "") : null),
      memory: () => ({ build: vector.seen_build, signer: vector.pinned_signer }),
      progress: () => undefined,
      now: (vector.now ?? 0) * 1000,
    },
  );
}

/** The verdict of unlocking, then of the section that the vector opens. */
async function judge(vector: Vector): Promise<{ verdict: string; unlocked?: Unlocked; section?: Section }> {
  const unlocked = await outcomeOf(() => unlockVector(vector));
  if (unlocked.kind === "refused") return { verdict: unlocked.fault };
  if (vector.open === null) return { verdict: "ok", unlocked: unlocked.value };
  const ref = unlocked.value.library.sections.find(({ id }) => id === vector.open);
  assert.ok(ref, "the keyring names the section");
  const section = await unlocked.value.library.section(ref);
  if (section.kind === "refused") return { verdict: section.fault };
  return { verdict: "ok", unlocked: unlocked.value, section: section.value };
}

/** A tree as its JSON. */
function written(tree: Tree): unknown {
  if (typeof tree === "string") return tree;
  const attributes = tree.attributes.length > 0 ? [Object.fromEntries(tree.attributes)] : [];
  return [tree.name, ...attributes, ...tree.children.map(written)];
}

async function compare(expect: Expected, unlocked: Unlocked, section: Section | undefined): Promise<void> {
  const { library } = unlocked;
  if (expect.reader !== undefined) assert.equal(library.reader.id, expect.reader);
  if (expect.sections !== undefined) assert.deepEqual(library.sections.map(({ id }) => id), expect.sections);
  if (expect.expired !== undefined) assert.equal(unlocked.expired, expect.expired);
  for (const [link, address] of Object.entries(expect.addresses ?? {})) assert.equal(library.addresses.ofLink(link), address);
  if (expect.pages !== undefined) assert.deepEqual(section?.pages.map((page) => ({ ...page, tree: written(page.tree) })), expect.pages);
  for (const [key, content] of Object.entries(expect.files ?? {})) {
    const file = section?.files.get(key);
    assert.ok(section && file, key);
    assert.equal(base64.encode(await library.attachment(section, file)), content);
  }
}

for (const vector of vectors) {
  test(`${vector.name}: ${vector.why}`, async () => {
    const { verdict, unlocked, section } = await judge(vector);
    assert.equal(verdict, vector.expect.verdict);
    if (unlocked !== undefined) await compare(vector.expect, unlocked, section);
  });
}

test("vectors have names of their own", () => {
  const names = vectors.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});
