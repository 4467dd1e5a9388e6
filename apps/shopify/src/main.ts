#!/usr/bin/env node
// The process: what may read signals and exit. Nothing else is imported before the version of Node is known.
const MAJOR = Number(process.versions.node.split(".")[0]);
/** Milliseconds that a stopping app may take to settle what it holds. */
const DRAIN_MS = 10_000;

if (MAJOR < 24) {
  console.error(
    `The Shopify app needs Node 24 or newer; this is ${process.version}. Start it with "npm start", which brings its own, or install Node 24.`,
  );
  process.exitCode = 1;
} else {
  const { run } = await import("./run.ts");
  try {
    const { stop } = await run();
    stopOnSignal(stop);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const end = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

export {};
