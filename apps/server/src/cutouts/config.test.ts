import { expect, test } from "vitest";
import { Secret } from "../secrets/secret.ts";
import { readCutouts } from "./config.ts";

const read = async (section: Parameters<typeof readCutouts>[0]) => {
  const faults: string[] = [];
  const secretOf = async (_place: string, _name: string, inline: string | undefined) =>
    inline === undefined ? undefined : new Secret(inline);
  const config = await readCutouts(section, "/etc/freshet", secretOf, (fault) => faults.push(fault));
  return { config, faults };
};

test("without a provider of the operator's there is none", async () => {
  for (const section of [undefined, {}, { timeoutMs: 500 }])
    expect(await read(section)).toEqual({ config: undefined, faults: [] });
});

test("a module lies beside the configuration, an address is public unless it is allowed not to be", async () => {
  const { config: module } = await read({ module: "mask.mjs" });
  expect(module).toMatchObject({ kind: "module", place: "file:///etc/freshet/mask.mjs", revision: 1 });
  const { config: url } = await read({
    url: "https://masks.example/one",
    authorization: "Bearer x",
    revision: 3,
  });
  expect(url).toMatchObject({ kind: "url", reach: "public", timeoutMs: 30_000, revision: 3 });
  expect([String(url?.authorization), url?.authorization?.reveal()]).toEqual(["***", "Bearer x"]);
  const { config: inside } = await read({ url: "http://10.0.0.9/", allowPrivate: true, timeoutMs: 900 });
  expect(inside).toMatchObject({ reach: "private", timeoutMs: 900 });
});

test("two providers, and an address that is none, are faults", async () => {
  expect((await read({ module: "a.mjs", url: "https://b.example/" })).faults).toEqual([
    "cutouts has module and url; keep one.",
  ]);
  expect((await read({ url: "ftp://b.example/" })).faults).toEqual([
    "cutouts.url is no http or https address.",
  ]);
});
