/** How long a site stays open: fifteen idle minutes, in all tabs alike. */

/** Idle time after which everything is closed. */
export const IDLE_MS = 15 * 60_000;
/** Other tabs need not hear of every movement. */
const TELL_EVERY_MS = 5_000;
const TICK_MS = 1_000;
const ACTIVITY = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll"] as const;

type Message = "active" | "lock";

/** What a session calls. */
export interface SessionEvents {
  /** Every second. */
  readonly tick: (leftMs: number) => void;
  /** Once, at the end: everything must go. */
  readonly locked: () => void;
}

/** `15 min`, and by the second in the last minute. */
export function leftText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  return seconds > 60 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`;
}

/** The time that a site is open, from unlock to lock. */
export class Session {
  private readonly stop = new AbortController();
  private readonly channel: BroadcastChannel;
  private readonly timer: number;
  private deadline = Date.now() + IDLE_MS;
  private toldAt = 0;

  /** @param name the same in all tabs of one site, and in no other site's. */
  constructor(
    name: string,
    private readonly events: SessionEvents,
  ) {
    this.channel = new BroadcastChannel(name);
    this.channel.addEventListener("message", (event) => this.hear(event.data as Message));
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
    const { signal } = this.stop;
    for (const kind of ACTIVITY) addEventListener(kind, () => this.touch(), { signal, passive: true, capture: true });
    document.addEventListener("visibilitychange", () => this.tick(), { signal }); // timers sleep in hidden tabs
    // A page that goes into the back-forward cache must not take the text with it.
    addEventListener("pagehide", () => this.end(), { signal });
  }

  /** Closes this tab and every other of the site. */
  lock(): void {
    this.channel.postMessage("lock" satisfies Message);
    this.end();
  }

  private touch(): void {
    const now = Date.now();
    if (now >= this.deadline) return this.lock(); // a machine that slept wakes by being touched
    this.deadline = now + IDLE_MS;
    if (now - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = now;
    this.channel.postMessage("active" satisfies Message);
  }

  private hear(message: Message): void {
    if (message === "lock") this.end();
    else this.deadline = Date.now() + IDLE_MS;
  }

  private tick(): void {
    const left = this.deadline - Date.now();
    if (left <= 0) this.lock();
    else this.events.tick(left);
  }

  private end(): void {
    if (this.stop.signal.aborted) return;
    this.stop.abort();
    clearInterval(this.timer);
    this.channel.close();
    this.events.locked();
  }
}
