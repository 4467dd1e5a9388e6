import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../secrets/secret.ts";
import type { ContentfulPlace } from "./contentful.ts";
import type { Fetched } from "./source.ts";
import { createSources, type Sources } from "./sources.ts";

const TOKEN = "a-token-of-the-resolver";
let url: string;
let sources: Sources;
/** What the connector answers, by path; and what it was asked. */
const answers = new Map<string, { readonly status: number; readonly body: string }>();
const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  const path = request.url ?? "";
  asked.push({ path, authorization: request.headers.authorization });
  const { status, body } = answers.get(path) ?? { status: 404, body: "{}" };
  response.writeHead(status, { "content-type": "image/jpeg", etag: `"${path}"` }).end(body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sources = createSources({ dataFolder: "/nowhere" });
});
afterAll(async () => {
  await sources.close();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  answers.clear();
  asked.length = 0;
});

const stands = (id: string, file: string) =>
  answers.set(`/contentful/resolve/space1/${id}`, { status: 200, body: JSON.stringify({ url: file }) });

function fetch(id: string, more: Partial<ContentfulPlace> = {}, allowPrivate = true): Promise<Fetched> {
  const { host } = new URL(url);
  const place: ContentfulPlace = {
    ...{ kind: "contentful", space: "space1", connector: url, token: new Secret(TOKEN), hosts: [host] },
    ...more,
  };
  // What the project allows besides is no matter here.
  const policy = { allow: ["*"], allowPrivate, maxBytes: 1_000, timeoutMs: 5_000 };
  return sources.fetch(
    { kind: "contentful", place, id },
    { policy, fresh: false },
    AbortSignal.timeout(10_000),
  );
}

describe("an asset's id", () => {
  test("is read as the file that it stands for now, and the token goes to the connector alone", async () => {
    stands("hat/de", `${url}/files/one.jpg`);
    answers.set("/files/one.jpg", { status: 200, body: "one" });
    const fetched = await fetch("hat/de");
    expect(fetched.kind === "found" && Buffer.from(fetched.bytes).toString()).toBe("one");
    expect(asked).toEqual([
      { path: "/contentful/resolve/space1/hat/de", authorization: `Bearer ${TOKEN}` },
      { path: "/files/one.jpg", authorization: undefined },
    ]);
    stands("hat/de", `${url}/files/two.jpg`);
    answers.set("/files/two.jpg", { status: 200, body: "two" });
    const again = await fetch("hat/de");
    expect(again.kind === "found" && Buffer.from(again.bytes).toString()).toBe("two");
  });

  test.each([
    [404, { kind: "missing", status: 404 }],
    [410, { kind: "missing", status: 410 }],
    [401, { kind: "refused", code: "ORIGIN_BROKEN" }],
    [503, { kind: "refused", code: "ORIGIN_BROKEN" }],
  ])("of which the connector says %i", async (status, outcome) => {
    answers.set("/contentful/resolve/space1/hat", { status, body: "{}" });
    expect(await fetch("hat")).toMatchObject(outcome);
  });

  test.each(["..", "a/b/c", "a b", "", "a?x=1", "a%2F..", "hat/../x"])("%j asks nobody", async (id) => {
    expect(await fetch(id)).toEqual({ kind: "missing", status: 404 });
    expect(asked).toEqual([]);
  });

  test("leads to the space's own hosts and nowhere else", async () => {
    answers.set("/secret", { status: 200, body: "secret" });
    const refused = { kind: "refused", code: "ORIGINAL_NOT_ALLOWED" };
    stands("hat", `${url}/secret`);
    expect(await fetch("hat", { hosts: ["ctfassets.net"] })).toMatchObject(refused);
    for (const file of ["file:///etc/passwd", "javascript:1", "//x", "data:,x"]) {
      stands("hat", file);
      expect(await fetch("hat")).toMatchObject(refused);
    }
    expect(asked.map(({ path }) => path)).not.toContain("/secret");
    // Neither is the connector reached where the project may reach nothing private.
    expect(await fetch("hat", {}, false)).toMatchObject(refused);
  });

  test.each(["", "null", "[]", "{}", '{"url":1}', "not json"])(
    "is broken where the connector answers %j",
    async (body) => {
      answers.set("/contentful/resolve/space1/hat", { status: 200, body });
      expect(await fetch("hat")).toMatchObject({ kind: "refused", code: "ORIGIN_BROKEN" });
    },
  );
});
