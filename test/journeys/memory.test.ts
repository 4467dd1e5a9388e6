import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MEMORY_ENV } from "../../scripts/memory.mjs";

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

test("the unit of systemd tells glibc what the launcher tells it, and so do the pages that say it", async () => {
  const unit = await read("apps/server/systemd/freshet.service");
  const settings = unit
    .split("\n")
    .filter((line) => line.startsWith("Environment="))
    .flatMap((line) => line.slice("Environment=".length).split(" "));
  const page = await read("docs/operations/sizing.md");
  for (const [name, value] of Object.entries(MEMORY_ENV)) {
    expect(settings).toContain(`${name}=${value}`);
    expect(page).toContain(`\`${name}=${value}\``);
  }
});
