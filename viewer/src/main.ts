/** The viewer: from the lock page to an open site, and back. */

import { Door } from "./device-door";
import { DeviceSheet } from "./device-sheet";
import { Gate } from "./gate";
import { base, fetchFile, isReachable } from "./host";
import { addressOf, recall, remember, rememberNamed, rememberNewer } from "./memory";
import { BESIDE, isPassing, OBSTACLES, outcomeOf, sentenceOf } from "./outcome";
import { longDay } from "./relative";
import { IDLE_MS, Session } from "./session";
import { applyTheme } from "./theme";
import { Replaced, type Memory, type Shown } from "./site";
import { unlock, type Secret, type Unlocked } from "./unlock";
import { View } from "./view";

/** What this browser knows sites by. */
const address = addressOf(base);

applyTheme();
const gate = new Gate(tryUnlock);
gate.offer(new Door(base.pathname, (secret) => void gate.run(secret)));
if (!isSecureContext) gate.refuse(OBSTACLES.insecure);
else if (self !== top) gate.refuse(OBSTACLES.framed);
else if (!isReachable()) gate.refuse(OBSTACLES.disk);

/** @param accepted the site that the reader takes for a new one at this address. It has to be this very site. */
async function tryUnlock(secret: Secret, accepted: Shown | null = null): Promise<void> {
  const progress = (done: number): void => gate.setProgress(done);
  const memory = (site: string, signer: string): Memory => {
    const known = recall(address, site, signer);
    return accepted === null ? known : { ...accepted, build: known.build };
  };
  const around = { fetch: fetchFile, memory, progress, now: Date.now() };
  const outcome = await outcomeOf(() => unlock(secret, around));
  if (outcome.kind === "ok") return start(outcome.value, accepted !== null);
  const { error } = outcome;
  if (error instanceof Replaced) return gate.ask(error, () => void gate.work(() => tryUnlock(secret, error.now)));
  const again = (): void => void gate.run(secret);
  gate.tell(sentenceOf(outcome), isPassing(outcome.fault) ? again : null);
}

/** @param isAccepted whether the reader took the site for a new one at this address. */
async function start(unlocked: Unlocked, isAccepted: boolean): Promise<void> {
  const { library, isNamed } = unlocked;
  const isBeside = isNamed && !isAccepted && rememberNamed(address, library.manifest);
  if (!isNamed || isAccepted) remember(address, library.manifest);
  library.onNewerBuild((newer) => rememberNewer(address, newer));
  gate.hide();
  const device = new DeviceSheet(base.pathname, () => library.identityFile(), library.manifest.title);
  const view = new View(library, () => session.lock(), device);
  const session = new Session(`gradus:${base.pathname}`, {
    tick: (leftMs) => view.chrome.setLeft(leftMs),
    locked: () => {
      view.close();
      gate.show();
    },
  });
  view.chrome.setLeft(IDLE_MS);
  tellOf(unlocked, view);
  if (isBeside) view.chrome.notify(BESIDE);
  await view.open();
}

function tellOf({ library, firstUse, expired }: Unlocked, view: View): void {
  const { signer, expires } = library.manifest;
  if (firstUse) {
    const from = address === null ? "A page opened from disk remembers no publisher. This one is" : "First visit with a bare key: from now on this browser trusts only the publisher";
    const what = address === null ? "" : " for this site";
    view.chrome.notify(`${from} ${signer}${what}. Your key file, or your lead, can tell you whether that is the right one.`);
  }
  if (expired) {
    const day = longDay(expires, document.documentElement.lang || "en");
    view.chrome.notify(`A newer version of this site was due by ${day}: what you read may be out of date.`);
  }
}
