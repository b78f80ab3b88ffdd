// Builds example-org and serves it on this machine only, to be looked at in a browser.
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { chmod, readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const site = join(here, "example-org", "public");
const port = Number(process.env.PORT ?? 4040);
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

// Git keeps no such modes, and a site key that others can read is warned about. This one is public and worthless.
await chmod(join(here, "example-org", ".gradus", "site.key"), 0o600);
execFileSync("cargo", ["run", "--release", "--locked", "--quiet", "--", "build", "example-org"], { cwd: here, stdio: "inherit" });

const server = createServer(async (request, response) => {
  try {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = path.endsWith("/") ? `${path}index.html` : path;
    const body = await readFile(join(site, file));
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.on("error", (error) => {
  console.error(error.code === "EADDRINUSE" ? `port ${port} is taken; try PORT=${port + 1} node demo.mjs` : String(error));
  process.exit(3);
});
server.listen(port, "127.0.0.1", () => {
  console.log(`\nopen     http://localhost:${port}/`);
  console.log("unlock   with a key file from example-org/demo-keys/, such as ada.txt (an engineer) or grace.txt (her manager)");
  console.log("stop     with Ctrl-C");
});
