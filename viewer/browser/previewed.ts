/** `gradus serve` over a copy of example-org that a test may change. */

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { EXAMPLE, program, scratchFolder } from "./sites";

/** How long a debug build may take over a change, with a busy machine around it. */
const PATIENCE_MS = 60_000;

/** What a test wants besides. */
export interface Wishes {
  /** May change the tree before the preview starts. */
  readonly before?: (tree: string) => void;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A preview that runs. */
export class Previewed {
  /** What it has said so far. */
  said = "";

  private constructor(
    private readonly tree: string,
    private readonly child: ChildProcess,
  ) {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.said += text));
  }

  /** Copies the tree, and starts. */
  static async of(name: string, { before = () => {}, args = [], environment = {} }: Wishes = {}): Promise<Previewed> {
    const tree = scratchFolder(`preview-${name}`);
    cpSync(EXAMPLE, tree, { recursive: true, filter: (path) => !path.endsWith("/public") });
    before(tree);
    const env = { ...process.env, ...environment };
    const child = spawn(program(), ["serve", tree, "--port", "0", ...args], { stdio: ["pipe", "ignore", "pipe"], env, detached: true });
    const preview = new Previewed(tree, child);
    await preview.says(/Ctrl-C/);
    return preview;
  }

  /** The first link, which works once. */
  get link(): string {
    return /http:\/\/[\w.]+:\d+\/\S*/.exec(this.said)?.[0] ?? "";
  }

  /** Its origin. */
  get origin(): string {
    return new URL(this.link).origin;
  }

  /** What all its addresses begin with, up to a slash. */
  get base(): string {
    return new URL(".", this.link).href;
  }

  /** Another link, as Enter prints it. */
  async anotherLink(): Promise<string> {
    const before = this.said.length;
    this.child.stdin?.write("\n");
    await this.says(/another link: \S+\n/, before);
    return /http:\S+/.exec(this.said.slice(before))?.[0] ?? "";
  }

  /** The link, as somebody. */
  as(reader: string): string {
    return `${this.link}&as=${reader}`;
  }

  /** Waits until it has said that, behind so many characters. */
  async says(words: RegExp, behind = 0): Promise<void> {
    const { child } = this;
    await new Promise<void>((said, failed) => {
      const patience = setTimeout(() => failed(new Error(`it did not say ${words}:\n${this.said}`)), PATIENCE_MS);
      const look = (): void => {
        if (!words.test(this.said.slice(behind))) return;
        clearTimeout(patience);
        child.stderr?.off("data", look);
        said();
      };
      child.stderr?.on("data", look);
      child.once("exit", () => failed(new Error(`it ended:\n${this.said}`)));
      look();
    });
  }

  /** The text of a file of the tree. */
  read(path: string): string {
    return readFileSync(join(this.tree, path), "utf8");
  }

  /** Writes a file of the tree. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.tree, path)), { recursive: true });
    writeFileSync(join(this.tree, path), text);
  }

  /** Replaces a text in a file of the tree. */
  edit(path: string, from: string, to: string): void {
    const text = this.read(path);
    assert.ok(text.includes(from), `${path} has no ${from}`);
    this.write(path, text.replace(from, to));
  }

  /** Takes a file of the tree away. */
  remove(path: string): void {
    rmSync(join(this.tree, path), { recursive: true });
  }

  /** Ends it as Ctrl-C does. */
  async end(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.pid === undefined) return;
    const ended = new Promise((exit) => child.once("exit", exit));
    process.kill(-child.pid, "SIGINT"); // as a terminal does
    await ended;
  }
}

/** Runs `work` with a preview of its own. */
export async function withPreview(name: string, work: (preview: Previewed) => Promise<void>, wishes: Wishes = {}): Promise<void> {
  const preview = await Previewed.of(name, wishes);
  try {
    await work(preview);
  } finally {
    await preview.end();
  }
}

/** Opens the preview, and waits for the page. */
export async function openPreview(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  await page.locator(".gradus-session").waitFor();
  await page.locator("main h1").waitFor();
}

/** Waits until a text stands in the page. */
export const shows = (page: Page, text: string): Promise<unknown> => page.waitForFunction((wanted) => document.querySelector("main")?.textContent?.includes(wanted) ?? false, text);
