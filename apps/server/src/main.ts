#!/usr/bin/env node
// The process: what may read signals and exit. Nothing native is imported before the version of Node is known.
const [MAJOR = 0, MINOR = 0] = process.versions.node.split(".").map(Number);

// Passwords are hashed by what Node has from 24.7 on.
if (MAJOR < 24 || (MAJOR === 24 && MINOR < 7)) {
  console.error(
    `Freshet needs Node 24.7 or newer; this is ${process.version}. Start it with "npm start", which brings its own, or install Node 24.`,
  );
  process.exitCode = 1;
} else {
  const { loadRun } = await import("./load.ts");
  const { run } = await loadRun({ env: process.env, cwd: process.cwd() });
  await run();
}

export {};
