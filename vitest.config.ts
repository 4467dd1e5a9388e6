import { basename, join, resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { postgresIsMissing } from "./packages/store/src/testing/programs.ts";

/** Tests of what is kept in a store, by workspace: they run on each engine. */
const ON_BOTH_ENGINES: Readonly<Record<string, readonly string[]>> = {
  store: ["src/*.test.ts"],
  connector: ["src/connector.test.ts", "src/decisions.test.ts", "src/known.test.ts", "src/walk.test.ts"],
  server: [
    ...["src/invalidation/*.test.ts", "src/instances/*.test.ts", "src/admin/*.test.ts"],
    ...["src/delivery/listing.test.ts", "src/warmup/warm-up.test.ts", "src/analytics/*.test.ts"],
  ],
};
/** Among them, what needs no store or has one of its own. */
const ON_NONE = [
  "src/gather.test.ts",
  ...["batch", "lane", "meter", "wanted", "zones"].map((name) => `src/invalidation/${name}.test.ts`),
  ...[
    "edge-lines",
    "export",
    "export-slots",
    "flusher",
    "origins",
    "period",
    "recorder",
    "sketch",
    "warm",
  ].map((name) => `src/analytics/${name}.test.ts`),
];
/** Tests of one engine alone. */
const ON_POSTGRES = ["src/postgres/*.test.ts"];

/**
 * Workspaces whose test files leave nothing behind in their process: no module is replaced, and globals and clocks are put back. They share
 * one, so each module is read once and not once a file, which is a third of what their tests take.
 */
const IN_ONE_PROCESS = [
  "cdn",
  "conformance",
  "connector",
  "contentful",
  "core",
  "server",
  "shopify",
  "store",
  "wordpress",
];

const ISOLATED = !IN_ONE_PROCESS.includes(workspace());

const ENGINES = join(import.meta.dirname, "test/engines");
const includes = ON_BOTH_ENGINES[workspace()];
const missing = includes && postgresIsMissing();
if (missing !== undefined && process.env.CI)
  throw new Error(`With CI set the stores are tested on PostgreSQL too, but ${missing}.`);

const postgres = {
  extends: true as const,
  test:
    missing === undefined
      ? {
          name: "postgres",
          include: [...(includes ?? []), ...ON_POSTGRES],
          exclude: ON_NONE,
          env: { FRESHET_TEST_ENGINE: "postgres" },
          globalSetup: [join(ENGINES, "setup.ts")],
          isolate: ISOLATED,
        }
      : { name: "postgres", root: ENGINES, include: ["missing.ts"] },
};

// One configuration for every workspace: tests sit beside the code, compiled copies in dist are not tests.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // On a busy machine a commit alone may take a second. Who waits for something to become true waits long; a wait that is right ends as soon.
    expect: { poll: { timeout: 20_000 } },
    globalSetup: [join(ENGINES, "folder.ts")],
    projects: [
      {
        extends: true as const,
        test: {
          name: "sqlite",
          include: ["{src,pages/src}/**/*.test.ts"],
          exclude: ON_POSTGRES,
          isolate: ISOLATED,
        },
      },
      ...(includes ? [postgres] : []),
    ],
  },
});

function workspace(): string {
  const place = process.argv.indexOf("--root");
  return basename(resolve(place === -1 ? "." : (process.argv[place + 1] ?? ".")));
}
