#!/usr/bin/env node
// The `freshet` command. Plain JavaScript, so that an old Node gets as far as the sentence that says it is too old.
import { existsSync } from "node:fs";

const MAIN = new URL("../dist/cli/main.js", import.meta.url);

const [MAJOR, MINOR] = process.versions.node.split(".").map(Number);

if (MAJOR < 24 || (MAJOR === 24 && MINOR < 7)) {
  console.error(
    `Freshet needs Node 24.7 or newer; this is ${process.version}. Run it by npx, which brings its own on Linux, or install Node 24.`,
  );
  process.exitCode = 1;
} else if (existsSync(MAIN)) {
  const { main } = await import(MAIN.href);
  await main();
} else {
  console.error("Freshet is not built yet. Run npm run build.");
  process.exitCode = 1;
}
