/** A browser for which the foreign host of all attacks is a port of this machine, where somebody counts who calls. */

import { createServer, type AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { launch } from "./harness";
import { FOREIGN } from "./hostile";

/** Such a browser. */
export interface Watched {
  readonly browser: Browser;
  /** Connections to it since the last time that somebody asked. */
  readonly calls: () => number;
  readonly close: () => Promise<void>;
}

/** Launches it. */
export async function launchWatched(): Promise<Watched> {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref(); // a test that fails must end all the same
  const { port } = server.address() as AddressInfo;
  const browser = await launch(`--host-resolver-rules=MAP ${FOREIGN} 127.0.0.1:${port}`);
  const taken = (): number => {
    const all = calls;
    calls = 0;
    return all;
  };
  const close = async (): Promise<void> => {
    await browser.close();
    await new Promise<void>((closed) => server.close(() => closed()));
  };
  return { browser, calls: taken, close };
}
