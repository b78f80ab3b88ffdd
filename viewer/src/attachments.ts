/** Attachments on screen: unsealed when they are needed, gone when the page is. */

import { dataUrl, type Bytes } from "./bytes";
import { alertBox, el } from "./element";
import type { Library } from "./library";
import { outcomeOf, SENTENCES, type Outcome } from "./outcome";
import type { Section } from "./section";

/** Long enough for a browser to take a download over. */
const DOWNLOAD_MS = 60_000;

/** The type that is a document where it is opened on its own. As a `blob:` it would be one of this site, and could run what is in it. */
const DRAWN = "image/svg+xml";

/** The blob URLs of one page. */
export class Attachments {
  private readonly urls = new Set<string>();
  private released = false;

  constructor(
    private readonly library: Library,
    /** Where a failed download is told. */
    private readonly tell: (sentence: string) => void,
  ) {}

  /** Puts the picture into `image`; where that fails, a sentence after it. */
  async show(image: HTMLImageElement, section: Section, key: string): Promise<void> {
    const outcome = await this.bytes(section, key);
    if (this.released) return;
    if (outcome.kind === "ok") image.src = this.picture(outcome.value, section.files.get(key)?.type ?? "");
    else image.after(alertBox(SENTENCES[outcome.fault]));
  }

  /** Hands the file to the browser to save. Never opened in a tab, whatever its type. */
  async download(section: Section, key: string): Promise<void> {
    const outcome = await this.bytes(section, key);
    if (this.released) return;
    if (outcome.kind === "refused") return this.tell(SENTENCES[outcome.fault]);
    this.save(outcome.value, section.files.get(key)?.name ?? "file");
  }

  /** Hands bytes to the browser to save under that name, unless the page is gone meanwhile. */
  save(bytes: Bytes, name: string): void {
    if (this.released) return;
    const url = this.url(bytes, "application/octet-stream");
    el("a", { href: url, download: name }).click();
    setTimeout(() => this.revoke(url), DOWNLOAD_MS);
  }

  /** Takes all of them back. */
  release(): void {
    this.released = true;
    for (const url of this.urls) this.revoke(url);
  }

  private bytes(section: Section, key: string): Promise<Outcome<Bytes>> {
    return outcomeOf(() => {
      const file = section.files.get(key);
      if (file === undefined) throw new Error("a checked tree names only files of its section");
      return this.library.attachment(section, file);
    });
  }

  private picture(bytes: Bytes, type: string): string {
    return type === DRAWN ? dataUrl(bytes, type) : this.url(bytes, type);
  }

  private url(bytes: Bytes, type: string): string {
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    this.urls.add(url);
    return url;
  }

  private revoke(url: string): void {
    URL.revokeObjectURL(url);
    this.urls.delete(url);
  }
}
