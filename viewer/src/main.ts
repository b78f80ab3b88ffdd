/** The viewer: from the lock page to an open site, and back. */

import { Door } from "./device-door";
import { DeviceSheet } from "./device-sheet";
import { Gate } from "./gate";
import { base, fetchFile, isReachable } from "./host";
import { recall, remember } from "./memory";
import { isPassing, OBSTACLES, outcomeOf, SENTENCES } from "./outcome";
import { longDay } from "./relative";
import { IDLE_MS, Session } from "./session";
import { applyTheme } from "./theme";
import { unlock, type Secret, type Unlocked } from "./unlock";
import { View } from "./view";

applyTheme();
const gate = new Gate(tryUnlock);
gate.offer(new Door(base.pathname, (secret) => void gate.run(secret)));
if (!isSecureContext) gate.refuse(OBSTACLES.insecure);
else if (self !== top) gate.refuse(OBSTACLES.framed);
else if (!isReachable()) gate.refuse(OBSTACLES.disk);

async function tryUnlock(secret: Secret): Promise<void> {
  const progress = (done: number): void => gate.setProgress(done);
  const around = { fetch: fetchFile, memory: recall, progress, now: Date.now() };
  const outcome = await outcomeOf(() => unlock(secret, around));
  if (outcome.kind === "ok") return start(outcome.value);
  const again = (): void => void gate.run(secret);
  gate.tell(SENTENCES[outcome.fault], isPassing(outcome.fault) ? again : null);
}

async function start(unlocked: Unlocked): Promise<void> {
  const { manifest } = unlocked.library;
  remember(manifest.site, manifest.build, manifest.signer);
  gate.hide();
  const { library } = unlocked;
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
  await view.open();
}

function tellOf({ library, firstUse, expired }: Unlocked, view: View): void {
  const { signer, expires } = library.manifest;
  if (firstUse) {
    view.chrome.notify(
      `First visit with a bare key: from now on this browser trusts only the publisher ${signer} for this site. Your key file, or your lead, can tell you whether that is the right one.`,
    );
  }
  if (expired) {
    const day = longDay(expires, document.documentElement.lang || "en");
    view.chrome.notify(`A newer version of this site was due by ${day}: what you read may be out of date.`);
  }
}
