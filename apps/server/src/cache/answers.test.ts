import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { projectOf } from "../projects/project.test.support.ts";
import { type Answer, Answers } from "./answers.ts";

const project = projectOf();

/** As delivery makes them: every text of its own. */
function answerOf(number: number, bytes: number): Answer {
  const etag = `"${String(number).padStart(40, "0")}"`;
  return {
    head: [
      ...["Content-Type", "image/webp", "ETag", etag, "Cache-Control", "public, max-age=60"],
      ...["CDN-Cache-Control", "max-age=31536000", "Vary", "Accept"],
      ...["Access-Control-Allow-Origin", "*", "Timing-Allow-Origin", "*"],
      ...[
        "Surrogate-Key",
        `o-${String(number).padStart(16, "0")} o-${String(number).padStart(16, "1")}.g${number} p-demo`,
      ],
      ...[
        "Cache-Tag",
        `o-${String(number).padStart(16, "0")},o-${String(number).padStart(16, "1")}.g${number},p-demo`,
      ],
    ],
    etag,
    body: Buffer.alloc(bytes, number),
    contentType: "image/webp",
    ranges: false,
    picture: { format: "webp", originalBytes: 1_000_000 + number },
    project,
    digests: [String(number).padStart(64, "0")],
    generation: 0,
  };
}

const keyOf = (number: number) =>
  `avif webp||img.example.com /v7/_site_/products/${number}/front.jpg?w=480&h=320`;

test("an answer is given back with its head and bytes, from a buffer of its own", () => {
  const answers = new Answers(1e6);
  const shared = Buffer.from("not mine, mine, not mine");
  const answer = { ...answerOf(1, 0), body: shared.subarray(10, 14) };
  answers.set("a", answer);
  shared.fill("x");
  const kept = answers.get("a");
  expect([kept?.head, Buffer.from(kept?.body ?? []).toString()]).toEqual([answer.head, "mine"]);
  answers.delete("a");
  expect([answers.get("a"), answers.bytes]).toEqual([undefined, 0]);
});

test("an answer that would take more than an eighth of the memory is not kept, nor the one it replaces", () => {
  const answers = new Answers(1e6);
  answers.set("a", answerOf(1, 1_000));
  answers.set("a", answerOf(1, 130_000));
  expect([answers.get("a"), answers.bytes]).toEqual([undefined, 0]);
});

test.each([
  { bytes: 100, most: 2.2 },
  { bytes: 15_000, most: 1.2 },
])("the bytes that are counted are those that memory loses, with bodies of $bytes", ({ bytes, most }) => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const used = () => {
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const answers = new Answers(40e6);
  for (let number = 0; answers.bytes < 35e6; number += 1) {
    answers.set(keyOf(number), answerOf(number, bytes));
    answers.get(keyOf(number));
  }
  const taken = used() - before;
  expect(answers.bytes / taken).toBeGreaterThan(1);
  expect(answers.bytes / taken).toBeLessThan(most);
});
