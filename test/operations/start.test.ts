import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Freshet, startFreshet } from "../support/freshet.ts";
import { startOrigin } from "../support/origin.ts";
import { childrenOf } from "../support/processes.ts";

const KEY = "client_0123456789abcdef";
const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>';

let freshet: Freshet | undefined;
afterEach(() => freshet?.stop());

const compiled = async (): Promise<number> => {
  const entries = await readdir(join(freshet?.dataFolder ?? "", "compiled"), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((entry) => entry.isFile()).length;
};

test("what a start compiled is there for the next one, of the one file that the build makes", async () => {
  freshet = await startFreshet({ config: { projects: { demo: { apiKey: KEY } } } });
  await freshet.restart();
  const kept = await compiled();
  expect(kept).toBeGreaterThan(0);
  // Hundreds would be the modules themselves.
  expect(kept).toBeLessThan(200);
  await freshet.restart();
  expect((await fetch(`${freshet.url}/readyz`)).status).toBe(200);
});

test("the one file finds what stands beside the modules: console, faces of letters, the process for drawings", async () => {
  const origin = await startOrigin();
  try {
    origin.put("/logo.svg", Buffer.from(DRAWING), { "content-type": "image/svg+xml" });
    const aliases = { _media_: origin.url };
    freshet = await startFreshet({
      config: { projects: { demo: { apiKey: KEY, origins: { allowPrivate: true }, aliases } } },
    });
    const picture = await fetch(
      `${freshet.url}/v7/_media_/logo.svg?w=20&force_format=png&wat=1&wat_text=Freshet`,
    );
    expect({ status: picture.status, error: picture.headers.get("freshet-error") }).toEqual({
      status: 200,
      error: null,
    });
    expect((await childrenOf(freshet.pid)).length).toBeGreaterThan(0);
    expect((await fetch(`${freshet.url}/console`)).status).toBe(200);
  } finally {
    await origin.close();
  }
});
