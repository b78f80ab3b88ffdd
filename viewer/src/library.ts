/** What one reader has open: their keyring, and the sections they have visited. In memory only; no DOM here. */

import { Addresses, type Address } from "./address";
import { identityFile, type Identity } from "./identity";
import { isCommon, openKeyring, type Keyring, type SectionRef } from "./keyring";
import { outcomeOf, Refusal, type Fault, type Outcome } from "./outcome";
import { unseal } from "./sealed";
import { parseSection, type PagePart, type Section, type SectionFile } from "./section";
import { isMismatch, onNewest, refuse, tellOfPublishing, type Shown, type Site } from "./site";
import type { Bytes } from "./bytes";

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

/** What of some sections could be opened. */
interface Opened {
  readonly open: readonly Section[];
  readonly faults: readonly Fault[];
}

/** Everything that a reader's key opens. */
export class Library {
  private readonly opened = new Map<string, Promise<Outcome<Section>>>();
  private readonly whole = new Map<string, Section>();
  private readonly listeners: ((section: Section) => void)[] = [];
  private metBuild: (newer: Shown) => void = () => {};
  readonly addresses: Addresses;

  private constructor(
    private site: Site,
    private keyring: Keyring,
    private readonly identity: Identity,
  ) {
    this.addresses = new Addresses(keyring.routeKey);
  }

  /** Opens the keyring of an identity, and no section yet. */
  static async open(site: Site, identity: Identity): Promise<Library> {
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

  /** The same by what they are about. */
  get bySubject(): Keyring["bySubject"] {
    return this.keyring.bySubject;
  }

  /** Whether some section is about that subject, such as `team/grace`. */
  has(subject: string): boolean {
    return this.bySubject.has(subject);
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

  /** Calls `hear` with every newer build that its publisher signed, as soon as one is met. */
  onNewerBuild(hear: (newer: Shown) => void): void {
    this.metBuild = hear;
  }

  /** What is open of a subject, in the keyring's order. */
  openOf(subject: string): Section[] {
    return this.about(subject).flatMap((ref) => this.whole.get(ref.id) ?? []);
  }

  /** All pages of a subject, each with its parts in order; opens what is not open yet. */
  async pagesOf(subject: string): Promise<{ pages: ReadonlyMap<string, readonly Part[]>; faults: readonly Fault[] }> {
    const { open, faults } = await this.openAll(this.about(subject));
    const routes = new Set(open.flatMap((section) => section.pages.map((page) => page.route)));
    return { pages: new Map([...routes].map((route) => [route, this.partsAt(this.addresses.part(route), open)])), faults };
  }

  /** A file of the site that is not sealed, such as its style. One that a newer build has not got does not come by waiting. */
  plain(path: string): Promise<Uint8Array> {
    return this.acrossBuilds(() => this.site.read(path), refuse);
  }

  /** Opens what is about everyone. */
  async openCommon(): Promise<void> {
    await this.openAll(this.keyring.common);
  }

  /** The page at an address, from all sections of its subject, and from those about everyone where it may be theirs. */
  async visit(address: Address): Promise<Visit> {
    const subject = this.addresses.textOf(address.subject, this.bySubject.keys());
    const about = subject === undefined ? [] : this.about(subject);
    const own = await this.openAll(about);
    const parts = this.partsAt(address.route, own.open);
    // Nobody waits for what is about everyone on a page about someone; what is damaged there is told where it is missed.
    if (parts.length > 0 && !about.some(isCommon)) return { parts, faults: [...new Set(own.faults)] };
    return this.visitCommon(address, own, about);
  }

  private async visitCommon({ route }: Address, own: Opened, about: readonly SectionRef[]): Promise<Visit> {
    const common = await this.openAll(this.keyring.common.filter((ref) => !about.includes(ref)));
    const parts = this.partsAt(route, [...own.open, ...common.open]);
    const faults = about.length > 0 && parts.length > 0 ? own.faults : [...own.faults, ...common.faults];
    return { parts, faults: [...new Set(faults)] };
  }

  private about(subject: string): readonly SectionRef[] {
    return this.bySubject.get(subject) ?? [];
  }

  private async openAll(refs: readonly SectionRef[]): Promise<Opened> {
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

  /** A section for one look: what was not open before is not kept. */
  peek(ref: SectionRef): Promise<Outcome<Section>> {
    return this.opened.get(ref.id) ?? outcomeOf(() => this.openSection(ref));
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
  async attachment(section: Section, { lies, bytes }: SectionFile): Promise<Bytes> {
    if (typeof lies !== "string") return lies;
    return this.acrossBuilds(async () => {
      const content = await unseal(await this.site.read(lies), this.refOf(section.id).identity);
      if (content.length !== bytes) throw new Refusal("damaged", "length of an attachment");
      return content;
    });
  }

  private refOf(id: string): SectionRef {
    const ref = this.keyring.byId.get(id);
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
    this.metBuild(newer.manifest);
    this.keyring = await openKeyring(newer, this.identity).catch(tellOfPublishing);
    this.site = newer;
    return true;
  }
}
