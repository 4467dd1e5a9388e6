#!/usr/bin/env node
// The process: what may read signals and exit. Nothing native is imported before the version of Node is known.
const MAJOR = Number(process.versions.node.split(".")[0]);

if (MAJOR < 24) {
  console.error(
    `Freshet needs Node 24 or newer; this is ${process.version}. Start it with "npm start", which brings its own, or install Node 24.`,
  );
  process.exitCode = 1;
} else {
  const { run } = await import("./run.ts");
  await run();
}

export {};
