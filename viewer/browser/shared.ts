/** What all tests share: one browser, and each site built once. */

import type { Browser, BrowserContextOptions } from "playwright-core";
import { after } from "node:test";
import type { Library } from "../src/library";
import { launch, openTab, serve, type Served, type Tab } from "./harness";
import { buildHostile, buildHybrid, buildSite, buildTwice, demoKey, EXAMPLE, readLibrary, removeSites } from "./sites";

/** Whether everything is tried, as `tests/run long` has it. */
export const IS_LONG = process.env["GRADUS_LONG"] !== undefined;

const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  removeSites();
});

/** Makes something once, when it is first wanted. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const browser = once(async (): Promise<Browser> => {
  const launched = await launch();
  closing.push(() => launched.close());
  return launched;
});

/** example-org, built. */
export const example = once(async () => buildSite(EXAMPLE, "example"));
/** A copy of it with a login, built twice. */
export const twoBuilds = once(async () => buildTwice());
/** The hostile organisation, built. */
export const hostile = once(buildHostile);

/** A post-quantum site of one person. */
export const hybridSite = once(async () => buildHybrid());

/** Serves a folder until all tests are done; each call has an origin of its own. */
export async function served(folder: string, subpath = ""): Promise<Served> {
  const server = await serve(folder, subpath);
  closing.push(server.close);
  return server;
}

/** example-org on an origin that no test changes. */
export const exampleSite = once(async () => served(await example()));

const libraries = new Map<string, Promise<Library>>();

/** example-org as a demo key opens it. */
export async function libraryOf(person: string): Promise<Library> {
  const known = libraries.get(person) ?? readLibrary(await example(), demoKey(person));
  libraries.set(person, known);
  return known;
}

/** Runs `work` in a tab with an empty profile. */
export async function inTab(work: (tab: Tab) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
  const tab = await openTab(await browser(), options);
  try {
    await work(tab);
  } finally {
    await tab.context.close();
  }
}
