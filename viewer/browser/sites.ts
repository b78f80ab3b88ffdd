/** The sites that are read here: built by the program itself, from example-org and from a hostile organisation. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { parseIdentities } from "../src/identity";
import { Library } from "../src/library";
import type { Section } from "../src/section";
import { Site } from "../src/site";
import { hostileFiles } from "./hostile";

/** The folder of the viewer, set by the bundler. */
declare const VIEWER: string;

/** The repository. */
export const ROOT = join(VIEWER, "..");
/** The demo organisation's tree. */
export const EXAMPLE = join(ROOT, "example-org");

const scratch = mkdtempSync(join(tmpdir(), "gradus-browser-"));

/** Takes everything away that was built. */
export function removeSites(): void {
  rmSync(scratch, { recursive: true, force: true });
}

/** A folder in the scratch space, not made yet. */
export const scratchFolder = (name: string): string => join(scratch, name);

let built: string | undefined;

/** The program: what GRADUS names, else a debug build, made at first use. */
export const program = (): string => (built ??= build());

function build(): string {
  const named = process.env["GRADUS"];
  if (named !== undefined) return named;
  const cargo = ["build", "--locked", "--quiet", "--message-format", "json", "--manifest-path", join(ROOT, "Cargo.toml")];
  const messages = execFileSync("cargo", cargo, { encoding: "utf8", maxBuffer: 1 << 26 }).split("\n");
  const artifact = messages.map((line) => /"executable":"([^"]+)"/.exec(line)?.[1]).find((path) => path !== undefined);
  if (artifact === undefined) throw new Error("cargo built no program");
  return artifact;
}

/** Runs the program, and gives its standard output. */
export function gradus(...args: readonly string[]): string {
  return execFileSync(program(), ["--quiet", ...args], { cwd: scratch, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Builds an organisation into a folder of that name, and gives the folder. */
export function buildSite(organisation: string, name: string): string {
  const out = scratchFolder(name);
  gradus("build", organisation, "-o", out);
  return out;
}

/** The text of a demo identity file. */
export const demoKey = (person: string): string => readFileSync(join(EXAMPLE, "demo-keys", `${person}.txt`), "utf8");

/** The bare key in an identity file. */
export function bareKey(identity: string): string {
  return identity.split("\n").find((line) => line.startsWith("AGE-SECRET-KEY-1")) ?? "";
}

/** example-org with a login for Ada, built twice. */
export interface TwoBuilds {
  readonly passphrase: string;
  readonly older: string;
  readonly newer: string;
}

/** Copies example-org, makes Ada a login there, and builds it twice. */
export function buildTwice(): TwoBuilds {
  const organisation = scratchFolder("with-login");
  cpSync(EXAMPLE, organisation, { recursive: true, filter: (path) => !path.endsWith("/public") });
  rmSync(join(organisation, "people/ada/login.age"), { force: true }); // the demo's own
  const passphrase = gradus("-C", organisation, "keys", "login", "ada", "-i", join(EXAMPLE, "demo-keys/ada.txt")).trim();
  return { passphrase, older: buildSite(organisation, "older"), newer: buildSite(organisation, "newer") };
}

/** The built hostile organisation, and the key of its reader. */
export interface Hostile {
  readonly tree: string;
  readonly folder: string;
  readonly key: string;
}

/** Writes the hostile organisation and builds it. */
export async function buildHostile(): Promise<Hostile> {
  const organisation = scratchFolder("hostile");
  const key = await generateX25519Identity();
  for (const [path, text] of Object.entries(hostileFiles(await identityToRecipient(key)))) {
    mkdirSync(dirname(join(organisation, path)), { recursive: true });
    writeFileSync(join(organisation, path), text);
  }
  gradus("-C", organisation, "keys", "site");
  gradus("-C", organisation, "access", "--accept", "--new");
  return { tree: organisation, folder: buildSite(organisation, "hostile-site"), key };
}

/** A post-quantum site of one person, and the text of their key file. */
export function buildHybrid(): { readonly folder: string; readonly portable: string; readonly key: string } {
  const organisation = scratchFolder("hybrid");
  gradus("init", organisation, "--template", "rubric");
  const settings = join(organisation, "gradus.toml");
  writeFileSync(settings, readFileSync(settings, "utf8").replace(/^\[seal\]$/m, "[seal]\npost_quantum = true"));
  gradus("-C", organisation, "new", "person", "ada", "--name", "Ada Okafor");
  gradus("-C", organisation, "keys", "new", "ada", "-o", "ada.txt");
  gradus("-C", organisation, "access", "--accept");
  gradus("build", organisation, "--portable", "-o", scratchFolder("hybrid-portable"));
  return { folder: buildSite(organisation, "hybrid-site"), portable: scratchFolder("hybrid-portable"), key: readFileSync(join(organisation, "ada.txt"), "utf8") };
}

/** What the program says to the hostile tree with one more line in it; nothing where it builds. */
export function refusalOf(hostileTree: string, line: string): string | null {
  const organisation = scratchFolder("refused");
  cpSync(hostileTree, organisation, { recursive: true });
  writeFileSync(join(organisation, "people/eve/2026-h1/response.md"), `+++\nby = "eve"\ndate = 2026-07-03\n+++\n\n${line}\n`);
  try {
    gradus("check", organisation);
    return null;
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr);
  }
}

/** One thing that the program has to say of a tree. */
export interface Complaint {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
}

/** Everything that it has to say of a tree. */
export function complaintsOf(organisation: string): Complaint[] {
  try {
    return diagnosticsIn(gradus("check", organisation, "--format", "json"));
  } catch (error) {
    return diagnosticsIn(String((error as { stdout?: unknown }).stdout));
  }
}

const diagnosticsIn = (json: string): Complaint[] => (JSON.parse(json) as { diagnostics: Complaint[] }).diagnostics;

/** The site as the viewer's own reader sees it with a key, without a browser: for addresses and routes. */
export async function readLibrary(folder: string, identity: string): Promise<Library> {
  const fetch = async (path: string): Promise<Uint8Array | null> =>
    existsSync(join(folder, path)) ? new Uint8Array(readFileSync(join(folder, path))) : null;
  const site = await Site.open(fetch, { signers: [], memory: () => ({ build: null, signer: null }) });
  return Library.open(site, parseIdentities(identity)[0]);
}

/** All routes that a key opens, each once. */
export async function routesOf(library: Library): Promise<string[]> {
  const sections = await Promise.all(library.sections.map((ref) => openSection(library, ref.id)));
  return [...new Set(sections.flatMap(({ pages }) => pages.map(({ route }) => route)))];
}

async function openSection(library: Library, id: string): Promise<Section> {
  const ref = library.sections.find((section) => section.id === id);
  const outcome = ref === undefined ? null : await library.section(ref);
  if (outcome?.kind !== "ok") throw new Error(`${id} does not open`);
  return outcome.value;
}

/** The files below a folder of a site, by path in the site. */
export function filesIn(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
