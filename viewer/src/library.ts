/** What one reader has open: their keyring, and the sections they have visited. In memory only; no DOM here. */

import { Addresses, type Address } from "./address";
import { identityFile, type Identity } from "./identity";
import { openKeyring, type Keyring, type SectionRef } from "./keyring";
import { outcomeOf, Refusal, type Fault, type Outcome } from "./outcome";
import { unseal } from "./sealed";
import { parseSection, type PagePart, type Section, type SectionFile } from "./section";
import { isMismatch, onNewest, refuse, tellOfPublishing, type Site } from "./site";
import type { Bytes } from "./bytes";

/** Kinds that are opened at unlock, whatever page is asked for. */
const ALWAYS_OPEN: readonly string[] = ["org", "managers"];

/** A part of a page, with the section that its attachments belong to. */
export interface Part {
  readonly page: PagePart;
  readonly section: Section;
}

/** What stands at an address. */
export interface Visit {
  /** In the order of slot, then of section; empty: the reader has no such page. */
  readonly parts: readonly Part[];
  /** Why some of what may belong to the page is missing, each once. */
  readonly faults: readonly Fault[];
}

/** Everything that a reader's key opens. */
export class Library {
  private readonly opened = new Map<string, Promise<Outcome<Section>>>();
  private readonly whole = new Map<string, Section>();
  private readonly listeners: ((section: Section) => void)[] = [];
  readonly addresses: Addresses;

  private constructor(
    private site: Site,
    private keyring: Keyring,
    private readonly identity: Identity,
  ) {
    this.addresses = new Addresses(keyring.routeKey);
  }

  /** Opens the keyring of an identity and the sections that every page may link to. */
  static async open(site: Site, identity: Identity): Promise<Library> {
    const library = await Library.withKeyring(site, identity);
    const always = library.sections.filter((ref) => ALWAYS_OPEN.includes(ref.kind));
    await Promise.all(always.map((ref) => library.section(ref)));
    return library;
  }

  private static withKeyring(site: Site, identity: Identity): Promise<Library> {
    return onNewest(site, async (now) => new Library(now, await openKeyring(now, identity), identity));
  }

  /** Who reads. */
  get reader(): Keyring["reader"] {
    return this.keyring.reader;
  }

  /** What they can open, in the keyring's order. */
  get sections(): readonly SectionRef[] {
    return this.keyring.sections;
  }

  /** The build that was verified. */
  get manifest(): Site["manifest"] {
    return this.site.manifest;
  }

  /** The reader's key with the publisher that was verified: only ever to be wrapped. */
  identityFile(): string {
    return identityFile(this.identity, this.manifest.signer);
  }

  /** Whether some section is about that subject, such as `team/grace`. */
  has(subject: string): boolean {
    return this.sections.some((ref) => ref.subject === subject);
  }

  /** The route to land on where none was asked for. */
  get landing(): string {
    const own = [`people/${this.reader.id}`, `team/${this.reader.id}`];
    return own.find((subject) => this.has(subject)) ?? "rubric";
  }

  /** Calls `hear` with every section that is open, and with each that will be. */
  onOpen(hear: (section: Section) => void): void {
    this.listeners.push(hear);
    this.whole.forEach((section) => hear(section));
  }

  /** Whether that section is open already. */
  isOpen(ref: SectionRef): boolean {
    return this.whole.has(ref.id);
  }

  /** What is open of a subject, in the keyring's order. */
  openOf(subject: string): Section[] {
    return this.sections.filter((ref) => ref.subject === subject).flatMap((ref) => this.whole.get(ref.id) ?? []);
  }

  /** All pages of a subject, each with its parts in order; opens what is not open yet. */
  async pagesOf(subject: string): Promise<{ pages: ReadonlyMap<string, readonly Part[]>; faults: readonly Fault[] }> {
    const { open, faults } = await this.openAll(this.sections.filter((ref) => ref.subject === subject));
    const routes = new Set(open.flatMap((section) => section.pages.map((page) => page.route)));
    return { pages: new Map([...routes].map((route) => [route, this.partsAt(this.addresses.part(route), open)])), faults };
  }

  /** A file of the site that is not sealed, such as its style. One that a newer build has not got does not come by waiting. */
  plain(path: string): Promise<Uint8Array> {
    return this.acrossBuilds(() => this.site.read(path), refuse);
  }

  /** The page at an address, from all sections of its subject and those already open. */
  async visit(address: Address): Promise<Visit> {
    const about = this.sections.filter((ref) => this.addresses.part(ref.subject) === address.subject);
    const always = this.sections.filter((ref) => ALWAYS_OPEN.includes(ref.kind) && !about.includes(ref));
    const [own, common] = await Promise.all([this.openAll(about), this.openAll(always)]);
    const parts = this.partsAt(address.route, [...own.open, ...common.open]);
    // What is damaged elsewhere is told where it is missed, not on every page.
    const faults = about.length > 0 && parts.length > 0 ? own.faults : [...own.faults, ...common.faults];
    return { parts, faults: [...new Set(faults)] };
  }

  private async openAll(refs: readonly SectionRef[]): Promise<{ open: Section[]; faults: Fault[] }> {
    const outcomes = await Promise.all(refs.map((ref) => this.section(ref)));
    return {
      open: outcomes.flatMap((outcome) => (outcome.kind === "ok" ? [outcome.value] : [])),
      faults: outcomes.flatMap((outcome) => (outcome.kind === "refused" ? [outcome.fault] : [])),
    };
  }

  private partsAt(routePart: string, open: readonly Section[]): Part[] {
    const parts = open.flatMap((section) => section.pages.map((page) => ({ page, section })));
    const here = parts.filter(({ page }) => this.addresses.part(page.route) === routePart);
    return here.sort((a, b) => a.page.slot - b.page.slot || (a.section.id < b.section.id ? -1 : 1));
  }

  /** A section, opened once; a refused one is tried again at the next visit. */
  section(ref: SectionRef): Promise<Outcome<Section>> {
    const known = this.opened.get(ref.id);
    if (known !== undefined) return known;
    const opening = outcomeOf(() => this.openSection(ref));
    this.opened.set(ref.id, opening);
    void opening.then((outcome) => {
      if (outcome.kind === "refused") this.opened.delete(ref.id);
      else this.keep(outcome.value);
    });
    return opening;
  }

  private keep(section: Section): void {
    this.whole.set(section.id, section);
    for (const hear of this.listeners) hear(section);
  }

  private openSection(ref: SectionRef): Promise<Section> {
    return this.acrossBuilds(async () => {
      const { file, identity } = this.refOf(ref.id);
      const raw = await unseal(await this.site.read(file), identity);
      return parseSection(raw, this.site.manifest.site, ref.id);
    });
  }

  /** The bytes of an attachment. */
  attachment(section: Section, file: SectionFile): Promise<Bytes> {
    return this.acrossBuilds(async () => {
      const content = await unseal(await this.site.read(file.file), this.refOf(section.id).identity);
      if (content.length !== file.bytes) throw new Refusal("damaged", "length of an attachment");
      return content;
    });
  }

  private refOf(id: string): SectionRef {
    const ref = this.sections.find((section) => section.id === id);
    if (ref === undefined) throw new Refusal("no-match", id);
    return ref;
  }

  /** Tries again on a newer build: a site that is being published is not forged. */
  private async acrossBuilds<T>(work: () => Promise<T>, tell: (error: unknown) => never = tellOfPublishing): Promise<T> {
    const before = this.site;
    try {
      return await work();
    } catch (error) {
      if (!isMismatch(error) || !(await this.moveFrom(before))) throw error;
      return work().catch(tell);
    }
  }

  /** Whether there is a build after that one, which then is the one read from. */
  private async moveFrom(before: Site): Promise<boolean> {
    if (this.site !== before) return true; // another section has led the way
    const newer = await before.newer();
    if (newer === null) return false;
    this.keyring = await openKeyring(newer, this.identity).catch(tellOfPublishing);
    this.site = newer;
    return true;
  }
}
