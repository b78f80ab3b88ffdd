/** The viewer with the preview around it: opens itself as whom one wants to be, and follows every change. Only `gradus serve` serves it. */

import { el } from "./element";
import { Gate } from "./gate";
import { base } from "./host";
import { SENTENCES } from "./outcome";
import { Bar, NOBODY } from "./preview-bar";
import { Overlay } from "./preview-overlay";
import { Reading } from "./preview-reading";
import { fetchState, listen, type PreviewState, type Word } from "./preview-server";
import { applyTheme } from "./theme";

/** The parameter of the address that says who reads. */
const AS = "as";
const LOST = "The preview does not answer: it has ended, or was started anew with another link.";

class Preview {
  private readonly bar = new Bar({ pick, showComplaints: () => this.reveal() });
  private readonly overlay = new Overlay(() => this.bar.setWrong(this.state.complaints?.summary ?? null));
  private reading: Reading | null = null;
  /** The newest word that was not acted upon yet. */
  private word: Word | null = null;
  private isAtWork = false;
  private shell: string | null = null;

  constructor(private state: PreviewState) {}

  /** Opens the site, and follows it from then on. */
  async begin(): Promise<void> {
    addStyle();
    // Beside the body, whose content is the viewer's to replace.
    document.documentElement.append(this.overlay.element, this.bar.element);
    this.tell();
    if (this.state.generation > 0) await this.open();
    listen({ word: (word) => void this.hear(word), connected: (is) => this.bar.say(is ? "" : LOST) });
  }

  private get reader(): string {
    const wanted = new URLSearchParams(location.search).get(AS) ?? this.state.first ?? NOBODY;
    return this.state.readers.some(({ id }) => id === wanted) ? wanted : NOBODY;
  }

  private async open(): Promise<void> {
    const gate = new Gate(async () => gate.tell("In the preview nobody types a key: choose a reader at the foot of the page."));
    if (this.reader === NOBODY) return;
    const reading = await Reading.begin(this.reader, gate);
    if (typeof reading === "string") gate.tell(SENTENCES[reading]);
    else this.reading = reading;
  }

  /** One word at a time; of those that come meanwhile only the last counts. */
  private async hear(word: Word): Promise<void> {
    this.word = word;
    if (this.isAtWork) return;
    this.isAtWork = true;
    for (let next = this.take(); next !== null; next = this.take()) await this.follow(next);
    this.isAtWork = false;
  }

  private take(): Word | null {
    const { word } = this;
    this.word = null;
    return word;
  }

  private async follow(word: Word): Promise<void> {
    const before = this.state;
    this.shell ??= before.generation === word.generation ? word.shell : null;
    this.state = await fetchState();
    this.tell();
    if (word.generation === before.generation) return;
    // Before the first good site there is nothing to keep; a changed lock page is a changed document.
    if (before.generation === 0 || word.shell !== this.shell || this.reading === null) return this.startOver();
    await swapStyle(word.style);
    const isNext = word.generation === before.generation + 1;
    if (word.css_only && isNext) return;
    if (!(await this.reading.renew())) this.startOver();
  }

  /** The locked page of somebody who has locked it stays as it is. */
  private startOver(): void {
    if (this.reading?.isLocked !== true) location.reload();
  }

  private tell(): void {
    const { complaints, generation, readers } = this.state;
    this.bar.setReaders(readers, this.reader);
    this.bar.setWrong(null);
    this.overlay.show(complaints, generation > 0);
  }

  private reveal(): void {
    this.bar.setWrong(null);
    this.overlay.reveal();
  }
}

/** The address keeps what page is shown; everything else begins anew, so that nothing of one reader stays for the next. */
function pick(id: string): void {
  location.assign(`?${AS}=${id}${location.hash}`);
}

/** The style of bar and overlay, where the page does not have it yet. */
function addStyle(): void {
  const { href } = new URL("preview/preview.css", base);
  if (!styles().some((link) => link.href === href)) document.head.append(el("link", { rel: "stylesheet", href }));
}

/** Puts a new style sheet in the place of the site's, without a moment between. */
async function swapStyle(path: string): Promise<void> {
  const { href } = new URL(path, base);
  const [old] = styles();
  if (old === undefined || old.href === href) return;
  const link = el("link", { rel: "stylesheet", href });
  const loaded = new Promise((done) => {
    for (const end of ["load", "error"]) link.addEventListener(end, done);
  });
  old.before(link);
  await loaded;
  old.remove();
}

/** The site's own first. */
const styles = (): HTMLLinkElement[] => [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];

applyTheme();
void fetchState().then((state) => new Preview(state).begin());
