import fc from "fast-check";
import { expect, test } from "vitest";
import { isServerError } from "../errors.ts";
import { readList } from "./list.ts";

const bytes = (text: string) => Buffer.from(text);
const read = async (text: string, type?: string) => (await readList(bytes(text), type)).entries;
const codeOf = (text: string | Buffer | undefined, type?: string) =>
  readList(typeof text === "string" ? bytes(text) : text, type).then(
    () => "taken",
    (error: unknown) => (isServerError(error) ? error.code : error),
  );
const urls = ["/a.png?w=1", "/b.png?f=x:1,y:2"];

test("every form of a list is read as what it is, however it is labelled", async () => {
  for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", undefined]) {
    expect(await read(JSON.stringify({ data: urls }), type)).toEqual(urls);
    expect(await read(JSON.stringify({ warmup: { uris: urls } }), type)).toEqual(urls);
    expect(await read(urls.join("\r\n"), type)).toEqual(urls);
  }
  expect(await read(urls.join("\n"), "text/csv; charset=utf-8")).toEqual(urls);
  const older = await readList(
    bytes(JSON.stringify({ warmup: { desc: "new", token: "demo", uris: urls } })),
    "",
  );
  expect(older).toMatchObject({ description: "new", token: "demo" });
});

const form = (boundary: string, parts: readonly (readonly [head: string, body: string])[]) =>
  [
    ...parts.map(
      ([head, body]) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`,
    ),
    `--${boundary}--\r\n`,
  ].join("");

test("a form gives its file, whatever else is in it and however short its boundary", async () => {
  for (const boundary of ["xYzZY", "------------------------0123456789abcdef"]) {
    const type = `multipart/form-data; boundary=${boundary}`;
    const file = ['name="file"; filename="list.csv"\r\nContent-Type: text/csv', urls.join("\r\n")] as const;
    expect(await read(form(boundary, [['name="note"', "hello"], file]), type)).toEqual(urls);
    expect(await read(form(boundary, [['name="list"; filename="l.csv"', urls.join("\n")]]), type)).toEqual(
      urls,
    );
    expect(await read(form(boundary, [['name="file"', urls.join("\n")]]), type)).toEqual(urls);
    expect(
      await read(form(boundary, [['name="file"; filename="l.json"', JSON.stringify({ data: urls })]]), type),
    ).toEqual(urls);
    expect(await codeOf(form(boundary, []), type)).toBe("WARMUP_EMPTY");
    expect(await codeOf(form(boundary, [file]).slice(0, 90), type)).toBe("BODY_UNREADABLE");
  }
  expect(await codeOf("anything", "multipart/form-data")).toBe("BODY_UNREADABLE");
});

test("what is empty, too long or nothing of the kind is refused with its code", async () => {
  expect(await codeOf(undefined)).toBe("BODY_UNREADABLE");
  expect(await codeOf("")).toBe("BODY_UNREADABLE");
  expect(await codeOf("\n \r\n")).toBe("WARMUP_EMPTY");
  for (const text of ['{"data":[]}', "[]"]) expect(await codeOf(text)).toBe("WARMUP_EMPTY");
  for (const text of ['{"data":7}', "{", '{"warmup":{}}', '{"data":["/a"],"desc":7}'])
    expect(await codeOf(text), text).toBe("BODY_UNREADABLE");
  expect(await codeOf("/a.png\n".repeat(10_000))).toBe("taken");
  expect(await codeOf("/a.png\n".repeat(10_001))).toBe("WARMUP_TOO_LARGE");
});

test("any bytes under any label are a list or refused with a code below 500", async () => {
  const label = fc.oneof(
    fc.constantFrom(
      "text/csv",
      "application/json",
      "multipart/form-data; boundary=x",
      'multipart/form-data; boundary="',
    ),
    fc.string(),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .string()
      .map((text) =>
        Buffer.from(`--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n${text}\r\n--x--`),
      ),
  );
  await fc.assert(
    fc.asyncProperty(body, label, async (sent, type) => {
      try {
        expect((await readList(Buffer.from(sent), type)).entries.length).toBeGreaterThan(0);
      } catch (error) {
        expect(isServerError(error) && error.status < 500, String(error)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
