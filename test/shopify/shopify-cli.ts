import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPart } from "../support/part.ts";

/** Shopify's own command. It is told nothing of this machine and tells nobody anything. */
export interface ShopifyCli {
  run(...args: readonly string[]): { readonly status: number | null; readonly output: string };
  close(): void;
}

export async function openShopifyCli(): Promise<ShopifyCli> {
  const part = await installPart(join(import.meta.dirname, "../parts/shopify-cli"));
  const program = join(part.folder, "node_modules/@shopify/cli/bin/run.js");
  const home = mkdtempSync(join(tmpdir(), "freshet-shopify-cli-"));
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    CI: "1",
    NO_COLOR: "1",
    SHOPIFY_CLI_NO_ANALYTICS: "1",
    OPT_OUT_INSTRUMENTATION: "1",
  };
  return {
    run(...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
        env,
        encoding: "utf8",
      });
      return { status, output: stdout + stderr };
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
